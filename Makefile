# RoamDesk. `make run` serves on http://127.0.0.1:8000 and `make test` runs every test;
# each sets up by itself what it needs (git, make and Python 3 are enough) and skips what is done.

API := api/.venv/bin/python
BOT := bot/.venv/bin/python
ENVIRONMENTS := api/.venv/.synced bot/.venv/.synced

# Bytecode is kept even where the machine says not to: else each start compiles all libraries anew.
# Rasa's noise: TensorFlow's start-up notes, deprecations of libraries that will not change any more.
export PYTHONUTF8 := 1
export PYTHONDONTWRITEBYTECODE :=
export TF_CPP_MIN_LOG_LEVEL := 3
export RASA_TELEMETRY_ENABLED := false
QUIET := PYTHONWARNINGS=ignore SQLALCHEMY_SILENCE_UBER_WARNING=1

.DEFAULT_GOAL := help
.PHONY: help run test check test-api test-bot test-e2e test-product train prove promote evaluate bench bench-consoles bench-workbench bench-review wechat-sim lock clean

help:  ## List these targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{printf "  make %-13s %s\n", $$1, $$2}'

run: $(ENVIRONMENTS)  ## Set everything up and serve on http://127.0.0.1:8000 (ROAMDESK_PORT); Ctrl-C ends it
	@$(API) -m ops run --with-parent

wechat-sim: $(ENVIRONMENTS)  ## The product and a stand-in for WeChat with a phone page (ROAMDESK_WECHAT_SIM_PORT)
	@$(API) -m ops.wechat_sim --with-product

test: check test-api test-bot test-e2e test-product  ## Every check and test there is

check: $(ENVIRONMENTS)  ## Style, types, and who may import whom
	$(API) -m ruff check .
	$(API) -m ruff format --check .
	$(API) -m mypy
	api/.venv/bin/lint-imports

test-api: api/.venv/.synced  ## The API and the supervisor, on SQLite and (where one answers) PostgreSQL
	$(API) -m pytest -n 2 --dist loadfile tests --ignore=tests/bot --ignore=tests/actions --ignore=tests/conversations --ignore=tests/e2e --ignore=tests/product

test-bot: train  ## The language side: components, actions, Rasa's own validation and test stories
	$(QUIET) $(BOT) -m pytest tests/bot tests/actions
	$(QUIET) $(BOT) -m bot.check

test-e2e: api/.venv/.synced  ## The pages in a real Chromium (skipped where there is none)
	$(API) -m pytest tests/e2e --ignore=tests/e2e/test_product.py

test-product: train  ## The whole product as real processes
	$(API) -m pytest tests/product

train: $(ENVIRONMENTS)  ## Train the model where its data changed
	@$(QUIET) $(BOT) -m bot.train --check || $(QUIET) $(BOT) -m bot.train

prove: $(ENVIRONMENTS)  ## Train what data/ asks for and compare it with the model in use, without using it
	@$(QUIET) $(BOT) -m bot.candidate $(ARGS)

promote: $(ENVIRONMENTS)  ## Put a proved model to use: MODEL=roamdesk-… REASON=…; ARGS=--back, ARGS=--list
	@$(BOT) -m bot.promote $(MODEL) $(if $(REASON),--reason "$(REASON)") $(ARGS)

evaluate: train  ## Score the model on the test set (results/evaluation.html); ARGS=--compare: pipelines too
	@$(QUIET) $(BOT) -m bot.evaluation $(ARGS)

bench: train  ## Speed beside a stock Rasa bot on the same words (results/bench.json)
	@$(API) -m ops.bench $(ARGS)

bench-consoles: train  ## What 30 open consoles cost, and how fast they are told (results/bench-consoles.json)
	@$(API) -m ops.bench.consoles $(ARGS)

bench-workbench: api/.venv/.synced  ## 100 corrections by keyboard in a real Chromium (results/bench-workbench.json)
	@$(API) -m ops.bench.corrections $(ARGS)

bench-review: api/.venv/.synced  ## The review queue's pages with 100,000 messages (results/bench-review-queue.json)
	@$(API) -m ops.bench.review_queue $(ARGS)

lock: $(ENVIRONMENTS)  ## Resolve both projects' dependencies anew into hashed requirements
	sh ops/setup.sh lock

clean:  ## Remove what can be made again; never var/, where the records are
	rm -rf .uv .cache .rasa api/.venv bot/.venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis results
	find models -mindepth 1 ! -name manifest.json -delete

%/.venv/.synced: %/requirements.txt %/.python-version ops/setup.sh
	@sh ops/setup.sh $*
