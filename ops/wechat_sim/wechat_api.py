"""The calls that the product makes: /cgi-bin/…, answered as WeChat answers them."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, cast

from fastapi import APIRouter, Request, UploadFile
from starlette.responses import JSONResponse, Response

from ops.wechat_sim import rules
from ops.wechat_sim.faults import Endpoint, failing
from ops.wechat_sim.journal import WAITING
from ops.wechat_sim.rules import ApiError
from ops.wechat_sim.sim import Sim, extension

router = APIRouter(prefix="/cgi-bin")


@router.post("/stable_token")
async def stable_token(request: Request) -> Response:
    body = await _json(request)

    def give() -> dict[str, Any]:
        asked = _document(body)
        _check_credentials(_sim(request), asked)
        token, seconds = _sim(request).tokens.stable(force=asked.get("force_refresh") is True)
        return {"access_token": token, "expires_in": seconds}

    return await _answer(request, "token", body, give)


@router.get("/token")
async def token(request: Request) -> Response:
    query = dict(request.query_params)

    def give() -> dict[str, Any]:
        _check_credentials(_sim(request), query)
        token, seconds = _sim(request).tokens.plain()
        return {"access_token": token, "expires_in": seconds}

    return await _answer(request, "token", query, give)


@router.post("/message/custom/send")
async def send(request: Request) -> Response:
    body = await _json(request)

    def take() -> dict[str, Any]:
        _check_token(request)
        _sim(request).deliver(_document(body))
        return rules.answer()

    return await _answer(request, "send", body, take)


@router.post("/message/custom/typing")
async def typing(request: Request) -> Response:
    body = await _json(request)

    def take() -> dict[str, Any]:
        _check_token(request)
        _sim(request).type(_document(body))
        return rules.answer()

    return await _answer(request, "typing", body, take)


@router.get("/media/get")
async def media_get(request: Request, media_id: str = "") -> Response:
    def give() -> Response:
        _check_token(request)
        medium = _sim(request).medium(media_id)
        name = media_id + extension(medium.mime)
        headers = {"Content-disposition": f'attachment; filename="{name}"'}
        return Response(medium.data, media_type=medium.mime, headers=headers)

    return await _answer(request, "media", {"media_id": media_id}, give)


@router.post("/media/upload")
async def media_upload(request: Request, media: UploadFile, type: str = "image") -> Response:
    data = await media.read()

    def keep() -> dict[str, Any]:
        _check_token(request)
        sim = _sim(request)
        media_id = sim.keep(data, media.content_type or "application/octet-stream")
        return {"type": type, "media_id": media_id, "created_at": int(sim.base())}

    return await _answer(request, "media", {"type": type, "bytes": len(data)}, keep)


@router.post("/menu/create")
async def menu_create(request: Request) -> Response:
    body = await _json(request)

    def keep() -> dict[str, Any]:
        _check_token(request)
        _sim(request).set_menu(_document(body))
        return rules.answer()

    return await _answer(request, None, body, keep)


@router.get("/menu/delete")
async def menu_delete(request: Request) -> Response:
    def drop() -> dict[str, Any]:
        _check_token(request)
        _sim(request).menu = None
        _sim(request).tell()
        return rules.answer()

    return await _answer(request, None, {}, drop)


@router.get("/menu/get")
async def menu_get(request: Request) -> Response:
    def give() -> dict[str, Any]:
        _check_token(request)
        menu = _sim(request).menu
        if menu is None:
            raise ApiError(46003)
        return {"menu": menu}

    return await _answer(request, None, {}, give)


@router.get("/get_current_selfmenu_info")
async def menu_info(request: Request) -> Response:
    def give() -> dict[str, Any]:
        _check_token(request)
        menu = _sim(request).menu
        return {"is_menu_open": int(menu is not None), "selfmenu_info": menu or {"button": []}}

    return await _answer(request, None, {}, give)


async def _answer(
    request: Request,
    endpoint: Endpoint | None,
    body: dict[str, Any] | None,
    act: Callable[[], dict[str, Any] | Response],
) -> Response:
    """Do what was asked, unless a fault was ordered; write it into the journal."""
    sim, began = _sim(request), time.monotonic()
    if sim.faults.slow_seconds:
        await asyncio.sleep(sim.faults.slow_seconds)
    fault = sim.faults.take(endpoint) if endpoint else None
    result: dict[str, Any] | Response = {}
    if fault is None or fault.after_accept:
        try:
            result = act()
        except ApiError as error:
            result, fault = rules.answer(error.errcode), None
    entry = sim.journal.add(
        sim.base(),
        "call",
        request.url.path.removeprefix("/cgi-bin/"),
        openid=str((body or {}).get("touser", "")),
        status=WAITING if fault else "200",
        errcode=None if fault or isinstance(result, Response) else result.get("errcode"),
        detail=body or {},
    )
    sim.tell()
    if fault is not None:
        response = await failing(fault, sim.closing)
        kept = "，消息已收下" if fault.after_accept else ""
        entry.status = {"timeout": "超时", "drop": "断开", "http500": "500"}.get(fault.kind, "200")
        entry.status += f"（按设定{kept}）"
        if fault.kind in ("error", "errcode"):
            entry.errcode = -1 if fault.kind == "error" else fault.errcode
    elif isinstance(result, Response):
        response = result
    else:
        response = JSONResponse(result)
    entry.seconds = time.monotonic() - began
    sim.tell()
    return response


def _sim(request: Request) -> Sim:
    return cast("Sim", request.app.state.sim)


def _check_token(request: Request) -> None:
    _sim(request).tokens.check(request.query_params.get("access_token"))


def _check_credentials(sim: Sim, given: dict[str, Any]) -> None:
    if given.get("grant_type") != "client_credential":
        raise ApiError(40002)
    if given.get("appid") != sim.account.app_id:
        raise ApiError(40013)
    if given.get("secret") != sim.account.secret:
        raise ApiError(40125)


async def _json(request: Request) -> dict[str, Any] | None:
    """The body, or None where it is no JSON object."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _document(body: dict[str, Any] | None) -> dict[str, Any]:
    if body is None:
        raise ApiError(47001)
    return body
