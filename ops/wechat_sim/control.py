"""What tests and the phone page order: users and their acts, faults, the clock, what was seen."""

import time
from collections.abc import Coroutine
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, File, HTTPException, Query, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ops.wechat_sim.faults import Order
from ops.wechat_sim.rules import ApiError
from ops.wechat_sim.sim import NotFollowingError, Sent, Sim, UnknownUserError

router = APIRouter(prefix="/sim")

MAX_FILE_BYTES = 30 * 1024 * 1024
WAIT_SECONDS = 20.0
OPENID = r"^[\w-]{28}$"


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewUser(Body):
    name: str = Field(default="", max_length=20)
    openid: str = Field(default="", pattern=r"^([\w-]{28})?$")
    following: bool = True


class Text(Body):
    text: str = Field(min_length=1, max_length=4000)
    menu_id: str | None = Field(default=None, max_length=200)
    """The id of the msgmenu entry that was pressed."""


class Voice(Body):
    recognition: str | None = Field(default=None, max_length=4000)


class Location(Body):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    label: str = Field(default="", max_length=200)
    scale: int = 16


class Other(Body):
    kind: Literal["video", "shortvideo", "link", "file"]


class Event(Body):
    event: str = Field(min_length=1, max_length=40)
    key: str = Field(default="", max_length=1000)


class Menu(Body):
    key: str = Field(min_length=1, max_length=1000)


class Clock(Body):
    advance_seconds: float = Field(ge=0, le=400 * 86400)


Wait = Annotated[bool, Query()]
"""Whether the answer waits for the product's."""


@router.post("/users", status_code=201)
async def add_user(request: Request, body: NewUser) -> dict[str, Any]:
    sim = _sim(request)
    user = sim.add_user(body.name, body.openid, body.following)
    return user.as_json(sim.now())


@router.get("/users")
async def users(request: Request) -> list[dict[str, Any]]:
    sim = _sim(request)
    return [user.as_json(sim.now()) for user in sim.users.values()]


@router.post("/users/{openid}/text")
async def text(request: Request, openid: str, body: Text, wait: Wait = True) -> dict[str, Any]:
    return await _do(request, openid, _sim(request).say(openid, body.text, body.menu_id), wait)


@router.post("/users/{openid}/voice")
async def voice(request: Request, openid: str, body: Voice, wait: Wait = True) -> dict[str, Any]:
    return await _do(request, openid, _sim(request).speak(openid, body.recognition), wait)


@router.post("/users/{openid}/image")
async def image(
    request: Request, openid: str, file: Annotated[UploadFile, File()], wait: Wait = True
) -> dict[str, Any]:
    data = await file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise HTTPException(413, "文件超过 30 MB，请换一个小一些的。")
    base = f"{str(request.base_url).rstrip('/')}/sim/media"
    mime = file.content_type or "image/jpeg"
    return await _do(request, openid, _sim(request).send_image(openid, data, mime, base), wait)


@router.post("/users/{openid}/location")
async def location(
    request: Request, openid: str, body: Location, wait: Wait = True
) -> dict[str, Any]:
    act = _sim(request).send_location(openid, body.latitude, body.longitude, body.label, body.scale)
    return await _do(request, openid, act, wait)


@router.post("/users/{openid}/other")
async def other(request: Request, openid: str, body: Other, wait: Wait = True) -> dict[str, Any]:
    return await _do(request, openid, _sim(request).send_other(openid, body.kind), wait)


@router.post("/users/{openid}/event")
async def event(request: Request, openid: str, body: Event, wait: Wait = True) -> dict[str, Any]:
    return await _do(request, openid, _sim(request).act(openid, body.event, body.key), wait)


@router.post("/users/{openid}/menu")
async def menu(request: Request, openid: str, body: Menu, wait: Wait = True) -> dict[str, Any]:
    """A pressed button of the account's menu."""
    return await _do(request, openid, _sim(request).act(openid, "CLICK", body.key), wait)


@router.get("/users/{openid}/messages")
async def messages(request: Request, openid: str) -> list[dict[str, Any]]:
    """What the phone shows, oldest first."""
    return [shown.as_json() for shown in _user_phone(request, openid)]


@router.get("/media/{media_id}")
async def media(request: Request, media_id: str) -> Response:
    """PicUrl's target, and the phone's pictures."""
    try:
        medium = _sim(request).medium(media_id)
    except ApiError as error:
        raise HTTPException(404, "没有这个文件，或已过三天。") from error
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return Response(medium.data, media_type=medium.mime, headers=headers)


@router.get("/state")
async def state(request: Request, after: int = -1, seconds: float = 0.0) -> dict[str, Any]:
    """All that the page shows but the messages; waits for something newer than `after`."""
    sim = _sim(request)
    if after >= 0:
        await sim.changes(after, min(seconds, WAIT_SECONDS))
    return {
        "version": sim.version,
        "app_id": sim.account.app_id,
        "mode": sim.mode,
        "callback": sim.pusher.callback,
        "product": request.app.state.product_url,
        "users": [user.as_json(sim.now()) for user in sim.users.values()],
        "menu": sim.menu,
        "faults": sim.faults.as_json(),
        "aged_seconds": sim.aged_seconds,
        "tokens_fetched": sim.tokens.fetched,
    }


@router.get("/product")
async def product(request: Request) -> dict[str, Any]:
    """Whether the product can serve: ready, starting, or away."""
    url = request.app.state.product_url
    status = await _sim(request).pusher.status(f"{url}/readyz") if url else None
    return {"url": url, "state": {None: "away", 200: "ready"}.get(status, "starting")}


@router.get("/log")
async def log(request: Request, after: int = 0) -> list[dict[str, Any]]:
    return _sim(request).journal.after(after)


@router.post("/faults")
async def faults(request: Request, body: Order) -> dict[str, Any]:
    _sim(request).order(body)
    return _sim(request).faults.as_json()


@router.post("/clock")
async def clock(request: Request, body: Clock) -> dict[str, Any]:
    """Move windows, tokens and media on; the times that pushes carry stay as they are."""
    _sim(request).age(body.advance_seconds)
    at = datetime.fromtimestamp(_sim(request).now(), UTC)
    return {"at": at.isoformat(), "aged_seconds": _sim(request).aged_seconds}


@router.post("/echo-check")
async def echo_check(request: Request) -> dict[str, Any]:
    """WeChat's check of the server address."""
    began = time.monotonic()
    good = await _sim(request).pusher.echo(_sim(request).account)
    return {"good": good, "seconds": time.monotonic() - began}


@router.post("/reset")
async def reset(request: Request) -> dict[str, Any]:
    _sim(request).reset()
    return {"version": _sim(request).version}


async def _do(
    request: Request, openid: str, act: Coroutine[Any, Any, Sent], wait: bool
) -> dict[str, Any]:
    """Await a user's act, or (the page) let it go on by itself.

    Raises: HTTPException 409 where the user does not follow the account.
    """
    if not wait:
        _sim(request).start(act)
        return {"started": True}
    try:
        sent = await act
    except NotFollowingError as error:
        raise HTTPException(409, "这位用户没有关注公众号，不能发消息。") from error
    return {
        "msg_id": sent.msg_id,
        "create_time": sent.create_time,
        "arrived": sent.arrived,
        "tries": [asdict(one) for one in sent.tries],
    }


def _user_phone(request: Request, openid: str) -> list[Any]:
    try:
        return _sim(request).user(openid).phone
    except UnknownUserError as error:
        raise HTTPException(404, "没有这位用户。") from error


def _sim(request: Request) -> Sim:
    return cast("Sim", request.app.state.sim)
