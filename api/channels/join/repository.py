"""Queries on codes and on wrong guesses."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.channels.join.models import JoinCode, JoinTries


async def forget_expired(session: AsyncSession, at: datetime) -> None:
    """Give the codes free that ran out."""
    await session.execute(delete(JoinCode).where(JoinCode.expires_at <= at))


async def put(session: AsyncSession, conversation_id: str, code: str, until: datetime) -> bool:
    """Make `code` this conversation's; False when another conversation has it."""
    made = await session.execute(
        _insert(session)(JoinCode)
        .values(conversation_id=conversation_id, code=code, expires_at=until)
        .on_conflict_do_nothing()
        .returning(JoinCode.conversation_id)
    )
    return made.one_or_none() is not None


async def drop(session: AsyncSession, conversation_id: str) -> None:
    await session.execute(delete(JoinCode).where(JoinCode.conversation_id == conversation_id))


async def use(session: AsyncSession, code: str, at: datetime) -> str | None:
    """Take a code that is good; return its conversation. Of two who try at once, one gets it."""
    return (
        await session.execute(
            delete(JoinCode)
            .where(JoinCode.code == code, JoinCode.expires_at > at)
            .returning(JoinCode.conversation_id)
        )
    ).scalar_one_or_none()


async def tries(session: AsyncSession, who: str) -> JoinTries | None:
    """Return somebody's wrong guesses, locked against another of theirs at the same time."""
    return await session.get(JoinTries, who, with_for_update=True)


async def forgive(session: AsyncSession, who: str) -> None:
    await session.execute(delete(JoinTries).where(JoinTries.who == who))


async def count_wrong(session: AsyncSession, who: str, at: datetime) -> None:
    """Count one more; the first one begins the spell."""
    await session.execute(
        _insert(session)(JoinTries)
        .values(who=who, since=at, wrong=1)
        .on_conflict_do_update(index_elements=["who"], set_={"wrong": JoinTries.wrong + 1})
        .execution_options(synchronize_session=False)
    )


def _insert(session: AsyncSession) -> Any:
    return sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
