"""`/console/back-office`: cases that wait for CRM, NOC or HLR, answered in one click each."""

from typing import Any

from fastapi import Request
from nicegui import Client, background_tasks, ui

from web import shell
from web.news import QUEUE
from web.panel import Panel
from web.shell import Desk, Seat

HERE = "/console/back-office"


class WaitingCases(Panel, component="back_office.js"):
    """The list, with a button for each answer there is."""


def install(desk: Desk) -> None:
    """Add the page to the staff's application."""

    @ui.page(HERE, title="后台核查 · RoamDesk")
    async def back_office(request: Request, client: Client) -> None:
        seat = await shell.seat(desk, request, client, HERE)
        if seat is None:
            return
        shell.frame(seat, HERE, desk.news.queue.rehearsing)
        if not seat.may_answer:
            shell.refuse("后台核查由坐席和班长处理，您的角色不能打开。")
            return
        _build(seat, client)


def _build(seat: Seat, client: Client) -> None:
    with ui.element("main").classes("rd-page"):
        cases = WaitingCases()

    async def read() -> None:
        rows = await seat.call(seat.person.get("/v1/desk/back-office"))
        if rows is not None:
            cases.show(rows=rows, loaded=True)

    async def answer(given: dict[str, Any]) -> None:
        if given["kind"] == "notify":
            path = f"/v1/tickets/{given['number']}/notifications/{given['fact']}/done"
            await seat.call(seat.person.post(path, {}))
        else:
            body = {"fact": given["fact"], "value": given["value"], "note": given.get("note")}
            await seat.call(seat.person.post(f"/v1/tickets/{given['number']}/facts", body))
        await read()

    cases.on("answer", lambda e: answer(e.args))
    cases.on("pick", lambda e: ui.navigate.to(f"/console?c={e.args}"))
    seat.renewed = read
    listening = seat.desk.news.listen(
        QUEUE, lambda _: background_tasks.create_lazy(read(), name=f"back-office {client.id}")
    )
    listening.__enter__()
    client.on_delete(lambda: listening.__exit__(None, None, None))
    ui.timer(0.0, read, once=True)
