"""The review pages' logic, with a fake API behind them."""

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.web.conftest import at_the_pages, settle
from web.workbench import changes, coverage, review, stories
from web.workbench.changes import ChangeSets
from web.workbench.coverage import CoverageMap
from web.workbench.review import ReviewQueue
from web.workbench.stories import StoryMaker

pytestmark = pytest.mark.filterwarnings("default")  # the page library's own


def row(number):
    return {"message_id": f"m{number}", "text": f"第{number}句", "cursor": f"0.5:m{number}"}


class WorkbenchApi:
    """Canned answers; `done` lists every write as (method, path, body), `asked` every query."""

    def __init__(self):
        self.role = "trainer"
        self.rows = [row(n) for n in range(60)]
        self.done = []
        self.asked = []
        self.refuse = {}
        self.sets = [{"id": "s1", "mine": False, "state": "applied"}]
        self.app = self._app()

    def _app(self):
        app = FastAPI()

        @app.middleware("http")
        async def guard(request: Request, call_next):
            path = request.url.path
            if path in self.refuse:
                status, code, text = self.refuse[path]
                error = {"code": code, "message": text, "details": {}}
                return JSONResponse({"error": error}, status)
            if request.method not in ("GET", "HEAD"):
                body = await request.body()
                self.done.append((request.method, path, body and await request.json()))
            elif path.startswith("/v1/training/"):
                self.asked.append((path, dict(request.query_params)))
            return await call_next(request)

        @app.get("/v1/me")
        async def me():
            return {"id": "me", "username": "lin", "name": "林青", "role": self.role}

        @app.get("/v1/training/queue")
        async def queue(limit: int, after: str | None = None):
            start = 0 if after is None else int(after.split(":m")[1]) + 1
            return self.rows[start : start + limit]

        @app.get("/v1/training/queue/summary")
        async def summary():
            return {"states": {"open": 60}, "reasons": [], "tags": []}

        @app.get("/v1/training/items/{key}")
        async def item(key: str):
            return {"item": {"message_id": key}, "spans": [], "near": []}

        @app.get("/v1/training/changes")
        async def sets():
            return self.sets

        @app.get("/v1/training/changes/{key}")
        async def one(key: str):
            return {"change_set": next(s for s in self.sets if s["id"] == key), "changes": []}

        @app.post("/v1/training/changes/{key}/{what}")
        async def act(key: str, what: str):
            return {"state": "applied", "commit": "0123456789abcdef"}

        @app.post("/v1/training/examples")
        async def example():
            return {"added": True, "closed": 1}

        @app.post("/v1/training/stories")
        async def story():
            return {"id": None, "text": "stories:\n"}

        @app.post("/v1/training/stories/check")
        async def check():
            return {"id": "c1", "state": "running", "problems": []}

        @app.get("/v1/training/stories/check/c1")
        async def checked():
            return {"id": "c1", "state": "done", "problems": []}

        @app.get("/v1/training/coverage")
        async def covered():
            return {"trees": [], "revision": "x", "untested": 0}

        @app.get("/v1/training/{rest:path}")
        async def anything(rest: str):
            return {} if rest != "stories/candidates" else []

        @app.post("/v1/training/{rest:path}")
        async def written(rest: str):
            return None

        return app


@pytest.fixture
def fake():
    return WorkbenchApi()


@pytest.fixture
async def trainer(fake, monkeypatch):
    async with at_the_pages(fake, monkeypatch, (review, changes, stories, coverage)) as trainer:
        yield trainer


@pytest.fixture
async def reviewing(trainer):
    await trainer.user.open("/workbench")
    await settle()
    await settle()
    return trainer


def calls(trainer, kind, name):
    return [args for told, args in trainer.calls(trainer.panel(kind)) if told == name]


async def test_the_page_begins_with_the_queue_and_what_belongs_to_the_first_two(reviewing):
    ((number, rows, follows, more),) = calls(reviewing, ReviewQueue, "take")
    assert (number, len(rows), follows, more) == (0, review.PAGE, False, True)
    assert [key for key, _ in calls(reviewing, ReviewQueue, "learn")] == ["m0", "m1"]
    assert reviewing.panel(ReviewQueue).props["summary"]["states"]["open"] == 60


async def test_the_next_rows_follow_by_cursor(reviewing):
    given = {"filters": {}, "number": 0, "after": "0.5:m39"}
    await reviewing.does(ReviewQueue, "ask", given)
    _, rows, follows, more = calls(reviewing, ReviewQueue, "take")[-1]
    assert (rows[0]["message_id"], len(rows), follows, more) == ("m40", 20, True, False)


async def test_filters_are_asked_as_they_are_chosen(reviewing):
    chosen = {"reason": "near_tie", "intent": "", "words": "缅甸"}
    await reviewing.does(ReviewQueue, "ask", {"filters": chosen, "number": 1})
    asked = [params for path, params in reviewing.api.asked if path == "/v1/training/queue"]
    assert asked[-1] == {"limit": "40", "reason": "near_tie", "words": "缅甸"}


