"""`/workbench/trees`: the diagnostic trees as outline, text and drawing, and a simulator."""

from fastapi import Request
from nicegui import Client, ui

from web import shell
from web.shell import Desk
from web.workbench.draft_elements import STYLE
from web.workbench.drafting import Drafting

HERE = "/workbench/trees"
TITLE = "诊断树"


def install(desk: Desk) -> None:
    """Add the page to the staff's application."""

    @ui.page(HERE, title=f"{TITLE} · RoamDesk")
    async def trees(
        request: Request, client: Client, d: str | None = None, t: str | None = None
    ) -> None:
        seat = await shell.trainers_seat(desk, request, client, HERE, "诊断树")
        if seat is None:
            return
        ui.add_head_html(STYLE)
        page = Drafting(seat, {"tree": TITLE}, diagnosis=True)

        async def begin() -> None:
            await page.read_list()
            if d:
                await page.open_draft(d)
            elif t:
                await page.open_document(t)

        ui.timer(0.0, begin, once=True)
