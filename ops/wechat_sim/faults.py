"""What goes wrong, and how often: ordered over /sim/faults, used up call by call."""

import asyncio
import contextlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from ops.wechat_sim import rules

Endpoint = Literal["send", "token", "media", "typing"]
HOLD_SECONDS = 30.0


class Fault(BaseModel):
    """The next `times` calls fail so."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["timeout", "error", "drop", "http500", "errcode"]
    errcode: int = -1
    times: int = Field(default=1, ge=0, le=10_000)
    after_accept: bool = False
    """The call takes effect (the phone shows the message), and the answer is lost or wrong."""
    seconds: float = Field(default=HOLD_SECONDS, ge=0, le=120)
    """How long `timeout` holds the connection before it cuts it."""


class PushFaults(BaseModel):
    """How what customers send reaches the product."""

    model_config = ConfigDict(extra="forbid")

    times: int = Field(default=1, ge=1, le=20)
    """Each message is sent so often, however the product answers."""
    at_once: bool = False
    """The copies go out side by side instead of one after the other."""
    bad_signature: bool = False
    timestamp_offset_seconds: int = 0


class Order(BaseModel):
    """The body of POST /sim/faults: what is given is set, what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    send: Fault | None = None
    token: Fault | None = None
    media: Fault | None = None
    typing: Fault | None = None
    push: PushFaults | None = None
    slow_seconds: float | None = Field(default=None, ge=0, le=120)
    """Each call of the product is answered so much later."""
    expire_token: Literal[True, 40001, 40014, 42001] | None = None
    """Every token given out stops working now; true means 42001."""


class Faults:
    def __init__(self) -> None:
        self.ordered: dict[str, Fault] = {}
        self.push = PushFaults()
        self.slow_seconds = 0.0

    def set(self, order: Order) -> None:
        for name in ("send", "token", "media", "typing"):
            fault: Fault | None = getattr(order, name)
            if fault is not None:
                self.ordered[name] = fault.model_copy()
        if order.push is not None:
            self.push = self.push.model_copy(update=order.push.model_dump(exclude_unset=True))
        if order.slow_seconds is not None:
            self.slow_seconds = order.slow_seconds

    def take(self, endpoint: Endpoint) -> Fault | None:
        """The fault of this call, counted down."""
        fault = self.ordered.get(endpoint)
        if fault is None or fault.times == 0:
            return None
        fault.times -= 1
        return fault

    def as_json(self) -> dict[str, object]:
        live = {name: fault.model_dump() for name, fault in self.ordered.items() if fault.times}
        return {**live, "push": self.push.model_dump(), "slow_seconds": self.slow_seconds}


async def failing(fault: Fault, closing: asyncio.Event) -> Response:
    """The answer of a call that fails so; a `timeout` is held until then."""
    if fault.kind == "timeout":
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), fault.seconds)
        return Cut()
    if fault.kind == "drop":
        return Cut()
    if fault.kind == "http500":
        return HTMLResponse("<h1>Internal Server Error</h1>", 500)
    return JSONResponse(rules.answer(-1 if fault.kind == "error" else fault.errcode))


class Cut(Response):
    """No answer at all: the connection breaks. Works on a socket served by `app.serving` only."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["roamdesk.abort"]()
        while (await receive())["type"] != "http.disconnect":
            pass
