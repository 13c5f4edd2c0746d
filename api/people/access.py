"""Who is asking: the dependencies that guard the staff routes."""

from typing import Annotated

from fastapi import Cookie, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.database import transaction_of_request
from api.errors import Forbidden, Unauthorised
from api.people import service
from api.people.models import Staff

COOKIE = "roamdesk_session"

Transaction = Annotated[AsyncSession, Depends(transaction_of_request, scope="function")]


async def staff(
    request: Request,
    secret: Annotated[str | None, Cookie(alias=COOKIE)] = None,
) -> Staff:
    """Return the person behind the session cookie.

    Looked up in a session of its own: who may act is known before what they do begins.

    Raises:
        Unauthorised: there is no session, or it has ended.
        Forbidden: the request comes from a page of another site.
    """
    refuse_other_sites(request)
    person = None
    if secret:
        async with request.app.state.database.reading() as session:
            person = await service.whose(session, secret)
    if person is None:
        raise Unauthorised("请先登录。", code="not_logged_in")
    return person


def refuse_other_sites(request: Request) -> None:
    """Refuse a browser's cross-site write (CSRF), by what every browser itself says."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("请从本站页面操作。", code="cross_site")
    origin = request.headers.get("origin")
    if origin and origin.split("://", 1)[-1] != request.headers.get("host"):
        raise Forbidden("请从本站页面操作。", code="cross_site")


def _require(*roles: str):  # type: ignore[no-untyped-def]
    async def check(person: Annotated[Staff, Depends(staff)]) -> Staff:
        if person.role not in roles:
            raise Forbidden("您的角色不能做这件事。", code="role_not_allowed", needs=list(roles))
        return person

    return check


AnyStaff = Annotated[Staff, Depends(staff)]
Agent = Annotated[Staff, Depends(_require("agent", "supervisor", "admin"))]
Supervisor = Annotated[Staff, Depends(_require("supervisor", "admin"))]
Trainer = Annotated[Staff, Depends(_require("trainer", "supervisor", "admin"))]
Admin = Annotated[Staff, Depends(_require("admin"))]
