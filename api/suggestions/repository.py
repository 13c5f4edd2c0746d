"""Queries on suggestions: those of one conversation, and how they fare."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.suggestions.models import Suggestion

NEWEST = 40
"""More than are ever open at once."""


async def newest(session: AsyncSession, conversation_id: str) -> Sequence[Suggestion]:
    """Return the last suggestions of a conversation in whatever state, newest first."""
    return (
        await session.scalars(
            select(Suggestion)
            .where(Suggestion.conversation_id == conversation_id)
            .order_by(Suggestion.created_at.desc())
            .limit(NEWEST)
        )
    ).all()


async def counts(
    session: AsyncSession, since: datetime
) -> Sequence[Row[str, str | None, str, int]]:
    """Return source, node, state and how many, of what was proposed since."""
    rows = await session.execute(
        select(Suggestion.source, Suggestion.node, Suggestion.state, func.count())
        .where(Suggestion.created_at >= since)
        .group_by(Suggestion.source, Suggestion.node, Suggestion.state)
    )
    return rows.all()


async def reasons(
    session: AsyncSession, since: datetime, limit: int
) -> Sequence[Row[str | None, int]]:
    """Return why suggestions were rejected, and how often each, the most frequent first."""
    times = func.count().label("times")
    rows = await session.execute(
        select(Suggestion.reason, times)
        .where(Suggestion.created_at >= since, Suggestion.state == "rejected")
        .group_by(Suggestion.reason)
        .order_by(times.desc(), Suggestion.reason)
        .limit(limit)
    )
    return rows.all()


async def edited(session: AsyncSession, since: datetime, limit: int) -> Sequence[Suggestion]:
    """Return the suggestions that were edited before they were sent, the latest first."""
    return (
        await session.scalars(
            select(Suggestion)
            .where(Suggestion.created_at >= since, Suggestion.state == "edited")
            .order_by(Suggestion.decided_at.desc())
            .limit(limit)
        )
    ).all()
