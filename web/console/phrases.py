"""`/console/phrases`: the common replies; everybody reads them, supervisors keep them."""

from typing import Any

from fastapi import Request
from nicegui import Client, ui

from web import shell
from web.panel import Panel
from web.shell import Desk, Seat

HERE = "/console/phrases"


class Phrases(Panel, component="phrases.js"):
    """The list and its form."""


def install(desk: Desk) -> None:
    """Add the page to the staff's application."""

    @ui.page(HERE, title="常用语 · RoamDesk")
    async def phrases(request: Request, client: Client) -> None:
        seat = await shell.seat(desk, request, client, HERE)
        if seat is None:
            return
        shell.frame(seat, HERE, desk.news.queue.rehearsing)
        if not seat.may_answer:
            shell.refuse("常用语给坐席和班长使用，您的角色不能打开。")
            return
        _build(seat)


def _build(seat: Seat) -> None:
    with ui.element("main").classes("rd-page"):
        shown = Phrases()
    shown.show(can=seat.may_supervise)

    async def read() -> None:
        rows = await seat.call(seat.person.get("/v1/phrases"))
        if rows is not None:
            shown.show(rows=rows, loaded=True)

    async def save(phrase: dict[str, Any]) -> None:
        body = {name: phrase.get(name) for name in ("title", "text", "keywords", "node")}
        known = phrase.get("id")
        call = seat.person.patch(f"/v1/phrases/{known}", body) if known else None
        if await seat.call(call or seat.person.post("/v1/phrases", body)) is not None:
            shown.run_method("saved")
        await read()

    async def remove(known: str) -> None:
        await seat.call(seat.person.delete(f"/v1/phrases/{known}"))
        await read()

    shown.on("save", lambda e: save(e.args))
    shown.on("remove", lambda e: remove(e.args))
    seat.renewed = read
    ui.timer(0.0, read, once=True)
