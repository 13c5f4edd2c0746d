"""The desk's queries: few statements, however long the queue or the conversation is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.conversations.models import CLAIMED, Conversation, Message
from api.diagnosis.models import Case, CaseFact
from api.people.models import Staff
from api.tickets.models import Ticket, TicketClock, TicketEvent

PREVIEW = 400
"""Characters of a message that are read for the queue: masked first, then cut to be shown."""


def _first_clock(ticket_number: Any) -> Any:
    """The name of a ticket's unmet clock that is due first."""
    other = aliased(TicketClock)
    return (
        select(other.name)
        .where(other.ticket_number == ticket_number, other.met_at.is_(None))
        .order_by(other.due_at, other.name)
        .limit(1)
        .correlate(Ticket)
        .scalar_subquery()
    )


_CLOCK = and_(
    TicketClock.ticket_number == Ticket.number, TicketClock.name == _first_clock(Ticket.number)
)
"""Joins to a ticket the clock that runs out first."""

_SERVICE = (
    select(CaseFact.value)
    .join(Case, Case.id == CaseFact.case_id)
    .where(Case.conversation_id == Conversation.id, CaseFact.fact == "service")
    .order_by(CaseFact.id.desc())
    .limit(1)
    .correlate(Conversation)
    .scalar_subquery()
)


_ORDER = (
    case(
        (and_(Conversation.waiting, Conversation.wants_person), 0),
        (Conversation.waiting, 1),
        else_=2,
    ),
    case((Conversation.waiting, Conversation.waiting_since), else_=None),
    Conversation.updated_at.desc(),
    Conversation.id,
)
"""Who asked for a person and waits, then who waits, the longest first; then the latest active."""


_OPEN = or_(Conversation.waiting, Conversation.mode.in_(CLAIMED))
"""Waiting for a person or held by one."""


def _live(since: datetime) -> Any:
    return or_(Conversation.updated_at > since, _OPEN)


def _listed(since: datetime, limit: int, conditions: Sequence[Any] = ()) -> Any:
    """The ids of the queue in its order: conversations active since then and all open ones.

    Two branches, so that each goes by an index and costs the same however many conversations
    there were in these days: nobody behind the latest `limit` is shown unless open.
    """
    latest = (
        select(Conversation.id)
        .where(Conversation.updated_at > since, *conditions)
        .order_by(Conversation.updated_at.desc())
        .limit(limit)
        .subquery()
    )
    still_open = select(Conversation.id).where(_OPEN, *conditions)
    either = union(select(latest.c.id), still_open).subquery()
    return (
        select(Conversation.id)
        .join(either, either.c.id == Conversation.id)
        .order_by(*_ORDER)
        .limit(limit)
    )


async def queue_order(session: AsyncSession, *, since: datetime, limit: int) -> Sequence[str]:
    """Return the ids of the queue's conversations in their order."""
    return (await session.scalars(_listed(since, limit))).all()


async def queue(
    session: AsyncSession,
    *,
    since: datetime,
    limit: int,
    mode: str | None = None,
    waiting: bool | None = None,
    holder: str | None = None,
    channel: str | None = None,
    country: str | None = None,
) -> Sequence[Any]:
    """Return the queue's rows in their order, in one statement.

    Conversations active after `since` and all open ones, at most `limit`; the rest narrows them.
    """
    conditions = [
        column == wanted
        for column, wanted in (
            (Conversation.mode, mode),
            (Conversation.waiting, waiting),
            (Conversation.taken_by, holder),
            (Conversation.channel, channel),
            (Conversation.country, country),
        )
        if wanted is not None
    ]
    # What is beside a row is looked up only for those that are shown.
    shown = _listed(since, limit, conditions).subquery()
    query = _rows().join(shown, shown.c.id == Conversation.id).order_by(*_ORDER)
    return (await session.execute(query)).all()


async def queue_rows(session: AsyncSession, conversation_ids: Sequence[str]) -> Sequence[Any]:
    """Return the queue's rows of these conversations, in no order."""
    return (await session.execute(_rows().where(Conversation.id.in_(conversation_ids)))).all()


def _rows() -> Any:
    return (
        select(
            Conversation,
            Staff.name.label("holder"),
            Message.seq,
            Message.sender,
            func.substr(Message.text, 1, PREVIEW).label("text"),
            Message.created_at.label("said_at"),
            Ticket.number,
            Ticket.status,
            Ticket.priority,
            TicketClock.name.label("clock"),
            TicketClock.due_at,
            _SERVICE.label("service"),
        )
        .outerjoin(Staff, Staff.id == Conversation.taken_by)
        .outerjoin(
            Message,
            and_(Message.conversation_id == Conversation.id, Message.seq == Conversation.last_seq),
        )
        .outerjoin(Ticket, Ticket.conversation_id == Conversation.id)
        .outerjoin(TicketClock, _CLOCK)
    )


async def counts(session: AsyncSession, since: datetime) -> dict[str, int]:
    """Return how many conversations of the queue wait, and how many are in each mode."""
    rows = await session.execute(
        select(
            Conversation.mode,
            func.count(),
            func.sum(case((Conversation.waiting, 1), else_=0)),
        )
        .where(_live(since))
        .group_by(Conversation.mode)
    )
    found = {"waiting": 0, "auto": 0, "copilot": 0, "agent": 0}
    for mode, number, waiting in rows:
        found[mode] = number
        found["waiting"] += int(waiting or 0)
    return found


