"""Passes the staff's pages through from the process that builds them (`web/`).

One address for everybody, while thirty consoles that open at once cost customers no turn.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

PREFIXES = ("/console", "/workbench", "/_nicegui", "/_nicegui_ws")

LOGIN = "/console/login"
"""A plain page of the API's own: it works before the staff's process does."""

HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
    ]
)
NOT_FOR_SOCKETS = HOP_BY_HOP | {"host", "sec-websocket-key", "sec-websocket-version"}
NOT_FOR_SOCKETS |= {"sec-websocket-extensions", "sec-websocket-protocol"}

SECONDS = 30.0
LARGEST_FRAME = 4 * 1024 * 1024

STARTING = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>RoamDesk</title>
<meta http-equiv="refresh" content="2"><link rel="stylesheet" href="/widget/tokens.css">
<body style="font-family:var(--rd-font);background:var(--rd-bg);color:var(--rd-text);padding:48px">
<p>坐席页面正在启动，几秒后自动打开。客户的对话不受影响。</p></body></html>"""


class PassThrough:
    """Middleware that hands the staff's paths to `pages` and everything else on."""

    def __init__(self, app: ASGIApp, pages: "StaffPages") -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        theirs = scope["type"] in ("http", "websocket") and is_staff_path(scope["path"])
        await (self._pages if theirs else self._app)(scope, receive, send)


def is_staff_path(path: str) -> bool:
    """Tell whether the process of the staff's pages answers `path`."""
    return path != LOGIN and any(path == p or path.startswith(f"{p}/") for p in PREFIXES)


class StaffPages:
    """An ASGI application in front of the one at `url` (http://127.0.0.1:port)."""

    def __init__(self, url: str) -> None:
        self._url = url
        # Loopback and plain: no certificates to load.
        self._http = httpx2.AsyncClient(base_url=url, timeout=SECONDS, verify=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(WebSocket(scope, receive, send))
        elif scope["type"] == "http":
            request = Request(scope, receive)
            await (await self._answer(request))(scope, receive, send)

    async def close(self) -> None:
        await self._http.aclose()

    async def _answer(self, request: Request) -> Response:
        headers = [(k, v) for k, v in request.headers.raw if k.decode().lower() not in HOP_BY_HOP]
        asked = self._http.build_request(
            request.method,
            _target(request.scope),
            headers=headers,
            content=await request.body() or None,
        )
        try:
            answer = await self._http.send(asked, stream=True)
        except httpx2.HTTPError:
            return HTMLResponse(STARTING, 503, {"Retry-After": "2", "Cache-Control": "no-store"})

        async def body() -> AsyncIterator[bytes]:
            try:
                async for part in answer.aiter_raw():
                    yield part
            finally:
                await answer.aclose()

        response = StreamingResponse(body(), answer.status_code)
        response.raw_headers = [
            (k.lower(), v) for k, v in answer.headers.raw if k.decode().lower() not in HOP_BY_HOP
        ]
        return response

    async def _socket(self, browser: WebSocket) -> None:
        origin = browser.headers.get("origin", "")
        if origin and origin.split("://", 1)[-1] != browser.headers.get("host"):
            await browser.close(1008)  # a page of another site
            return
        headers = [
            (k.decode("latin-1"), v.decode("latin-1"))
            for k, v in browser.headers.raw
            if k.decode().lower() not in NOT_FOR_SOCKETS
        ]
        url = "ws" + self._url.removeprefix("http") + _target(browser.scope)
        try:
            async with connect(
                url,
                additional_headers=headers,
                user_agent_header=None,
                max_size=LARGEST_FRAME,
                compression=None,
                proxy=None,
            ) as page:
                await browser.accept()
                await _both_ways(browser, page)
        except (OSError, WebSocketException):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await browser.close(1013)


async def _both_ways(browser: WebSocket, page: ClientConnection) -> None:
    """Pass frames on until either side ends."""
    ways = [
        asyncio.create_task(_from_browser(browser, page)),
        asyncio.create_task(_to_browser(browser, page)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await browser.close()


async def _from_browser(browser: WebSocket, page: ClientConnection) -> None:
    with contextlib.suppress(WebSocketDisconnect, ConnectionClosed):
        while True:
            frame = await browser.receive()
            if frame["type"] == "websocket.disconnect":
                return
            await page.send(frame["text"] if frame.get("text") is not None else frame["bytes"])


async def _to_browser(browser: WebSocket, page: ClientConnection) -> None:
    with contextlib.suppress(WebSocketDisconnect, ConnectionClosed, RuntimeError):
        async for frame in page:
            if isinstance(frame, str):
                await browser.send_text(frame)
            else:
                await browser.send_bytes(frame)


def _target(scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").split("?", 1)[0]
    return f"{path}?{query}" if query else path
