"""Queries on tickets, clocks and events; the day's next number."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.tickets.models import Ticket, TicketClock, TicketDay, TicketEvent


async def next_number(session: AsyncSession, day: date) -> int:
    """Return the next running number of `day`; two callers never get the same."""
    dialect = session.get_bind().dialect.name
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    statement = (
        insert(TicketDay)
        .values(day=day, last=1)
        .on_conflict_do_update(index_elements=["day"], set_={"last": TicketDay.last + 1})
        .returning(TicketDay.last)
    )
    return (await session.execute(statement)).scalar_one()


async def of_conversation(session: AsyncSession, conversation_id: str) -> Ticket | None:
    return await session.scalar(select(Ticket).where(Ticket.conversation_id == conversation_id))


async def by_number(
    session: AsyncSession, number: str, *, for_update: bool = False
) -> Ticket | None:
    return await session.get(Ticket, number, with_for_update=for_update or None)


async def clocks(session: AsyncSession, number: str) -> Sequence[TicketClock]:
    return (
        await session.scalars(
            select(TicketClock)
            .where(TicketClock.ticket_number == number)
            .order_by(TicketClock.due_at, TicketClock.name)
        )
    ).all()


async def meet_clocks(
    session: AsyncSession, number: str, names: Sequence[str], at: datetime
) -> None:
    """Stop those of the named clocks that still run."""
    await session.execute(
        update(TicketClock)
        .where(
            TicketClock.ticket_number == number,
            TicketClock.name.in_(names),
            TicketClock.met_at.is_(None),
        )
        .values(met_at=at)
    )


async def events(
    session: AsyncSession, number: str, kinds: Sequence[str] | None = None
) -> Sequence[TicketEvent]:
    """Return what happened to a ticket, or what of some kinds, in order."""
    query = select(TicketEvent).where(TicketEvent.ticket_number == number)
    if kinds is not None:
        query = query.where(TicketEvent.kind.in_(kinds))
    return (await session.scalars(query.order_by(TicketEvent.id))).all()


async def page(
    session: AsyncSession,
    *,
    status: str | None,
    category: str | None,
    priority: str | None,
    outcome: str | None,
    offset: int,
    limit: int,
) -> tuple[Sequence[Ticket], int]:
    """Return one page of tickets, newest first, and how many there are in all."""
    query = select(Ticket)
    for column, wanted in (
        (Ticket.status, status),
        (Ticket.category, category),
        (Ticket.priority, priority),
        (Ticket.outcome, outcome),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    rows = await session.scalars(
        query.order_by(Ticket.arrived_at.desc(), Ticket.number.desc()).offset(offset).limit(limit)
    )
    return rows.all(), total or 0
