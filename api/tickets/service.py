"""Opening tickets and moving them on. Whatever happens leaves an event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.errors import NotFound
from api.tickets import clocks, lifecycle, repository
from api.tickets.calendar import WorkCalendar
from api.tickets.models import Ticket, TicketClock, TicketEvent

CATEGORIES = (
    "network_quality",
    "billing",
    "business_process",
    "marketing",
    "service_attitude",
    "privacy",
    "technical_fault",
)
PRIORITIES = ("low", "normal", "high", "urgent")


async def open_ticket(
    session: AsyncSession,
    calendar: WorkCalendar,
    conversation_id: str,
    *,
    category: str | None,
    priority: str = "normal",
) -> Ticket:
    """Open a ticket with its number (P1) and start its clocks (P2, P4, P5)."""
    arrived = clock.now()
    day = arrived.astimezone(clock.BEIJING).date()
    running = await repository.next_number(session, day)
    ticket = Ticket(
        number=f"RD{day:%Y%m%d}-{running:04d}",
        conversation_id=conversation_id,
        status="new",
        category=category,
        priority=priority,
        outcome=None,
        arrived_at=arrived,
        updated_at=arrived,
    )
    session.add(ticket)
    await session.flush()
    for name in clocks.CLOCKS:
        due = clocks.due_at(name, arrived, calendar)
        session.add(TicketClock(ticket_number=ticket.number, name=name, due_at=due))
    record(session, ticket, "opened", "customer", category=category, priority=priority)
    return ticket


def record(
    session: AsyncSession,
    ticket: Ticket,
    kind: str,
    actor: str,
    note: str | None = None,
    **data: Any,
) -> None:
    """Add an event; nothing that was recorded is ever changed."""
    ticket.updated_at = clock.now()
    session.add(
        TicketEvent(
            ticket_number=ticket.number,
            kind=kind,
            actor=actor,
            note=note,
            data=data,
            at=ticket.updated_at,
        )
    )


async def find(session: AsyncSession, number: str, *, for_update: bool = False) -> Ticket:
    """Return the ticket.

    Raises:
        NotFound: there is none of this number.
    """
    ticket = await repository.by_number(session, number, for_update=for_update)
    if ticket is None:
        raise NotFound("没有这个编号的工单。", code="ticket_not_found")
    return ticket


async def of_conversation(session: AsyncSession, conversation_id: str) -> Ticket | None:
    return await repository.of_conversation(session, conversation_id)


async def clocks_of(session: AsyncSession, ticket: Ticket) -> Sequence[TicketClock]:
    return await repository.clocks(session, ticket.number)


async def events_of(session: AsyncSession, ticket: Ticket) -> Sequence[TicketEvent]:
    return await repository.events(session, ticket.number)


def due(rows: Sequence[TicketClock], name: str) -> datetime:
    """Return when the clock `name` is due; for the result the stricter of both."""
    names = ("result", "result_legal") if name == "result" else (name,)
    return min(row.due_at for row in rows if row.name in names)


async def move(
    session: AsyncSession, ticket: Ticket, to: str, actor: str, note: str | None = None
) -> None:
    """Move a ticket to a status and stop the clocks that this meets.

    Raises:
        Conflict: the transition table forbids it.
    """
    lifecycle.check(ticket.status, to)
    before, ticket.status = ticket.status, to
    if to in lifecycle.MEETS:
        await repository.meet_clocks(session, ticket.number, lifecycle.MEETS[to], clock.now())
    record(session, ticket, "status", actor, note, **{"from": before, "to": to})


async def move_towards(session: AsyncSession, ticket: Ticket, to: str, actor: str) -> None:
    """Take the ordinary way from where a fresh ticket stands to `to`; stay if it is past it."""
    way = ("new", "acknowledged", "investigating", "answered")
    if ticket.status not in way:
        return
    if to == "investigating" and ticket.status == "answered":
        await move(session, ticket, to, actor)
        return
    for status in way[way.index(ticket.status) + 1 : way.index(to) + 1]:
        await move(session, ticket, status, actor)


async def conclude(
    session: AsyncSession,
    ticket: Ticket,
    outcome: str,
    priority: str,
    answers: bool,
    actor: str,
) -> bool:
    """Note the diagnosis that was told to the customer; False when it stood there before.

    `answers`: this was the first answer. Else a colleague owes one, so the ticket stays in
    hand and its clock for the first answer goes on.
    """
    if ticket.outcome == outcome:
        return False
    ticket.outcome = outcome
    raise_priority(session, ticket, priority, actor)
    record(session, ticket, "outcome", actor, outcome=outcome)
    await move_towards(session, ticket, "answered" if answers else "investigating", actor)
    return True


def raise_priority(session: AsyncSession, ticket: Ticket, priority: str, actor: str) -> None:
    """Make the ticket at least this urgent; it is never made less urgent by itself."""
    if PRIORITIES.index(priority) > PRIORITIES.index(ticket.priority):
        record(session, ticket, "priority", actor, **{"from": ticket.priority, "to": priority})
        ticket.priority = priority


def change(
    session: AsyncSession,
    ticket: Ticket,
    *,
    category: str | None,
    priority: str | None,
    actor: str,
    reason: str,
) -> list[str]:
    """Set category or priority by a person's judgement (P3); return what is different now."""
    changed = []
    for name, new in (("category", category), ("priority", priority)):
        before = getattr(ticket, name)
        if new is None or new == before:
            continue
        setattr(ticket, name, new)
        record(session, ticket, name, actor, reason, **{"from": before, "to": new})
        changed.append(name)
    return changed


def clock_views(rows: Sequence[TicketClock], now: datetime) -> list[dict[str, Any]]:
    """Return the clocks in the contract's shape, with the rule each comes from."""
    return [
        {
            "name": row.name,
            "title": clocks.CLOCKS[row.name].title,
            "rule": clocks.CLOCKS[row.name].rule,
            "due_at": row.due_at,
            "met_at": row.met_at,
            "state": clocks.state(row.due_at, row.met_at, now, extended=False),
        }
        for row in rows
    ]


def card(ticket: Ticket, rows: Sequence[TicketClock]) -> dict[str, Any]:
    """Return what the customer sees of a ticket at a glance; JSON-ready."""
    views = clock_views(rows, clock.now())
    upcoming = next((view for view in views if view["state"] == "running"), None)
    return {
        "number": ticket.number,
        "status": ticket.status,
        "status_title": lifecycle.TITLES[ticket.status],
        "outcome": ticket.outcome,
        "next_clock": {
            "name": upcoming["name"],
            "title": upcoming["title"],
            "due_at": upcoming["due_at"].isoformat(),
        }
        if upcoming
        else None,
    }
