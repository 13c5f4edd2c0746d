"""Queries on phrases."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.phrases.models import Phrase


async def phrases(session: AsyncSession, *, active: bool | None = None) -> Sequence[Phrase]:
    """Return phrases in the order of their titles."""
    query = select(Phrase).order_by(Phrase.title, Phrase.id)
    if active is not None:
        query = query.where(Phrase.active == active)
    return (await session.scalars(query)).all()


async def by_id(
    session: AsyncSession, phrase_id: str, *, for_update: bool = False
) -> Phrase | None:
    return await session.get(Phrase, phrase_id, with_for_update=for_update or None)


async def edition(session: AsyncSession) -> tuple[int, datetime | None]:
    """Return what is another after every change of an offered phrase: their number, last change."""
    count, last = (
        await session.execute(
            select(func.count(Phrase.id), func.max(Phrase.updated_at)).where(Phrase.active)
        )
    ).one()
    return count, last
