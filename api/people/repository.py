"""Queries on staff and sessions."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.people.models import Staff, StaffSession


async def by_username(session: AsyncSession, username: str) -> Staff | None:
    return await session.scalar(select(Staff).where(Staff.username == username))


async def by_session(session: AsyncSession, token_hash: str, at: datetime) -> Staff | None:
    """Return the active person whose unexpired session this is."""
    return await session.scalar(
        select(Staff)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(StaffSession.token_hash == token_hash, StaffSession.expires_at > at, Staff.active)
    )


async def end_session(session: AsyncSession, token_hash: str) -> None:
    await session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash))
