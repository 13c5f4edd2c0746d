"""Logging in and out, and the staff's accounts."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response

from api.people import service
from api.people.access import COOKIE, Admin, AnyStaff, Transaction, refuse_other_sites
from api.people.schemas import Login, NewStaff, Person

router = APIRouter(prefix="/v1", tags=["staff"])


@router.post("/auth/login")
async def log_in(body: Login, request: Request, response: Response, session: Transaction) -> Person:
    refuse_other_sites(request)
    await request.app.state.limits.login(request)
    person, secret = await service.log_in(session, body.username, body.password)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(service.SESSION_LENGTH.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return Person.model_validate(person)


@router.post("/auth/logout", status_code=204)
async def log_out(
    request: Request,
    session: Transaction,
    secret: Annotated[str | None, Cookie(alias=COOKIE)] = None,
) -> Response:
    refuse_other_sites(request)
    if secret:
        await service.log_out(session, secret)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE)
    return response


@router.get("/me")
async def me(person: AnyStaff) -> Person:
    return Person.model_validate(person)


@router.post("/staff", status_code=201)
async def add_staff(body: NewStaff, session: Transaction, _: Admin) -> Person:
    return Person.model_validate(await service.add(session, body))
