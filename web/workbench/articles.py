"""`/workbench/articles`: knowledge articles and common replies as drafts."""

from fastapi import Request
from nicegui import Client, ui

from web import shell
from web.shell import Desk
from web.workbench.draft_elements import STYLE
from web.workbench.drafting import Drafting

HERE = "/workbench/articles"
TITLE = "文章与常用语"


def install(desk: Desk) -> None:
    """Add the page to the staff's application."""

    @ui.page(HERE, title=f"{TITLE} · RoamDesk")
    async def articles(request: Request, client: Client, d: str | None = None) -> None:
        seat = await shell.trainers_seat(desk, request, client, HERE, "文章与常用语")
        if seat is None:
            return
        ui.add_head_html(STYLE)
        page = Drafting(seat, {"article": "文章", "phrase": "常用语"}, diagnosis=False)

        async def begin() -> None:
            await page.read_list()
            if d:
                await page.open_draft(d)

        ui.timer(0.0, begin, once=True)
