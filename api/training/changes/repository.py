"""Queries on change sets."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.people.models import Staff
from api.training.changes.models import Change, ChangedFile, ChangeSet

OPEN = ("draft", "failed")
"""States in which a set can still be added to and written."""


async def change_set(
    session: AsyncSession, set_id: str, *, for_update: bool = False
) -> ChangeSet | None:
    return await session.get(ChangeSet, set_id, with_for_update=for_update or None)


async def draft_of(session: AsyncSession, staff_id: str) -> ChangeSet | None:
    return await session.scalar(
        select(ChangeSet)
        .where(ChangeSet.author_id == staff_id, ChangeSet.state.in_(OPEN))
        .order_by(ChangeSet.created_at, ChangeSet.id)
        .limit(1)
    )


async def change_sets(
    session: AsyncSession, *, before: Any = None, limit: int = 50
) -> Sequence[Any]:
    """Return (set, author's name, username, number of changes), the newest first."""
    number = (
        select(func.count())
        .where(Change.set_id == ChangeSet.id)
        .correlate(ChangeSet)
        .scalar_subquery()
    )
    query = (
        select(ChangeSet, Staff.name, Staff.username, number)
        .join(Staff, Staff.id == ChangeSet.author_id)
        .order_by(ChangeSet.created_at.desc(), ChangeSet.id)
        .limit(limit)
    )
    if before is not None:
        query = query.where(ChangeSet.created_at < before)
    return (await session.execute(query)).all()


async def author(session: AsyncSession, found: ChangeSet) -> Staff:
    return await session.get_one(Staff, found.author_id)


async def changes(session: AsyncSession, set_id: str) -> Sequence[Change]:
    return (
        await session.scalars(
            select(Change).where(Change.set_id == set_id).order_by(Change.position, Change.id)
        )
    ).all()


async def change(session: AsyncSession, change_id: str) -> Change | None:
    return await session.get(Change, change_id)


async def last_position(session: AsyncSession, set_id: str) -> int:
    found = await session.scalar(select(func.max(Change.position)).where(Change.set_id == set_id))
    return found or 0


async def proposed(session: AsyncSession, kind: str) -> Sequence[tuple[Change, str]]:
    """Return the changes of a kind that are not written yet, and their authors' names."""
    query = (
        select(Change, Staff.name)
        .join(ChangeSet, ChangeSet.id == Change.set_id)
        .join(Staff, Staff.id == ChangeSet.author_id)
        .where(Change.kind == kind, ChangeSet.state.in_((*OPEN, "applying")))
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def of_messages(
    session: AsyncSession, message_ids: Collection[str]
) -> Sequence[tuple[Change, ChangeSet]]:
    query = (
        select(Change, ChangeSet)
        .join(ChangeSet, ChangeSet.id == Change.set_id)
        .where(Change.message_id.in_(message_ids))
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def files(session: AsyncSession, set_id: str) -> Sequence[ChangedFile]:
    return (
        await session.scalars(
            select(ChangedFile).where(ChangedFile.set_id == set_id).order_by(ChangedFile.file)
        )
    ).all()
