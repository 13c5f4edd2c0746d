"""Queries of the review queue."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, or_, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.conversations.models import Conversation, Message
from api.people.models import Staff
from api.suggestions.models import Suggestion
from api.training.review.models import (
    ReviewGroup,
    ReviewItem,
    ReviewLabel,
    ReviewMark,
    ReviewTag,
)

ITEMS_LOCK = 20_261_125
"""A number that no other lock of this database has."""


@dataclass(frozen=True)
class Filters:
    """What of the queue is wanted; None: everything."""

    state: str = "open"
    bits: int | None = None
    """Any of these reasons."""
    intent: str | None = None
    least_sure: float | None = None
    most_sure: float | None = None
    tag: str | None = None
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str | None = None
    not_labelled_by: str | None = None
    """A trainer who wants what others labelled and they have not."""


async def one_at_a_time(session: AsyncSession) -> None:
    """Let one transaction at a time change many items: two that take the same rows in another
    order would wait for each other for ever. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text(f"select pg_advisory_xact_lock({ITEMS_LOCK})"))


# ---- what the scanner reads and writes -----------------------------------------------------------


async def touched(
    session: AsyncSession, after: tuple[datetime, str], limit: int
) -> Sequence[tuple[str, datetime]]:
    """Return conversations in which something happened after (when, id), oldest first, and when."""
    since, name = after
    talked = (
        select(Conversation.id, Conversation.updated_at)
        .where(
            Conversation.updated_at >= since,
            or_(Conversation.updated_at > since, Conversation.id > name),
        )
        .order_by(Conversation.updated_at, Conversation.id)
        .limit(limit)
    )
    decided = (
        select(Suggestion.conversation_id, Suggestion.decided_at)
        .where(
            Suggestion.decided_at >= since,
            or_(Suggestion.decided_at > since, Suggestion.conversation_id > name),
            Suggestion.state == "rejected",
        )
        .order_by(Suggestion.decided_at, Suggestion.conversation_id)
        .limit(limit)
    )
    rows = [(row[0], row[1]) for row in (await session.execute(talked)).all()]
    rows += [(row[0], row[1]) for row in (await session.execute(decided)).all() if row[1]]
    return sorted(rows, key=lambda row: (row[1], row[0]))[:limit]


async def conversations(session: AsyncSession, ids: Collection[str]) -> Sequence[Conversation]:
    return (await session.scalars(select(Conversation).where(Conversation.id.in_(ids)))).all()


async def messages(session: AsyncSession, ids: Collection[str]) -> Sequence[Any]:
    """Return what the signals need of the messages, in their order."""
    query = (
        select(
            Message.id,
            Message.conversation_id,
            Message.seq,
            Message.sender,
            Message.text,
            Message.asks,
            Message.reply_to,
            Message.choice,
            Message.turn,
            Message.trace,
            Message.created_at,
        )
        .where(Message.conversation_id.in_(ids))
        .order_by(Message.conversation_id, Message.seq)
    )
    return (await session.execute(query)).all()


async def fates(session: AsyncSession, ids: Collection[str]) -> Sequence[Any]:
    query = select(
        Suggestion.conversation_id, Suggestion.reply_to, Suggestion.source, Suggestion.state
    ).where(Suggestion.conversation_id.in_(ids), Suggestion.state.in_(("edited", "rejected")))
    return (await session.execute(query)).all()


async def mark(session: AsyncSession, name: str) -> datetime | None:
    return await session.scalar(select(ReviewMark.at).where(ReviewMark.name == name))


async def set_mark(session: AsyncSession, name: str, at: datetime) -> None:
    await _upsert(session, ReviewMark, [{"name": name, "at": at}], ["name"], ["at"])