async def test_what_is_accepted_is_sent_as_it_was_marked(reviewing):
    span = {"start": 0, "end": 1, "fact": "location", "value": "JP"}
    given = {"message_id": "m0", "text": "第0句", "intent": "inform", "spans": [span]}
    await reviewing.does(ReviewQueue, "accept", given)
    method, path, body = reviewing.api.done[-1]
    assert (method, path) == ("POST", "/v1/training/examples")
    assert body == given | {"category": None, "resolve": None}
    assert calls(reviewing, ReviewQueue, "done")[-1][:2] == ["m0", "examples"]


async def test_what_the_api_refuses_comes_back_to_the_browser(reviewing):
    reviewing.api.refuse["/v1/training/examples"] = (409, "contradicts_data", "数据里标的是别的。")
    given = {"message_id": "m0", "text": "第0句", "intent": "inform", "spans": []}
    await reviewing.does(ReviewQueue, "accept", given)
    assert calls(reviewing, ReviewQueue, "failed")[-1] == [
        "m0",
        "contradicts_data",
        "数据里标的是别的。",
    ]


@pytest.mark.parametrize(
    ("event", "path"),
    [("skip", "/v1/training/items/m0/skip"), ("undo", "/v1/training/items/m0/reopen")],
)
async def test_skip_and_undo(reviewing, event, path):
    await reviewing.does(ReviewQueue, event, "m0")
    assert reviewing.api.done[-1][:2] == ("POST", path)


async def test_a_second_opinion_goes_to_its_own_route(reviewing):
    given = {"message_id": "m0", "intent": "inform", "spans": [], "text": "x"}
    await reviewing.does(ReviewQueue, "opinion", given)
    _, path, body = reviewing.api.done[-1]
    assert path == "/v1/training/items/m0/label"
    assert body == {"intent": "inform", "category": None, "spans": []}


async def test_one_s_own_draft_is_shown_first(trainer):
    trainer.api.sets.append({"id": "s2", "mine": True, "state": "draft"})
    await trainer.user.open("/workbench/changes")
    await settle()
    assert trainer.panel(ChangeSets).props["one"]["change_set"]["id"] == "s2"
    given = {"id": "s2", "what": "apply", "reason": "原话"}
    await trainer.does(ChangeSets, "decide", given)
    assert trainer.api.done[-1] == (
        "POST",
        "/v1/training/changes/s2/apply",
        {"reason": "原话"},
    )
    await trainer.user.should_see("已写入并提交 0123456789。")


async def test_a_write_that_is_refused_is_said_and_nothing_is_cleared(trainer):
    trainer.api.refuse["/v1/training/changes/s1/apply"] = (409, "file_broken", "第 5 行读不懂。")
    await trainer.user.open("/workbench/changes")
    await settle()
    given = {"id": "s1", "what": "apply", "reason": "原话"}
    await trainer.does(ChangeSets, "decide", given)
    await trainer.user.should_see("第 5 行读不懂。")
    assert calls(trainer, ChangeSets, "settled") == []
    assert trainer.panel(ChangeSets).props["busy"] is False


async def test_a_story_is_previewed_and_judged(trainer, monkeypatch):
    monkeypatch.setattr(stories, "ASK_AGAIN_SECONDS", 0.01)
    await trainer.user.open("/workbench/stories?c=c1")
    await settle()
    assert trainer.panel(StoryMaker).props["chosen"] == "c1"
    given = {"conversation": "c1", "name": "x", "kind": "story", "pattern": "corrections"}
    await trainer.does(StoryMaker, "preview", given)
    body = trainer.api.done[-1][2]
    assert (body["conversation_id"], body["preview"], body["text"]) == ("c1", True, None)
    assert calls(trainer, StoryMaker, "take")[-1][0]["text"] == "stories:\n"
    await trainer.does(StoryMaker, "check", {"kind": "story", "text": "stories:\n"})
    await settle()
    assert calls(trainer, StoryMaker, "judged")[-1][0]["state"] == "done"
    assert trainer.panel(StoryMaker).props["checking"] is False


async def test_the_coverage_is_read_and_read_anew_for_some_days(trainer):
    await trainer.user.open("/workbench/coverage")
    await settle()
    assert trainer.panel(CoverageMap).props["data"]["revision"] == "x"
    await trainer.does(CoverageMap, "days", "7")
    asked = [params for path, params in trainer.api.asked if path == "/v1/training/coverage"]
    assert asked[0] == {}
    assert "since" in asked[1]


@pytest.mark.parametrize(
    "path",
    ["/workbench", "/workbench/changes", "/workbench/stories", "/workbench/coverage"],
)
async def test_agents_are_told_that_it_is_not_for_them(trainer, path):
    trainer.api.role = "agent"
    await trainer.user.open(path)
    await trainer.user.should_see("您的角色不能打开")
    assert not [asked for asked, _ in trainer.api.asked if asked.startswith("/v1/training")]
