"""The staff's view of tickets, and what staff do to them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.audit import service as audit
from api.conversations.text import clean
from api.database import after_commit
from api.decision_tree import Library, Visited
from api.diagnosis import service as diagnosis
from api.diagnosis.library import Shelf
from api.diagnosis.service import RunningCase
from api.events import conversation as topic
from api.people.access import Agent, AnyStaff, Transaction
from api.tickets import lifecycle, notices, repository, service, shown
from api.tickets.models import Ticket, TicketClock
from api.tickets.schemas import (
    Category,
    ChangeIn,
    ClockOut,
    CustomerTicket,
    DoneIn,
    EventOut,
    FactOut,
    NoteIn,
    NoticeOut,
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
async def ticket(number: str, request: Request, person: AnyStaff) -> TicketOut:
    """Return a ticket; that it was opened is audited."""
    state = request.app.state
    async with state.database.reading() as session:
        seen = await ticket_view(session, state.shelf, number)
    await state.looks.note(person.username, seen.conversation_id, number)
    return seen


@router.patch("/{number}")
async def change(
    number: str, body: ChangeIn, request: Request, session: Transaction, person: Agent
) -> TicketOut:
    """Set category or priority by hand; the reason is kept with the change."""
    found = await service.find(session, number, for_update=True)
    reason = clean(body.reason)
    changed = service.change(
        session,
        found,
        category=body.category,
        priority=body.priority,
        actor=person.username,
        reason=reason,
    )
    if changed:
        audit.record(
            session,
            person.username,
            "changed",
            conversation_id=found.conversation_id,
            ticket_number=number,
            fields=changed,
            reason=reason,
        )
    return await _changed(request, session, found)


@router.post("/{number}/transitions")
async def transition(
    number: str, body: TransitionIn, request: Request, session: Transaction, person: Agent
) -> TicketOut:
    found = await service.find(session, number, for_update=True)
    await service.move(session, found, body.to, person.username, body.note)
    return await _changed(request, session, found)


@router.post("/{number}/notes", status_code=201)
async def note(
    number: str, body: NoteIn, request: Request, session: Transaction, person: Agent
) -> TicketOut:
    """Add a note that only staff see."""
    found = await service.find(session, number, for_update=True)
    service.record(session, found, "note", person.username, clean(body.text))
    return await _changed(request, session, found)


@router.post("/{number}/notifications/{to}/done")
async def notified(
    number: str,
    to: str,
    request: Request,
    session: Transaction,
    person: Agent,
    body: DoneIn | None = None,
) -> TicketOut:
    """Say that `to` was told; 409 when a colleague has done it."""
    found = await service.find(session, number, for_update=True)
    said = clean(body.note) if body and body.note and body.note.strip() else None
    await notices.done(session, found, to, person.username, said)
    return await _changed(request, session, found)


async def _changed(request: Request, session: AsyncSession, found: Ticket) -> TicketOut:
    """Write what was done, tell the open consoles once it stands, and return the ticket."""
    broker, name = request.app.state.broker, topic(found.conversation_id)
    after_commit(session, lambda: broker.publish(name))
    await session.flush()
    return await ticket_view(session, request.app.state.shelf, found.number)


async def ticket_view(session: AsyncSession, shelf: Shelf, number: str) -> TicketOut:
    """Return the whole ticket: facts, path, clocks and events, personal data masked.

    Raises:
        NotFound: there is no such ticket.
    """
    found = await service.find(session, number)
    case = await diagnosis.running(session, shelf, found.conversation_id)
    library = case.library if case else shelf.current
    explained = case.explanation() if case else None
    events = await repository.events(session, number)
    row = TicketRow.model_validate(found)
    return TicketOut(
        **row.model_dump(),
        facts=_facts(case),
        path=[_visited(library, visited) for visited in explained.path] if explained else [],
        next_step=_next_step(case),
        open_causes=list(explained.open_causes) if explained else [],
        tree=TreeOut(id=explained.step.tree, revision=case.case.revision)
        if case and explained
        else None,
        clocks=_clocks(await service.clocks_of(session, found)),
        events=[EventOut(**shown.event(library, event)) for event in events],
        notifications=[NoticeOut(**notice.view()) for notice in notices.of_events(events)],
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
        fact: FactOut(
            value=shown.value(case.library, fact, row.value),
            said_by=row.said_by,
            at=row.at,
            note=shown.words(row.note),
        )
        for fact, row in case.latest.items()
    }


def _visited(library: Library, visited: Visited) -> PathOut:
    return PathOut(
        tree=visited.tree,
        node=visited.node,
        fact=visited.fact,
        answer=shown.value(library, visited.fact, visited.answer),
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
