"""The connector's page is true: its facts, its examples, its figures and its example program."""

import json
import re
import threading
from http.server import ThreadingHTTPServer
from typing import Any

import pytest

from api.backoffice import QUESTIONS, Subscriber, build
from api.backoffice.breaker import FAILURES_TO_OPEN, PAUSE_SECONDS
from api.backoffice.wire import LONGEST_BODY_BYTES, AskRequest, AskResponse, ErrorResponse
from api.settings import ROOT

PAGE = (ROOT / "docs" / "back-office-connector.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(found) for found in re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize("fact", QUESTIONS)
def test_every_fact_has_its_row(fact: str) -> None:
    question = QUESTIONS[fact]
    values = " ".join(f"`{value}`" for value in question.meanings)
    assert f"| `{fact}` | {question.system} | {values} |" in PAGE


def test_the_examples_fit_the_shapes() -> None:
    request, response, error = EXAMPLES
    assert AskRequest.model_validate(request).model_dump() == request
    answered = AskResponse.model_validate(response)
    assert answered.value in QUESTIONS[answered.fact].meanings
    assert ErrorResponse.model_validate(error).error.code == "unknown_subscriber"


def test_the_figures_are_those_of_the_code() -> None:
    assert f"after {FAILURES_TO_OPEN} failures in a row" in PAGE
    assert f"stops asking for {PAUSE_SECONDS:.0f} s" in PAGE
    assert f"at most {LONGEST_BODY_BYTES // 1024} KiB" in PAGE


async def test_the_example_program_is_understood() -> None:
    (program,) = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {"__name__": "connector"}
    exec(compile(program, "connector", "exec"), names)
    handler = type("Quiet", (names["Connector"],), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    office = build(f"http://127.0.0.1:{server.server_port}")
    try:
        known = Subscriber(msisdn="18912345678")
        assert (await office.ask("ild_open", known, "TW")).value == "no"
        assert (await office.ask("home_config_ok", known, "TW")).value is None
        stranger = await office.ask("ild_open", Subscriber(msisdn="18900000000"), "TW")
        assert stranger.why_not == "后台系统里没有这个号码，由人工查询"
    finally:
        await office.close()
        server.shutdown()
        server.server_close()
