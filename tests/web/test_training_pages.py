"""The pages of training and practice, with a fake API behind them."""

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.web.conftest import at_the_pages, settle
from web.workbench import practice, runs

pytestmark = pytest.mark.filterwarnings("default")  # the page library's own

OLD, NEW = "roamdesk-aaaaaaaaaaaa", "roamdesk-bbbbbbbbbbbb"


def refusal(status, code, text):
    return JSONResponse({"error": {"code": code, "message": text, "details": {}}}, status)


class TrainingApi:
    """Two runs and two models; `done` lists every write."""

    def __init__(self):
        self.role = "trainer"
        self.done = []
        self.worse = False
        self.state = "starting"
        self.runs = [{"id": "r2", "state": "done"}, {"id": "r1", "state": "failed"}]
        self.models = {
            "in_use": OLD,
            "serving": OLD,
            "before": None,
            "models": [{"name": NEW, "in_use": False}, {"name": OLD, "in_use": True}],
        }
        self.app = self._app()

    def _app(self):
        app = FastAPI()

        @app.middleware("http")
        async def remember(request: Request, call_next):
            if request.method not in ("GET", "HEAD"):
                self.done.append((request.method, request.url.path))
            return await call_next(request)

        @app.get("/v1/me")
        async def me():
            return {"id": "me", "username": "lin", "name": "林青", "role": self.role}

        @app.get("/v1/training/runs")
        async def listed():
            return self.runs

        @app.get("/v1/training/runs/{run_id}")
        async def one(run_id: str):
            return next(run for run in self.runs if run["id"] == run_id) | {"verdict": "better"}

        @app.post("/v1/training/runs")
        async def begin():
            self.runs.insert(0, {"id": "r3", "state": "queued"})
            return {"id": "r3"}

        @app.post("/v1/training/runs/{run_id}/promote")
        async def promote(run_id: str):
            if self.worse:
                return refusal(409, "worse_model", "这个模型不如正在使用的。")
            self.models |= {"in_use": NEW, "before": OLD}
            return {"model": NEW, "before": OLD, "served": True, "restart": False, "message": ""}

        @app.post("/v1/training/runs/{run_id}/{what}")
        async def decide(run_id: str, what: str):
            return Response(status_code=204)

        @app.post("/v1/training/models/rollback")
        async def back():
            self.models |= {"in_use": OLD, "before": None}
            return {"model": OLD, "before": NEW, "served": False, "restart": False, "message": ""}

        @app.get("/v1/training/models")
        async def models():
            return self.models

        def talk():
            side = {"model": NEW, "replies": [{"text": "您好。", "asks": None, "choices": []}]}
            said = {"id": "t1", "state": self.state, "error": None, "model": NEW}
            return said | {"before": side | {"model": OLD}, "after": side}

        @app.post("/v1/training/practice")
        async def practise():
            return talk()

        @app.get("/v1/training/practice/t1")
        async def look():
            return talk()

        @app.post("/v1/training/practice/t1/messages")
        async def say(words: dict):
            if words.get("text") == "坏":
                return refusal(503, "bot_silent", "模型没有响应，请再说一次。")
            reply = {"text": f"收到：{words['text']}", "asks": None, "choices": []}
            return {"before": {"replies": [reply]}, "after": {"replies": [reply]}}

        @app.delete("/v1/training/practice/t1", status_code=204)
        async def end():
            return Response(status_code=204)

        return app


@pytest.fixture
def fake():
    return TrainingApi()


@pytest.fixture
async def trainer(fake, monkeypatch):
    async with at_the_pages(fake, monkeypatch, (runs, practice)) as trainer:
        yield trainer


@pytest.fixture
async def at_runs(trainer):
    await trainer.user.open(runs.HERE)
    await settle()
    return trainer


async def test_the_newest_run_is_shown_in_full_and_another_by_a_click(at_runs):
    panel = at_runs.panel(runs.TrainingRuns)
    assert panel.props["run"]["id"] == "r2"
    assert panel.props["models"]["in_use"] == OLD
    assert panel.props["supervises"] is False
    await at_runs.does(runs.TrainingRuns, "pick", "r1")
    assert panel.props["run"]["id"] == "r1"


async def test_a_begun_run_is_shown_and_moves_with_the_news(at_runs):
    await at_runs.does(runs.TrainingRuns, "begin", None)
    panel = at_runs.panel(runs.TrainingRuns)
    assert panel.props["run"]["id"] == "r3"
    at_runs.api.runs[0] |= {"state": "running", "progress": 0.5}
    await at_runs.hears("training")
    assert panel.props["run"]["progress"] == 0.5


async def test_promoting_says_so_and_a_refusal_says_why(at_runs):
    decision = {"what": "promote", "id": "r2", "reason": ""}
    await at_runs.does(runs.TrainingRuns, "decide", decision)
    assert at_runs.panel(runs.TrainingRuns).props["models"]["in_use"] == NEW
    await at_runs.user.should_see(f"已启用 {NEW}。")
    await at_runs.does(runs.TrainingRuns, "decide", decision | {"what": "rollback"})
    assert at_runs.panel(runs.TrainingRuns).props["models"]["in_use"] == OLD
    at_runs.api.worse = True
    await at_runs.does(runs.TrainingRuns, "decide", decision)
    await at_runs.user.should_see("这个模型不如正在使用的。")
    assert at_runs.panel(runs.TrainingRuns).props["busy"] is False


async def test_refusing_and_cancelling_reach_the_api(at_runs):
    decision = {"what": "refuse", "id": "r2", "reason": "投诉类别变差"}
    await at_runs.does(runs.TrainingRuns, "decide", decision)
    await at_runs.does(runs.TrainingRuns, "cancel", "r2")
    assert ("POST", "/v1/training/runs/r2/refuse") in at_runs.api.done
    assert ("POST", "/v1/training/runs/r2/cancel") in at_runs.api.done


@pytest.mark.parametrize("here", [runs.HERE, practice.HERE])
async def test_agents_are_told_that_it_is_not_for_them(trainer, here):
    trainer.api.role = "agent"
    await trainer.user.open(here)
    await settle()
    await trainer.user.should_see("您的角色不能打开")


async def test_a_talk_begins_waits_for_the_candidate_and_hears_both(trainer, monkeypatch):
    monkeypatch.setattr(practice, "LOOK_SECONDS", 0.05)
    await trainer.user.open(practice.HERE)
    await settle()
    panel = trainer.panel(practice.TwoBots)
    assert [model["name"] for model in panel.props["models"]] == [NEW]
    await trainer.does(practice.TwoBots, "begin", NEW)
    assert (panel.props["talk"], panel.props["state"]) == ("t1", "starting")
    trainer.api.state = "ready"
    await settle()
    assert panel.props["state"] == "ready"
    await trainer.does(practice.TwoBots, "say", {"text": "没信号"})
    (heard,) = [args for name, args in trainer.calls(panel) if name == "heard"]
    assert heard[1]["replies"][0]["text"] == "收到：没信号"
    await trainer.does(practice.TwoBots, "say", {"text": "坏"})
    assert [name for name, _ in trainer.calls(panel)][-1] == "failed"
    await trainer.does(practice.TwoBots, "end", None)
    assert panel.props["talk"] is None
    assert ("DELETE", "/v1/training/practice/t1") in trainer.api.done