async def put_groups(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    await _upsert(session, ReviewGroup, rows, ["id"], [])


async def put_items(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Insert items; of those that are known only what may have changed is written."""
    changing = ["bits", "score", "hint", "intent", "confidence", "runner_up", "margin", "facts"]
    await _upsert(session, ReviewItem, rows, ["message_id"], changing)


async def add_item(session: AsyncSession, row: dict[str, Any]) -> None:
    """Insert one item, unless it is there."""
    await _upsert(session, ReviewItem, [row], ["message_id"], [])


async def _upsert(
    session: AsyncSession,
    table: Any,
    rows: list[dict[str, Any]],
    keys: Sequence[str],
    changing: Sequence[str],
) -> None:
    if not rows:
        return
    bind = session.get_bind()
    insert: Any = sqlite.insert if bind.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    if changing:
        new = {name: statement.excluded[name] for name in changing}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=new)
    else:
        statement = statement.on_conflict_do_nothing()
    await session.execute(statement, rows)


# ---- the page --------------------------------------------------------------------------------


def _wanted(item: Any, filters: Filters) -> list[Any]:
    of = [item.state == filters.state]
    if filters.bits:
        of.append(item.bits.bitwise_and(filters.bits) != 0)
    for column, value in ((item.intent, filters.intent), (item.channel, filters.channel)):
        if value is not None:
            of.append(column == value)
    if filters.least_sure is not None:
        of.append(item.confidence >= filters.least_sure)
    if filters.most_sure is not None:
        of.append(item.confidence <= filters.most_sure)
    if filters.since is not None:
        of.append(item.created_at >= filters.since)
    if filters.until is not None:
        of.append(item.created_at < filters.until)
    if filters.words:
        of.append(item.text.contains(filters.words, autoescape=True))
    if filters.tag is not None:
        tagged = aliased(ReviewTag)
        of.append(exists().where(tagged.tag == filters.tag, tagged.message_id == item.message_id))
    if filters.not_labelled_by is not None:
        label = aliased(ReviewLabel)
        theirs = exists().where(label.item_id == item.message_id)
        of.append(theirs)
        of.append(~theirs.where(label.staff_id == filters.not_labelled_by))
    return of


async def page(
    session: AsyncSession,
    filters: Filters,
    *,
    after: tuple[float, str] | None,
    limit: int,
    grouped: bool,
) -> Sequence[ReviewItem]:
    """Return items, the highest score first; `grouped`: of each group only its first."""
    await _by_index(session)
    query = select(ReviewItem).where(*_wanted(ReviewItem, filters))
    if after is not None:
        query = query.where(tuple_(ReviewItem.score, ReviewItem.message_id) < tuple_(*after))
    if grouped:
        # A scalar subquery, not an anti-join: both databases then go down the index of the page
        # and ask once a row, and stop when the page is full.
        best = aliased(ReviewItem)
        first = (
            select(best.message_id)
            .where(best.group_id == ReviewItem.group_id, *_wanted(best, filters))
            .order_by(best.score.desc(), best.message_id.desc())
            .limit(1)
            .correlate(ReviewItem)
            .scalar_subquery()
        )
        query = query.where(ReviewItem.message_id == first)
    query = query.order_by(ReviewItem.score.desc(), ReviewItem.message_id.desc()).limit(limit)
    return (await session.scalars(query)).all()


async def _by_index(session: AsyncSession) -> None:
    """Let PostgreSQL go down the index of the page: where it thinks a filter lets few rows through,
    or has not looked at a table that has just grown, it sorts the whole queue for one page."""
    if session.get_bind().dialect.name == "postgresql":
        for way in ("sort", "bitmapscan", "seqscan"):
            await session.execute(text(f"set local enable_{way} = off"))


async def sizes(session: AsyncSession, groups: Collection[str], state: str) -> dict[str, int]:
    """Return how many items of this state each group has."""
    query = (
        select(ReviewItem.group_id, func.count())
        .where(ReviewItem.group_id.in_(groups), ReviewItem.state == state)
        .group_by(ReviewItem.group_id)
    )
    return {row[0]: row[1] for row in (await session.execute(query)).all()}


async def tags(session: AsyncSession, ids: Collection[str]) -> dict[str, list[str]]:
    query = select(ReviewTag).where(ReviewTag.message_id.in_(ids)).order_by(ReviewTag.tag)
    found: dict[str, list[str]] = {}
    for row in (await session.scalars(query)).all():
        found.setdefault(row.message_id, []).append(row.tag)
    return found


async def all_tags(session: AsyncSession, limit: int = 100) -> Sequence[str]:
    return (
        await session.scalars(select(ReviewTag.tag).distinct().order_by(ReviewTag.tag).limit(limit))
    ).all()


async def counts(session: AsyncSession) -> Sequence[tuple[str, int, int]]:
    """Return (state, bits, how many)."""
    query = select(ReviewItem.state, ReviewItem.bits, func.count()).group_by(
        ReviewItem.state, ReviewItem.bits
    )
    return [(row[0], row[1], row[2]) for row in (await session.execute(query)).all()]


# ---- one item ----------------------------------------------------------------------------------


async def item(
    session: AsyncSession, message_id: str, *, for_update: bool = False
) -> ReviewItem | None:
    return await session.get(ReviewItem, message_id, with_for_update=for_update or None)


async def message(session: AsyncSession, message_id: str) -> tuple[Message, str] | None:
    """Return a message and the channel of its conversation."""
    row = (
        await session.execute(
            select(Message, Conversation.channel)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Message.id == message_id)
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


async def said_by_customer(session: AsyncSession, conversation_id: str) -> Sequence[Message]:
    """Return a customer's messages, in their order."""
    query = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.sender == "customer")
        .order_by(Message.seq)
    )
    return (await session.scalars(query)).all()


