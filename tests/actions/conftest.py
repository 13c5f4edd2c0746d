"""A stand-in for the API at the one seam the actions have: its HTTP route."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
WithApi = Callable[[Handler, Callable[[str], Awaitable[Any]]], Any]


@pytest.fixture
def with_api() -> WithApi:
    """Serve a handler at /internal/turns while a coroutine runs with the server's address."""

    def serve(handler: Handler, use: Callable[[str], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            app = web.Application()
            app.router.add_post("/internal/turns", handler)
            async with TestServer(app) as server:
                return await use(str(server.make_url("/")))

        return asyncio.run(run())

    return serve
