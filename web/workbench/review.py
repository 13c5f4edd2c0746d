"""`/workbench`: what teaches most, one message after another, put right by keyboard.

The browser holds the list and what belongs to the next messages, so that the next one is there as
soon as a key is pressed; what was decided is sent behind it, and comes back if the API says no.
"""

import asyncio
from typing import Any

from fastapi import Request
from nicegui import Client, ui

from web import shell
from web.api_client import ApiError, SessionEnded
from web.panel import Panel
from web.shell import Desk, Seat

HERE = "/workbench"
STYLE = '<link rel="stylesheet" href="/staff/review.css">'
PAGE = 40


class ReviewQueue(Panel, component="review.js"):
    """The queue, the message in work, and what helps to judge it."""


def install(desk: Desk) -> None:
    """Add the page to the staff's application."""

    @ui.page(HERE, title="审核 · RoamDesk")
    async def review(request: Request, client: Client) -> None:
        seat = await shell.trainers_seat(desk, request, client, HERE, "审核")
        if seat is None:
            return
        ReviewPage(seat).begin()


class ReviewPage:
    """One open review page."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def begin(self) -> None:
        ui.add_head_html(STYLE)
        with ui.element("main").classes("rd-grow"):
            self._panel = panel = ReviewQueue()
        panel.on("ask", lambda e: self._page(e.args))
        panel.on("need", lambda e: self._details(e.args))
        panel.on("accept", lambda e: self._accept(e.args))
        panel.on("opinion", lambda e: self._opinion(e.args))
        panel.on("skip", lambda e: self._decide(e.args, "skip"))
        panel.on("undo", lambda e: self._decide(e.args, "reopen"))
        panel.on("tags", lambda e: self._tags(e.args))
        panel.on("figures", self._figures)
        self._seat.renewed = self._begin
        ui.timer(0.0, self._begin, once=True)

    async def _begin(self) -> None:
        person = self._seat.person
        words = await self._seat.call(person.get("/v1/training/vocabulary"))
        if words is not None:
            self._panel.show(words=words)
        await self._figures()
        await self._page({"filters": {}, "number": 0})

    async def _page(self, asked: dict[str, Any]) -> None:
        """Read the queue from the beginning, or what follows `after`."""
        filters = {name: value for name, value in asked["filters"].items() if value}
        rows = await self._seat.call(
            self._seat.person.get(
                "/v1/training/queue", limit=PAGE, after=asked.get("after"), **filters
            )
        )
        if rows is not None:
            more = len(rows) == PAGE
            self._panel.run_method("take", asked["number"], rows, bool(asked.get("after")), more)
            await self._details([row["message_id"] for row in rows[:2]])

    async def _details(self, keys: list[str]) -> None:
        await asyncio.gather(*(self._detail(key) for key in keys))

    async def _detail(self, key: str) -> None:
        detail = await self._seat.call(self._seat.person.get(f"/v1/training/items/{key}"))
        if detail is not None:
            self._panel.run_method("learn", key, detail)

    async def _accept(self, given: dict[str, Any]) -> None:
        body = {
            "text": given["text"],
            "intent": given["intent"],
            "category": given.get("category"),
            "spans": given["spans"],
            "message_id": given["message_id"],
            "resolve": given.get("resolve"),
        }
        await self._tell(given["message_id"], "/v1/training/examples", body)

    async def _opinion(self, given: dict[str, Any]) -> None:
        key = given["message_id"]
        body = {name: given.get(name) for name in ("intent", "category", "spans")}
        await self._tell(key, f"/v1/training/items/{key}/label", body)

    async def _decide(self, key: str, what: str) -> None:
        await self._tell(key, f"/v1/training/items/{key}/{what}", None)

    async def _tags(self, given: dict[str, Any]) -> None:
        key = given["message_id"]
        put = self._seat.person.put(f"/v1/training/items/{key}/tags", {"tags": given["tags"]})
        tags = await self._seat.call(put)
        if tags is not None:
            self._panel.run_method("tagged", key, tags)

    async def _figures(self) -> None:
        person, call = self._seat.person, self._seat.call
        summary = await call(person.get("/v1/training/queue/summary"))
        agreement = await call(person.get("/v1/training/agreement"))
        if summary is not None and agreement is not None:
            self._panel.show(summary=summary, agreement=agreement)

    async def _tell(self, key: str, path: str, body: Any) -> None:
        """Send a decision; the browser has gone on already and is told how it went."""
        try:
            done = await self._seat.person.post(path, body)
        except ApiError as error:
            if isinstance(error, SessionEnded):
                self._seat.ask_to_log_in()
            self._panel.run_method("failed", key, error.code, error.message)
        else:
            self._panel.run_method("done", key, path.rsplit("/", 1)[-1], done)