async def around(session: AsyncSession, message: Message, before: int, after: int) -> Sequence[Any]:
    """Return the messages around one, in their order."""
    query = (
        select(Message.id, Message.seq, Message.sender, Message.text, Message.created_at)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.seq.between(message.seq - before, message.seq + after),
        )
        .order_by(Message.seq)
    )
    return (await session.execute(query)).all()


async def close_group(
    session: AsyncSession, group: str, but: str, state: str, at: datetime
) -> list[str]:
    """Close the other open items of a group; return which they were."""
    closed = await session.scalars(
        update(ReviewItem)
        .where(
            ReviewItem.group_id == group, ReviewItem.state == "open", ReviewItem.message_id != but
        )
        .values(state=state, decided_at=at)
        .returning(ReviewItem.message_id)
        .execution_options(synchronize_session=False)
    )
    return list(closed.all())


async def open_again(session: AsyncSession, group: str, at: datetime) -> None:
    """Open the items of a group that were closed at that instant."""
    await session.execute(
        update(ReviewItem)
        .where(ReviewItem.group_id == group, ReviewItem.decided_at == at)
        .values(state="open", decided_at=None)
        .execution_options(synchronize_session=False)
    )


async def label(session: AsyncSession, item_id: str, staff_id: str) -> ReviewLabel | None:
    return await session.scalar(
        select(ReviewLabel).where(ReviewLabel.item_id == item_id, ReviewLabel.staff_id == staff_id)
    )


async def labels(session: AsyncSession, ids: Collection[str]) -> Sequence[Any]:
    """Return the labels of items with their trainers' names, the oldest first."""
    query = (
        select(ReviewLabel, Staff.name, Staff.username)
        .join(Staff, Staff.id == ReviewLabel.staff_id)
        .where(ReviewLabel.item_id.in_(ids))
        .order_by(ReviewLabel.id)
    )
    return (await session.execute(query)).all()


async def labelled_by_two(session: AsyncSession, limit: int) -> Sequence[Any]:
    """Return (item, staff, intent, name) of the items that two or more labelled, newest first."""
    several = (
        select(ReviewLabel.item_id, func.max(ReviewLabel.id).label("newest"))
        .group_by(ReviewLabel.item_id)
        .having(func.count() > 1)
        .order_by(func.max(ReviewLabel.id).desc())
        .limit(limit)
        .subquery()
    )
    query = (
        select(
            ReviewLabel.item_id,
            ReviewLabel.staff_id,
            ReviewLabel.intent,
            Staff.name,
            ReviewItem.text,
        )
        .join(several, several.c.item_id == ReviewLabel.item_id)
        .join(Staff, Staff.id == ReviewLabel.staff_id)
        .join(ReviewItem, ReviewItem.message_id == ReviewLabel.item_id)
        .order_by(several.c.newest.desc(), ReviewLabel.id)
    )
    return (await session.execute(query)).all()


async def labelled_conversations(session: AsyncSession, limit: int) -> Sequence[Any]:
    """Return (conversation, messages labelled, the last label's time, the customer's first words,
    how much they said), those labelled last first."""
    first = aliased(Message)
    words = (
        select(first.text)
        .where(first.conversation_id == ReviewItem.conversation_id, first.sender == "customer")
        .order_by(first.seq)
        .limit(1)
        .correlate(ReviewItem)
        .scalar_subquery()
    )
    said = (
        select(func.count())
        .where(first.conversation_id == ReviewItem.conversation_id, first.sender == "customer")
        .correlate(ReviewItem)
        .scalar_subquery()
    )
    last = func.max(ReviewLabel.at)
    query = (
        select(
            ReviewItem.conversation_id,
            func.count(ReviewItem.message_id.distinct()),
            last,
            words,
            said,
        )
        .join(ReviewLabel, ReviewLabel.item_id == ReviewItem.message_id)
        .group_by(ReviewItem.conversation_id)
        .order_by(last.desc())
        .limit(limit)
    )
    return (await session.execute(query)).all()
