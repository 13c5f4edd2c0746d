"""`/workbench/coverage`: which steps of the trees are tested, and which real conversations meet."""

from datetime import UTC, datetime, timedelta

from fastapi import Request
from nicegui import Client, ui

from web import shell
from web.panel import Panel
from web.shell import Desk
from web.workbench.review import STYLE

HERE = "/workbench/coverage"


class CoverageMap(Panel, component="coverage.js"):
    """Node by what covers it; a cell opens what is behind it."""


def install(desk: Desk) -> None:
    """Add the page to the staff's application."""

    @ui.page(HERE, title="覆盖 · RoamDesk")
    async def coverage(request: Request, client: Client) -> None:
        seat = await shell.trainers_seat(desk, request, client, HERE, "覆盖")
        if seat is None:
            return
        ui.add_head_html(STYLE)
        with ui.element("main").classes("rd-page"):
            panel = CoverageMap()

        async def read(days: int = 0) -> None:
            since = (datetime.now(UTC) - timedelta(days=days)).isoformat() if days else None
            seen = await seat.call(seat.person.get("/v1/training/coverage", since=since))
            if seen is not None:
                panel.show(data=seen)

        panel.on("days", lambda e: read(int(e.args or 0)))
        seat.renewed = read
        ui.timer(0.0, read, once=True)
