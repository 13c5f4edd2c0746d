"""Puts the stand-in's parts together as one ASGI application, and serves it on a socket."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from ops.settings import ROOT
from ops.wechat_sim import control, wechat_api
from ops.wechat_sim.sim import Sim

PAGE = Path(__file__).with_name("page")
WIDGET = ROOT / "web" / "widget"


def create_app(sim: Sim, product_url: str = "") -> ASGIApp:
    """WeChat's calls, the controls and the phone page; `product_url` is where the page links to."""
    app = FastAPI(title="RoamDesk 微信替身", docs_url=None, redoc_url=None)
    app.state.sim = sim
    app.state.product_url = product_url
    app.include_router(wechat_api.router)
    app.include_router(control.router)

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(PAGE / "index.html", headers={"cache-control": "no-cache"})

    app.mount("/widget", StaticFiles(directory=WIDGET), name="widget")
    app.mount("/page", StaticFiles(directory=PAGE), name="page")
    return _CanCut(app)


@contextlib.asynccontextmanager
async def serving(sim: Sim, port: int = 0, product_url: str = "") -> AsyncIterator[str]:
    """Serve in this event loop; the URL without a slash. Port 0 takes a free one.

    Raises: OSError where the port is taken.
    """
    sim.open()
    # asyncio turns Nagle's delay off only where the socket names its protocol: 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with listener:
        listener.bind(("127.0.0.1", port))
        config = uvicorn.Config(
            create_app(sim, product_url),
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        server = _Quiet(config)
        task = asyncio.create_task(server.serve([listener]))
        while not server.started:  # noqa: ASYNC110, uvicorn has no event for it
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            sim.wake_all()
            await task
            await sim.close()


@contextlib.contextmanager
def served_aside(sim: Sim, port: int = 0, product_url: str = "") -> Iterator[str]:
    """The same in a thread of its own, for tests that block."""
    ready, stop = threading.Event(), threading.Event()
    url: list[str] = []

    async def run() -> None:
        async with serving(sim, port, product_url) as served:
            url.append(served)
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    try:
        if not ready.wait(10):
            raise OSError(f"the stand-in for WeChat does not start on port {port}")
        yield url[0]
    finally:
        stop.set()
        thread.join(10)


class _Quiet(uvicorn.Server):
    """Signals are the caller's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _CanCut:
    """Lets a response break the connection instead of answering."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # uvicorn's own `send` is a method of the request's cycle, which knows the connection.
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is not None:
            scope["roamdesk.abort"] = transport.abort
        await self._app(scope, receive, send)
