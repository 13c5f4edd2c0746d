"""The staff's view of tickets, and moving them on."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.decision_tree import Visited
from api.diagnosis import service as diagnosis
from api.diagnosis.library import Shelf
from api.diagnosis.service import RunningCase
from api.people.access import Agent, AnyStaff, Transaction
from api.tickets import lifecycle, repository, service
from api.tickets.models import Ticket, TicketClock
from api.tickets.schemas import (
    Category,
    ClockOut,
    CustomerTicket,
    EventOut,
    FactOut,
    PathOut,
    Priority,
    Status,
    TicketOut,
    TicketPage,
    TicketRow,
    TransitionIn,
    TreeOut,
)

router = APIRouter(prefix="/v1/tickets", tags=["staff"])


@router.get("")
async def tickets(
    session: Transaction,
    _: AnyStaff,
    status: Status | None = None,
    category: Category | None = None,
    priority: Priority | None = None,
    outcome: Annotated[str | None, Query(max_length=40)] = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TicketPage:
    """Return one page of tickets, newest first."""
    rows, total = await repository.page(
        session,
        status=status,
        category=category,
        priority=priority,
        outcome=outcome,
        offset=offset,
        limit=limit,
    )
    items = [TicketRow.model_validate(row) for row in rows]
    return TicketPage(items=items, total=total, offset=offset, limit=limit)


@router.get("/{number}")
async def ticket(number: str, request: Request, session: Transaction, _: AnyStaff) -> TicketOut:
    return await ticket_view(session, request.app.state.shelf, number)


@router.post("/{number}/transitions")
async def transition(
    number: str, body: TransitionIn, request: Request, session: Transaction, person: Agent
) -> TicketOut:
    found = await service.find(session, number, for_update=True)
    await service.move(session, found, body.to, person.username, body.note)
    await session.flush()
    return await ticket_view(session, request.app.state.shelf, number)


async def ticket_view(session: AsyncSession, shelf: Shelf, number: str) -> TicketOut:
    """Return the whole ticket: facts, path, clocks and events.

    Raises:
        NotFound: there is no such ticket.
    """
    found = await service.find(session, number)
    case = await diagnosis.running(session, shelf, found.conversation_id)
    row = TicketRow.model_validate(found)
    return TicketOut(
        **row.model_dump(),
        facts=_facts(case),
        path=[_visited(visited) for visited in case.explanation().path] if case else [],
        next_step=_next_step(case),
        open_causes=list(case.explanation().open_causes) if case else [],
        tree=TreeOut(id=case.step().tree, revision=case.case.revision) if case else None,
        clocks=_clocks(await service.clocks_of(session, found)),
        events=[EventOut.model_validate(e) for e in await repository.events(session, number)],
    )


async def customer_view(session: AsyncSession, shelf: Shelf, found: Ticket) -> CustomerTicket:
    """Return what the customer may see of their ticket."""
    rows = await service.clocks_of(session, found)
    case = await diagnosis.running(session, shelf, found.conversation_id)
    outcome = case.library.outcomes.get(found.outcome or "") if case else None
    return CustomerTicket(
        number=found.number,
        status=found.status,
        status_title=lifecycle.TITLES[found.status],
        category=found.category,
        outcome=found.outcome,
        outcome_title=outcome.title if outcome else None,
        arrived_at=found.arrived_at,
        clocks=_clocks(rows),
        next_clock=service.card(found, rows)["next_clock"],
    )


def _clocks(rows: Sequence[TicketClock]) -> list[ClockOut]:
    return [ClockOut(**view) for view in service.clock_views(rows, clock.now())]


def _facts(case: RunningCase | None) -> dict[str, FactOut]:
    if case is None:
        return {}
    return {
        fact: FactOut(value=row.value, said_by=row.said_by, at=row.at, note=row.note)
        for fact, row in case.latest.items()
    }


def _visited(visited: Visited) -> PathOut:
    return PathOut(
        tree=visited.tree,
        node=visited.node,
        fact=visited.fact,
        answer=visited.answer,
        citation=visited.citations[0] if visited.citations else "",
        citations=list(visited.citations),
        inferred=visited.inferred,
    )


def _next_step(case: RunningCase | None) -> dict[str, object] | None:
    if case is None:
        return None
    step = case.step()
    shown: dict[str, object] = {"kind": step.kind, "tree": step.tree, "node": step.node}
    for name in ("fact", "who", "outcome"):
        if hasattr(step, name):
            shown[name] = getattr(step, name)
    return shown
