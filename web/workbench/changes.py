"""`/workbench/changes`: change sets, what they do to the files, writing and taking back."""

from typing import Any

from fastapi import Request
from nicegui import Client, ui

from web import shell
from web.panel import Panel
from web.shell import Desk, Seat
from web.workbench.review import STYLE

HERE = "/workbench/changes"
WRITTEN = {
    "applied": "已写入并提交 {}。",
    "exported": "已写入文件；这里不是 git 仓库，请导出后带到仓库里提交。",
    "reverted": "已撤回。",
}
WRITING_SECONDS = 60.0
"""Files are waited for, and git."""


class ChangeSets(Panel, component="changes.js"):
    """The change sets, and one of them in full."""


def install(desk: Desk) -> None:
    """Add the page to the staff's application."""

    @ui.page(HERE, title="修改 · RoamDesk")
    async def changes(request: Request, client: Client, s: str = "") -> None:
        seat = await shell.trainers_seat(desk, request, client, HERE, "修改集")
        if seat is None:
            return
        _Page(seat, s).begin()


class _Page:
    """One open page."""

    def __init__(self, seat: Seat, shown: str) -> None:
        self._seat = seat
        self._shown = shown

    def begin(self) -> None:
        ui.add_head_html(STYLE)
        with ui.element("main").classes("rd-page"):
            self._panel = panel = ChangeSets()
        panel.show(supervises=self._seat.may_supervise)
        panel.on("pick", lambda e: self._pick(e.args))
        panel.on("decide", lambda e: self._decide(e.args))
        panel.on("takeout", lambda e: self._take_out(e.args))
        self._seat.renewed = self._read
        ui.timer(0.0, self._read, once=True)

    async def _read(self) -> None:
        person, call = self._seat.person, self._seat.call
        rows = await call(person.get("/v1/training/changes"))
        if rows is None:
            return
        if self._shown not in [row["id"] for row in rows]:
            mine = [row for row in rows if row["mine"] and row["state"] in ("draft", "failed")]
            first = (mine or rows)[:1]
            self._shown = first[0]["id"] if first else ""
        one = None
        if self._shown:
            one = await call(person.get(f"/v1/training/changes/{self._shown}"))
        self._panel.show(rows=rows, one=one, loaded=True, busy=False)

    async def _pick(self, set_id: str) -> None:
        self._shown = set_id
        await self._read()

    async def _decide(self, given: dict[str, Any]) -> None:
        self._panel.show(busy=True)
        path = f"/v1/training/changes/{given['id']}/{given['what']}"
        post = self._seat.person.post(path, {"reason": given["reason"]}, WRITING_SECONDS)
        done = await self._seat.call(post)
        if done is not None:
            said = WRITTEN[done["state"]].format((done["commit"] or "")[:10])
            ui.notify(said, type="positive", position="top")
            self._panel.run_method("settled")
        await self._read()

    async def _take_out(self, given: dict[str, Any]) -> None:
        path = f"/v1/training/changes/{given['set']}/items/{given['change']}"
        await self._seat.call(self._seat.person.delete(path))
        await self._read()