async def messages(
    session: AsyncSession,
    conversation_id: str,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int,
) -> list[tuple[Message, str | None]]:
    """Return messages in order, each with the name of the member of staff who said it.

    `after` a number the next ones; else the latest, or the latest `before` a number.
    """
    query = (
        select(Message, Staff.name)
        .outerjoin(Staff, Staff.id == Message.staff_id)
        .where(Message.conversation_id == conversation_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Message.seq > after)
    if before is not None:
        query = query.where(Message.seq < before)
    order = Message.seq if after is not None else Message.seq.desc()
    rows = (await session.execute(query.order_by(order))).all()
    return sorted(((row[0], row[1]) for row in rows), key=lambda row: row[0].seq)


async def conversation(
    session: AsyncSession, conversation_id: str
) -> tuple[Conversation, Ticket | None, str | None] | None:
    """Return a conversation with its ticket and the name of who holds it."""
    row = (
        await session.execute(
            select(Conversation, Ticket, Staff.name)
            .outerjoin(Ticket, Ticket.conversation_id == Conversation.id)
            .outerjoin(Staff, Staff.id == Conversation.taken_by)
            .where(Conversation.id == conversation_id)
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


async def texts(session: AsyncSession, conversation_id: str) -> dict[int, str]:
    """Return every message's text by its number."""
    rows = await session.execute(
        select(Message.seq, Message.text)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.seq)
    )
    return {row[0]: row[1] for row in rows}


async def tickets_by_number(
    session: AsyncSession, numbers: Sequence[str]
) -> dict[str, tuple[Ticket, datetime | None]]:
    """Return tickets, each with when its first unmet clock is due."""
    rows = await session.execute(
        select(Ticket, TicketClock.due_at)
        .outerjoin(TicketClock, _CLOCK)
        .where(Ticket.number.in_(numbers))
    )
    return {ticket.number: (ticket, due_at) for ticket, due_at in rows}


async def waiting_tickets(session: AsyncSession, outcome: str, limit: int) -> Sequence[str]:
    """Return the numbers of the tickets that stand at `outcome`, the oldest first."""
    return (
        await session.scalars(
            select(Ticket.number)
            .where(Ticket.outcome == outcome, Ticket.status.not_in(("resolved", "closed")))
            .order_by(Ticket.arrived_at)
            .limit(limit)
        )
    ).all()


async def notices(session: AsyncSession, kinds: Sequence[str]) -> Sequence[TicketEvent]:
    """Return the events of these kinds, in order."""
    return (
        await session.scalars(
            select(TicketEvent).where(TicketEvent.kind.in_(kinds)).order_by(TicketEvent.id)
        )
    ).all()


async def cases(
    session: AsyncSession, conversation_ids: Sequence[str]
) -> dict[str, tuple[Case, list[CaseFact]]]:
    """Return the cases of conversations with their statements, oldest first."""
    rows = await session.execute(
        select(Case, CaseFact)
        .outerjoin(CaseFact, CaseFact.case_id == Case.id)
        .where(Case.conversation_id.in_(conversation_ids))
        .order_by(CaseFact.id)
    )
    found: dict[str, tuple[Case, list[CaseFact]]] = {}
    for opened, fact in rows:
        statements = found.setdefault(opened.conversation_id, (opened, []))[1]
        if fact is not None:
            statements.append(fact)
    return found


async def staff(session: AsyncSession, roles: Sequence[str]) -> Sequence[Staff]:
    return (
        await session.scalars(
            select(Staff).where(Staff.role.in_(roles), Staff.active).order_by(Staff.name)
        )
    ).all()


async def held(session: AsyncSession) -> Sequence[Any]:
    """Return the conversations that a person holds, with that person's first words there."""
    began = (
        select(func.min(Message.created_at))
        .where(
            Message.conversation_id == Conversation.id, Message.staff_id == Conversation.taken_by
        )
        .correlate(Conversation)
        .scalar_subquery()
    )
    return (
        await session.execute(
            select(
                Conversation.id,
                Conversation.country,
                Conversation.mode,
                Conversation.taken_by,
                began.label("since"),
            ).where(Conversation.taken_by.is_not(None), Conversation.mode != "auto")
        )
    ).all()


async def waiting_since(session: AsyncSession) -> Sequence[datetime]:
    """Return since when each waiting conversation waits, the longest first."""
    rows = await session.scalars(
        select(Conversation.waiting_since)
        .where(Conversation.waiting, Conversation.waiting_since.is_not(None))
        .order_by(Conversation.waiting_since)
    )
    return [since for since in rows if since is not None]


def _active(since: datetime) -> Any:
    """Conversations in which something was said since then: their messages are few of all."""
    return select(Conversation.id).where(Conversation.updated_at > since)


async def begun(session: AsyncSession, since: datetime) -> Sequence[datetime]:
    """Return when each conversation since then began."""
    return (
        await session.scalars(
            # What began since then was active since then: that goes by the index.
            select(Conversation.created_at).where(
                Conversation.updated_at > since, Conversation.created_at > since
            )
        )
    ).all()


async def calls_and_replies(session: AsyncSession, since: datetime) -> Sequence[Any]:
    """Return who asked for a person and what agents said since then, by conversation and order.

    Columns: conversation_id, sender, created_at.
    """
    asked = and_(
        Message.sender == "customer", Message.trace["taken_as"].as_string() == "request_human"
    )
    return (
        await session.execute(
            select(Message.conversation_id, Message.sender, Message.created_at)
            .where(
                Message.conversation_id.in_(_active(since)),
                Message.created_at > since,
                or_(Message.sender == "agent", asked),
            )
            .order_by(Message.conversation_id, Message.seq)
        )
    ).all()


async def last_replies(session: AsyncSession, since: datetime) -> dict[str, datetime]:
    """Return when each member of staff spoke last, since then."""
    rows = await session.execute(
        select(Message.staff_id, func.max(Message.created_at))
        .where(
            Message.conversation_id.in_(_active(since)),
            Message.created_at > since,
            Message.staff_id.is_not(None),
        )
        .group_by(Message.staff_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}
