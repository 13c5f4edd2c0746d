"""A stand-in for the API behind the staff's pages: canned cases that remember what was done."""

import asyncio
import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from api.settings import ROOT
from api.staff_pages import PassThrough, StaffPages

CANNED = json.loads((Path(__file__).parent / "canned.json").read_text(encoding="utf-8"))
COUNTRIES = ["缅甸", "韩国", "日本", "美国"]


def message(seq, sender, text):
    """Return one message as the desk's route gives it."""
    blank = CANNED["cockpit"]["messages"][0]
    now = datetime.now(UTC).isoformat()
    turn = "done" if sender == "customer" else None
    return blank | {"seq": seq, "sender": sender, "text": text, "created_at": now, "turn": turn}


def cockpit(number, country, waiting):
    """Return what the desk's route says of one case."""
    case = copy.deepcopy(CANNED["cockpit"])
    case["conversation"] |= {"id": f"c{number}", "country_name": country, "waiting": waiting}
    case["ticket"]["number"] = f"RD20261125-000{number}"
    return case


def refusal(status, code, text):
    return JSONResponse({"error": {"code": code, "message": text, "details": {}}}, status)


class FakeApi:
    """What is behind the pages; `done` lists every write as (method, path, body)."""

    def __init__(self, staff_url=None):
        self.done = []
        self.role = "supervisor"
        self.logged_in = True
        self.refuse = {}
        """Path to (status, code, message): said instead of doing it."""
        self.cases = {
            f"c{n}": cockpit(n, name, n < 3)
            for n, name in enumerate(["缅甸", "韩国", "日本", "美国"], 1)
        }
        self.queue_asked = []
        """What of the queue each reading asked for; None is all of it."""
        self.news = asyncio.Event()
        self.topics = []
        self.app = self._app(staff_url)

    def queue(self, of=None):
        shared = ("id", "channel", "mode", "waiting", "wants_person", "taken_by", "country_name")
        rows = []
        for case in self.cases.values():
            talk, last = case["conversation"], case["messages"][-1]
            row = CANNED["row"] | {name: talk[name] for name in shared}
            row["waiting_since"] = last["created_at"] if talk["waiting"] else None
            row["last"] = {name: last[name] for name in ("seq", "sender", "text")}
            row["last"]["at"] = last["created_at"]
            rows.append(row)
        now = datetime.now(UTC).isoformat()
        order = [row["id"] for row in rows]
        asked = [row for row in rows if of is None or row["id"] in of]
        return {"now": now, "order": order, "rows": asked, "rehearsing": False}

    def publish(self, *topics):
        self.topics.extend([*topics, "conversations"])
        self.news.set()

    def say(self, conversation, sender, text):
        messages = self.cases[conversation]["messages"]
        messages.append(message(messages[-1]["seq"] + 1, sender, text))
        self.publish(f"conversation:{conversation}")

    def _app(self, staff_url):
        app = FastAPI()
        me = {"id": "me", "username": "lin", "name": "林青", "role": self.role}

        @app.middleware("http")
        async def guard(request: Request, call_next):
            path = request.url.path
            if path in self.refuse:
                status, code, text = self.refuse[path]
                return JSONResponse(
                    {"error": {"code": code, "message": text, "details": {}}}, status
                )
            if path.startswith("/v1/") and not path.startswith("/v1/auth") and not self.logged_in:
                return JSONResponse(
                    {"error": {"code": "not_logged_in", "message": "请先登录。", "details": {}}},
                    401,
                )
            if request.method not in ("GET", "HEAD") and path.startswith("/v1/"):
                body = await request.body()
                self.done.append((request.method, path, json.loads(body) if body else None))
            return await call_next(request)

        @app.get("/v1/me")
        async def who():
            return me | {"role": self.role}

        @app.post("/v1/auth/login")
        async def login():
            self.logged_in = True
            response = JSONResponse(me)
            response.set_cookie("roamdesk_session", "secret", httponly=True)
            return response

        @app.get("/internal/queue")
        async def queue(of: Annotated[list[str] | None, Query()] = None):
            self.queue_asked.append(of)
            return self.queue(of)

        @app.get("/internal/news")
        async def news():
            async def lines():
                while True:
                    await self.news.wait()
                    self.news.clear()
                    told, self.topics = self.topics, []
                    yield f"data: {json.dumps({'topics': told})}\n\n"

            return StreamingResponse(lines(), media_type="text/event-stream")

        @app.get("/v1/desk/conversations/{key}")
        async def conversation(key: str, after: int = 0, before: int | None = None):
            case = self.cases[key]
            shown = [m for m in case["messages"] if m["seq"] > after]
            return case | {"messages": [] if before else shown}

        @app.put("/v1/conversations/{key}/mode")
        async def mode(key: str, body: dict):
            talk = self.cases[key]["conversation"]
            talk["mode"], talk["waiting"] = body["mode"], False
            talk["taken_by"] = None if body["mode"] == "auto" else {"id": "me", "name": "林青"}
            self.publish(f"conversation:{key}")
            return talk

        @app.post("/v1/wechat/deliveries/{delivery}/again", status_code=201)
        async def again(delivery: int):
            return {"id": delivery + 1, "state": "pending"}

        @app.post("/v1/conversations/hold", status_code=204)
        async def hold():
            return None

        @app.post("/v1/conversations/{key}/replies", status_code=201)
        async def reply(key: str, body: dict):
            self.say(key, "agent", body["text"])
            self.cases[key]["suggestions"] = []
            return self.cases[key]["messages"][-1]

        @app.post("/v1/decode")
        async def decode(body: dict):
            return {
                "kind": "imsi",
                "valid": True,
                "parts": [{"name": "MCC", "value": "460", "meaning": "中国", "rule": "G1.2"}],
                "warnings": [],
                "contradictions": [],
            }

        @app.get("/v1/desk/back-office")
        async def back_office():
            return CANNED["back_office"]

        @app.get("/v1/desk/overview")
        async def overview():
            return CANNED["overview"]

        @app.get("/v1/phrases")
        async def phrases():
            return CANNED["phrases"]

        @app.api_route("/v1/{rest:path}", methods=["POST", "PATCH", "DELETE"])
        async def anything(rest: str):
            return {"facts": {"msisdn": "18900001234"}}

        app.mount("/widget", StaticFiles(directory=ROOT / "web" / "widget"))
        app.mount("/staff", StaticFiles(directory=ROOT / "web" / "staff"))
        if staff_url is not None:
            app.add_middleware(PassThrough, pages=StaffPages(staff_url))
        return app
