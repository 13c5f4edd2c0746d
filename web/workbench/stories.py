"""`/workbench/stories`: a story or a test conversation made of a real conversation."""

import asyncio
from typing import Any

from fastapi import Request
from nicegui import Client, background_tasks, ui

from web import shell
from web.panel import Panel
from web.shell import Desk, Seat
from web.workbench.review import STYLE

HERE = "/workbench/stories"
ASK_AGAIN_SECONDS = 1.0
PATIENCE_SECONDS = 320.0
MAKING_SECONDS = 30.0
"""The bot reads every sentence once more."""


class StoryMaker(Panel, component="stories.js"):
    """A conversation's story beside the one most like it, and what clashes."""


def install(desk: Desk) -> None:
    """Add the page to the staff's application."""

    @ui.page(HERE, title="故事 · RoamDesk")
    async def stories(request: Request, client: Client, c: str = "") -> None:
        seat = await shell.trainers_seat(desk, request, client, HERE, "故事")
        if seat is None:
            return
        _Page(seat, client, c).begin()


class _Page:
    """One open page."""

    def __init__(self, seat: Seat, client: Client, conversation: str) -> None:
        self._seat = seat
        self._client = client
        self._conversation = conversation

    def begin(self) -> None:
        ui.add_head_html(STYLE)
        with ui.element("main").classes("rd-page"):
            self._panel = panel = StoryMaker()
        panel.show(chosen=self._conversation)
        panel.on("preview", lambda e: self._make(e.args, preview=True))
        panel.on("propose", lambda e: self._make(e.args, preview=False))
        panel.on("check", lambda e: self._check(e.args))
        self._seat.renewed = self._read
        ui.timer(0.0, self._read, once=True)

    async def _read(self) -> None:
        rows = await self._seat.call(self._seat.person.get("/v1/training/stories/candidates"))
        if rows is not None:
            self._panel.show(rows=rows, loaded=True)

    async def _make(self, given: dict[str, Any], *, preview: bool) -> None:
        body = {
            "conversation_id": given["conversation"],
            "name": given["name"],
            "kind": given["kind"],
            "pattern": given["pattern"],
            "text": given.get("text"),
            "preview": preview,
        }
        self._panel.show(busy=True)
        post = self._seat.person.post("/v1/training/stories", body, MAKING_SECONDS)
        made = await self._seat.call(post)
        self._panel.show(busy=False)
        if made is None:
            return
        self._panel.run_method("take", made)
        if not preview:
            ui.notify("已放进您的草稿，可以到“修改”页写入文件。", type="positive", position="top")

    async def _check(self, given: dict[str, Any]) -> None:
        body = {"kind": given["kind"], "text": given["text"]}
        begun = await self._seat.call(self._seat.person.post("/v1/training/stories/check", body))
        if begun is not None:
            self._panel.show(checking=True)
            background_tasks.create(self._follow(begun["id"]), name=f"check {begun['id']}")

    async def _follow(self, run_id: str) -> None:
        path = f"/v1/training/stories/check/{run_id}"
        waited = 0.0
        with self._client:
            while waited < PATIENCE_SECONDS and not self._client.is_deleted:
                await asyncio.sleep(ASK_AGAIN_SECONDS)
                waited += ASK_AGAIN_SECONDS
                run = await self._seat.call(self._seat.person.get(path))
                if run is None:
                    break
                if run["state"] != "running":
                    self._panel.run_method("judged", run)
                    break
            self._panel.show(checking=False)
