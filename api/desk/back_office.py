"""The back-office desk: what waits for an answer of CRM, NOC or HLR, or for somebody to be told."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.decision_tree import UNSURE, Wait
from api.desk import repository, titles
from api.desk.schemas import BackOfficeRow, Option
from api.diagnosis.library import Shelf
from api.diagnosis.service import RunningCase
from api.interview.replies import WAITING
from api.tickets import notices
from api.tickets.models import Ticket, TicketEvent

LONGEST = 500
SHORT = ("service", "card_type", "network", "operator", "msisdn")
"""Facts that the back office needs at a glance, in this order."""


async def read(session: AsyncSession, shelf: Shelf) -> list[BackOfficeRow]:
    """Return what is to be done, what is due first at the top."""
    raised = await _raised(session)
    waiting = await repository.waiting_tickets(session, WAITING, LONGEST)
    tickets = await repository.tickets_by_number(session, [*dict.fromkeys([*waiting, *raised])])
    cases = await repository.cases(session, [t.conversation_id for t, _ in tickets.values()])
    rows = []
    for ticket, due_at in tickets.values():
        found = cases.get(ticket.conversation_id)
        if found is None:
            continue
        opened, statements = found
        library = await shelf.revision(session, opened.revision)
        case = RunningCase(opened, library, statements)
        if ticket.outcome == WAITING:
            rows += _answer(ticket, case, due_at)
        rows += [_notice(ticket, case, due_at, each) for each in raised.get(ticket.number, ())]
    return sorted(rows, key=lambda row: (row.due_at is None, row.due_at or row.since, row.number))


async def _raised(session: AsyncSession) -> dict[str, list[notices.Notice]]:
    """Return by ticket who has still to be told, oldest first."""
    by_ticket: dict[str, list[TicketEvent]] = {}
    for event in await repository.notices(session, [notices.RAISED, notices.DONE]):
        by_ticket.setdefault(event.ticket_number, []).append(event)
    left = {
        number: [notice for notice in notices.of_events(events) if notice.done_at is None]
        for number, events in by_ticket.items()
    }
    return {number: found for number, found in list(left.items())[:LONGEST] if found}


def _answer(ticket: Ticket, case: RunningCase, due_at: datetime | None) -> list[BackOfficeRow]:
    """The row of the fact that the case waits for; none when it has moved on."""
    step = case.step()
    if not isinstance(step, Wait):
        return []
    library = case.library
    systems = [who for who in step.who if who != "agent"] or ["agent"]
    return [
        BackOfficeRow(
            number=ticket.number,
            conversation_id=ticket.conversation_id,
            fact=step.fact,
            title=library.facts[step.fact].title,
            who=systems[0],
            who_title=titles.who(step.who),
            since=_since(ticket, case),
            facts_short=_short(case),
            country_name=titles.country(case.facts.get("location")),
            options=[Option(**option) for option in titles.answers(library, step.fact)],
            kind="answer",
            cites=list(library.trees[step.tree].nodes[step.node].cites),
            due_at=due_at,
        )
    ]


def _notice(
    ticket: Ticket, case: RunningCase, due_at: datetime | None, notice: notices.Notice
) -> BackOfficeRow:
    return BackOfficeRow(
        number=ticket.number,
        conversation_id=ticket.conversation_id,
        fact=notice.to,
        title=notice.reason,
        who=notice.to,
        who_title=notice.title,
        since=notice.raised_at,
        facts_short=_short(case),
        country_name=titles.country(case.facts.get("location")),
        options=[Option(value="done", label="已通知")],
        kind="notify",
        cites=notice.cites,
        due_at=due_at,
    )


def _since(ticket: Ticket, case: RunningCase) -> datetime:
    """The case waits since the last thing that was said of it."""
    return max((row.at for row in case.statements), default=ticket.arrived_at)


def _short(case: RunningCase) -> str:
    facts = case.facts
    known = [fact for fact in SHORT if facts.get(fact, UNSURE) != UNSURE]
    return " · ".join(titles.label(case.library, fact, facts[fact]) for fact in known)
