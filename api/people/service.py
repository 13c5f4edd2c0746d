"""Accounts, passwords and sessions."""

import asyncio
import hashlib
import secrets
import uuid
from datetime import timedelta
from pathlib import Path

from pwdlib import PasswordHash
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.errors import Conflict, Unauthorised
from api.people import repository
from api.people.models import Staff, StaffSession
from api.people.schemas import NewStaff
from api.settings import keep_privately

SESSION_LENGTH = timedelta(hours=12)
ADMIN = "admin"

_hasher = PasswordHash.recommended()
# Somebody who does not exist must cost as long to refuse as somebody who does.
_nobody = _hasher.hash(secrets.token_urlsafe())


async def log_in(session: AsyncSession, username: str, password: str) -> tuple[Staff, str]:
    """Return the person and a new session's secret.

    Raises:
        Unauthorised: the name or the password is wrong, or the account is closed.
    """
    person = await repository.by_username(session, username)
    stored = person.password_hash if person else _nobody
    # argon2 is meant to be slow: the event loop must not wait for it.
    good = await asyncio.to_thread(_verify, password, stored)
    if person is None or not good or not person.active:
        raise Unauthorised("用户名或密码不对，请重新输入。", code="wrong_credentials")
    secret = secrets.token_urlsafe(32)
    now = clock.now()
    session.add(
        StaffSession(
            token_hash=_digest(secret),
            staff_id=person.id,
            created_at=now,
            expires_at=now + SESSION_LENGTH,
        )
    )
    return person, secret


async def log_out(session: AsyncSession, secret: str) -> None:
    await repository.end_session(session, _digest(secret))


async def whose(session: AsyncSession, secret: str) -> Staff | None:
    """Return the person whose session `secret` opens, or None."""
    return await repository.by_session(session, _digest(secret), clock.now())


async def add(session: AsyncSession, new: NewStaff) -> Staff:
    """Create an account.

    Raises:
        Conflict: the username is taken.
    """
    person = Staff(
        id=str(uuid.uuid4()),
        username=new.username,
        name=new.name,
        role=new.role,
        password_hash=await asyncio.to_thread(_hasher.hash, new.password),
        created_at=clock.now(),
    )
    try:
        async with session.begin_nested():
            session.add(person)
    except IntegrityError as error:
        raise Conflict("这个用户名已经有人用了。", code="username_taken") from error
    return person


async def ensure_admin(session: AsyncSession, password: str, folder: Path) -> str | None:
    """Make the first account when there is none.

    Returns the password when one was made up here: the caller shows it once. It is also
    kept in `folder`/admin.password, mode 0600, for whoever missed the line.
    """
    if await repository.by_username(session, ADMIN) is not None:
        return None
    made_up = "" if password else secrets.token_urlsafe(12)
    await add(
        session,
        NewStaff.model_construct(
            username=ADMIN, password=password or made_up, name="管理员", role="admin"
        ),
    )
    if not made_up:
        return None
    keep_privately(folder / "admin.password", made_up)
    return made_up


def _verify(password: str, stored: str) -> bool:
    return _hasher.verify(password, stored)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
