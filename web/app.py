"""Puts the staff's pages together; they are built when somebody opens them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from nicegui import app as pages
from nicegui import ui

from web import shell
from web.api_client import Api
from web.console import back_office, overview, page, phrases
from web.news import News
from web.settings import Settings
from web.workbench import articles, changes, coverage, practice, review, runs, stories, trees

RECONNECT_SECONDS = 120.0
"""A laptop that sleeps, a lift, a change of network: the page goes on where it was."""


def create_app(settings: Settings) -> FastAPI:
    """Return the application of the staff process."""
    api = Api(settings.api_url, settings.internal_key)
    news = News(api)
    desk = shell.Desk(api, news)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        following = asyncio.create_task(news.run())
        try:
            yield
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
            await api.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    console = (page, back_office, overview, phrases)
    workbench = (review, changes, stories, coverage, trees, articles, runs, practice)
    for part in (*console, *workbench):
        part.install(desk)
    app.include_router(shell.router(desk))

    @pages.exception_handler(404)
    async def no_such_page(_: Request, __: Exception) -> HTMLResponse:
        return HTMLResponse(shell.NO_SUCH_PAGE, 404)

    ui.run_with(
        app,
        title="RoamDesk",
        language="zh-CN",
        favicon=shell.FAVICON,
        tailwind=False,
        reconnect_timeout=RECONNECT_SECONDS,
        binding_refresh_interval=None,
        show_welcome_message=False,
        dark=None,
    )
    return app
