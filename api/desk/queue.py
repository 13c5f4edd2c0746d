"""The queue: who talks to whom, what they wait for, and which deadline comes first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.decision_tree import Library
from api.desk import repository, titles
from api.desk.schemas import Last, PersonRef, QueueClock, QueueNews, QueueOut, QueueRow, QueueTicket
from api.tickets import clocks, lifecycle, shown

ACTIVE_WITHIN = timedelta(days=7)
LONGEST = 300
PREVIEW = 80
"""Characters of the last message that a row shows."""


async def read(session: AsyncSession, library: Library, **wanted: Any) -> QueueOut:
    """Return the queue; `wanted` as the repository's filters."""
    now = clock.now()
    since = now - ACTIVE_WITHIN
    rows = await repository.queue(session, since=since, limit=LONGEST, **wanted)
    return QueueOut(
        now=now,
        rehearsing=clock.rehearsing(),
        rows=[_row(library, row, now) for row in rows],
        counts=await repository.counts(session, since),
    )


async def read_news(session: AsyncSession, library: Library, of: Sequence[str] | None) -> QueueNews:
    """Return the order of the queue, and its rows: all, or those `of` some conversations."""
    now = clock.now()
    since = now - ACTIVE_WITHIN
    order = await repository.queue_order(session, since=since, limit=LONGEST)
    wanted = order if of is None else sorted(set(of) & set(order))
    rows = await repository.queue_rows(session, wanted) if wanted else ()
    return QueueNews(
        now=now,
        rehearsing=clock.rehearsing(),
        order=list(order),
        rows=[_row(library, row, now) for row in rows],
    )


def preview(text: str) -> str:
    """Return the beginning of a message on one line, personal data masked."""
    line = " ".join(shown.masked(text).split())
    return line if len(line) <= PREVIEW else line[: PREVIEW - 1] + "…"


def _row(library: Library, row: Row[Any], now: datetime) -> QueueRow:
    found = row.Conversation
    service = library.facts["service"]
    return QueueRow(
        id=found.id,
        channel=found.channel,
        mode=found.mode,
        waiting=found.waiting,
        wants_person=found.wants_person,
        waiting_since=found.waiting_since,
        taken_by=PersonRef(id=found.taken_by, name=row.holder or "") if found.taken_by else None,
        country=found.country,
        country_name=titles.country(found.country),
        service=row.service,
        service_title=service.label(row.service) if row.service else None,
        asks=found.asks,
        asks_title=titles.fact(library, found.asks),
        sure=found.sure,
        last=None
        if row.seq is None
        else Last(seq=row.seq, sender=row.sender, text=preview(row.text), at=row.said_at),
        ticket=_ticket(row, now),
        score=found.score,
        created_at=found.created_at,
    )


def _ticket(row: Row[Any], now: datetime) -> QueueTicket | None:
    if row.number is None:
        return None
    first = None
    if row.clock is not None:
        first = QueueClock(
            name=row.clock,
            title=clocks.CLOCKS[row.clock].title,
            due_at=row.due_at,
            state=clocks.state(row.due_at, None, now, extended=False),
        )
    return QueueTicket(
        number=row.number,
        status=row.status,
        status_title=lifecycle.TITLES[row.status],
        priority=row.priority,
        clock=first,
    )
