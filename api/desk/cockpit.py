"""One conversation as an agent sees it: transcript, case, ticket, summary."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.attachments import service as attachments
from api.attachments.schemas import AttachmentForStaff
from api.conversations.models import Conversation, Message
from api.decision_tree import Library
from api.desk import case_view, repository, titles
from api.desk.schemas import (
    CaseOut,
    Contradiction,
    FactHeard,
    Line,
    NextStatus,
    PersonRef,
    Standing,
    Summary,
    TicketPanel,
    Understood,
)
from api.desk.summary import Standing as SummedUp
from api.desk.summary import summary
from api.diagnosis import service as diagnosis
from api.diagnosis.contradictions import contradictions as found_odd
from api.diagnosis.library import Shelf
from api.diagnosis.service import RunningCase
from api.errors import NotFound
from api.tickets import lifecycle, notices, shown
from api.tickets import service as tickets
from api.tickets.models import Ticket, TicketEvent
from api.tickets.schemas import ClockOut, EventOut, NoticeOut

MOST_NEW = 500
"""Messages that `after` gives at once: whoever was away misses none."""


@dataclass(frozen=True)
class Page:
    """Which messages are wanted: those `after` a number, or `limit` up to (`before`) the last."""

    after: int | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True)
class Seen:
    """What was read of a conversation."""

    conversation: Standing
    messages: list[Line]
    has_older: bool
    case: CaseOut | None
    ticket: TicketPanel | None
    summary: Summary


async def read(
    session: AsyncSession, shelf: Shelf, conversation_id: str, page: Page, *, thinking: bool
) -> Seen:
    """Return the conversation in five statements, six where it has pictures.

    Raises:
        NotFound: there is no such conversation.
    """
    found = await repository.conversation(session, conversation_id)
    if found is None:
        raise NotFound("没有找到这段对话。", code="conversation_not_found")
    conversation, ticket, holder = found
    case = await diagnosis.running(session, shelf, conversation_id)
    library = case.library if case else shelf.current
    rows = await repository.messages(
        session,
        conversation_id,
        after=page.after,
        before=page.before,
        limit=page.limit if page.after is None else MOST_NEW,
    )
    pictures = []
    if conversation.pictures:
        pictures = await attachments.for_staff(session, conversation_id)
    odd = contradictions(case)
    panel, raised = None, []
    if ticket is not None:
        events = await tickets.events_of(session, ticket)
        raised = notices.of_events(events)
        clocks = tickets.clock_views(await tickets.clocks_of(session, ticket), clock.now())
        panel = _ticket(library, ticket, clocks, events, raised)
        panel.pictures = pictures
    summed_up = SummedUp(
        channel=conversation.channel,
        category=ticket.category if ticket else None,
        notices=raised,
        next_clock=_next_clock(panel),
        contradictions=[each.text for each in odd],
        memo=shown.words(conversation.memo),
    )
    return Seen(
        conversation=_standing(library, conversation, holder, thinking),
        messages=lines(library, rows, pictures),
        has_older=bool(rows) and rows[0][0].seq > 1,
        case=case_view.view(case, odd) if case and case.statements else None,
        ticket=panel,
        summary=Summary.model_validate(summary(case, summed_up)),
    )


def contradictions(case: RunningCase | None) -> list[Contradiction]:
    """Return what in the facts cannot all be true."""
    if case is None:
        return []
    return [
        Contradiction(text=each.text, facts=list(each.facts), cites=list(each.cites))
        for each in found_odd(case.library, case.facts)
    ]


def lines(
    library: Library,
    rows: Sequence[tuple[Message, str | None]],
    pictures: Sequence[AttachmentForStaff] = (),
) -> list[Line]:
    """Return messages with what the bot understood of each; texts are masked."""
    took = {
        message.reply_to: message.trace["ms"]
        for message, _ in rows
        if message.reply_to and message.trace and "ms" in message.trace
    }
    return [
        Line(
            id=message.id,
            seq=message.seq,
            sender=message.sender,
            staff_name=name,
            text=shown.masked(message.text),
            asks=message.asks,
            choices=message.choices,
            citations=message.citations,
            created_at=message.created_at,
            turn=message.turn,
            understood=_understood(library, message, took.get(message.id)),
            **_made_by(message),
            attachments=[each for each in pictures if each.message_id == message.id],
        )
        for message, name in rows
    ]


def _made_by(message: Message) -> dict[str, str | None]:
    trace = (message.trace or {}) if message.sender == "bot" else {}
    return {"model": trace.get("model"), "revision": trace.get("revision")}


def _understood(library: Library, message: Message, ms: float | None) -> Understood | None:
    trace = message.trace or {}
    failed = message.turn == "failed"
    if message.sender != "customer" or not (failed or "intent" in trace):
        return None
    intent = trace.get("intent")
    return Understood(
        intent=intent,
        intent_title=titles.intent(intent) if intent else None,
        confidence=trace.get("confidence"),
        facts=[
            FactHeard(
                fact=fact,
                title=titles.fact(library, fact) or fact,
                value=shown.value(library, fact, value),
                label=titles.label(library, fact, value),
            )
            for fact, value in (trace.get("facts") or {}).items()
        ],
        model=trace.get("model"),
        ms=ms,
        failed=failed,
    )


def _standing(
    library: Library, conversation: Conversation, holder: str | None, thinking: bool
) -> Standing:
    by = conversation.taken_by
    return Standing(
        id=conversation.id,
        mode=conversation.mode,
        waiting=conversation.waiting,
        waiting_since=conversation.waiting_since,
        wants_person=conversation.wants_person,
        taken_by=PersonRef(id=by, name=holder or "") if by else None,
        held_until=conversation.held_until,
        memo=shown.words(conversation.memo),
        asks=conversation.asks,
        asks_title=titles.fact(library, conversation.asks),
        channel=conversation.channel,
        country=conversation.country,
        country_name=titles.country(conversation.country),
        score=conversation.score,
        thinking=thinking,
    )


def _ticket(
    library: Library,
    ticket: Ticket,
    clocks: Sequence[dict[str, Any]],
    events: Sequence[TicketEvent],
    raised: Sequence[notices.Notice],
) -> TicketPanel:
    return TicketPanel(
        number=ticket.number,
        status=ticket.status,
        status_title=lifecycle.TITLES[ticket.status],
        category=ticket.category,
        category_title=titles.category(ticket.category),
        priority=ticket.priority,
        outcome=ticket.outcome,
        outcome_title=titles.outcome(library, ticket.outcome),
        clocks=[ClockOut(**view) for view in clocks],
        next_statuses=[
            NextStatus(status=status, title=title)
            for status, title in lifecycle.TITLES.items()
            if status in lifecycle.TRANSITIONS[ticket.status]
        ],
        events=[EventOut(**shown.event(library, event)) for event in events],
        notifications=[NoticeOut(**notice.view()) for notice in raised],
    )


def _next_clock(panel: TicketPanel | None) -> tuple[str, datetime] | None:
    unmet = [c for c in panel.clocks if c.met_at is None] if panel else []
    first = min(unmet, key=lambda c: c.due_at, default=None)
    return (first.title, first.due_at) if first else None
