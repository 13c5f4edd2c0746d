"""The address that WeChat's servers call, and what staff do with a message that did not arrive."""

import contextlib
from collections.abc import Iterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import PlainTextResponse

from api import clock
from api.channels.wechat import crypto
from api.channels.wechat.reach import DeliveryOut, delivery_out
from api.channels.wechat.service import WeChat
from api.errors import Forbidden, Invalid, NotFound, TooLarge, Unavailable
from api.people.access import Agent

log = structlog.get_logger()
router = APIRouter(tags=["wechat"])

MAX_BODY_BYTES = 64 * 1024
"""WeChat's largest messages have a few kilobytes."""

Short = Annotated[str, Query(max_length=256)]
DeliveryId = Annotated[int, Path(ge=1, le=2**31 - 1)]
TAKEN = PlainTextResponse("success")


@router.get("/v1/channels/wechat", response_class=PlainTextResponse)
async def echo(
    request: Request,
    signature: Short = "",
    timestamp: Short = "",
    nonce: Short = "",
    echostr: Annotated[str, Query(max_length=1024)] = "",
) -> PlainTextResponse:
    """Answer WeChat's check of the address: give back `echostr` when the signature fits."""
    wechat = _configured(request)
    with _refusals_logged():
        wechat.opener.check(crypto.Query(signature, timestamp, nonce), clock.real())
    return PlainTextResponse(echostr, headers={"X-Content-Type-Options": "nosniff"})


@router.post("/v1/channels/wechat", response_class=PlainTextResponse)
async def receive(
    request: Request,
    signature: Short = "",
    timestamp: Short = "",
    nonce: Short = "",
    msg_signature: Short = "",
) -> PlainTextResponse:
    """Take one message or event, plain or encrypted (XML), and answer `success` at once.

    The reply goes out later by a customer-service message. Sent again, it changes nothing.
    """
    wechat = _configured(request)
    query = crypto.Query(signature, timestamp, nonce, msg_signature)
    with _refusals_logged():
        wechat.opener.check(query, clock.real())
        await wechat.take(await _body(request), query)
    return TAKEN


@router.post("/v1/wechat/deliveries/{delivery_id}/again", status_code=201, tags=["staff"])
async def again(delivery_id: DeliveryId, request: Request, _: Agent) -> DeliveryOut:
    """Send a bubble again that did not arrive or may not have; the customer may get it twice."""
    return delivery_out(await _configured(request).send_again(delivery_id))


@contextlib.contextmanager
def _refusals_logged() -> Iterator[None]:
    """What is refused here the operator sees nowhere else: a wrong token, key or clock."""
    try:
        yield
    except (Forbidden, Invalid) as error:
        log.warning("wechat_refused", code=error.code)
        raise


def _configured(request: Request) -> WeChat:
    wechat: WeChat | None = getattr(request.app.state, "wechat", None)
    if wechat is None and request.app.state.settings.wechat:
        raise Unavailable("系统正在启动，请稍后再试。", code="starting")
    if wechat is None:
        raise NotFound("这里没有接入微信。", code="wechat_not_configured")
    return wechat


async def _body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > MAX_BODY_BYTES:
        raise TooLarge("推送的内容太大。")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge("推送的内容太大。")
    return bytes(body)
