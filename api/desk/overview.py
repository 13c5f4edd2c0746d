"""What supervisors see: who handles what, how long customers wait, how suggestions fare."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.assist.figures import figures
from api.decision_tree import Library
from api.desk import repository, titles
from api.desk.schemas import AgentRow, Holding, Hour, Overview, WaitingFigures

DAY = timedelta(hours=24)
SUGGESTION_DAYS = 30
ROLES = ("agent", "supervisor", "admin")


async def read(session: AsyncSession, library: Library) -> Overview:
    """Return the figures of the last 24 hours, and of suggestions those of 30 days."""
    now = clock.now()
    since = now - DAY
    waiting = await repository.waiting_since(session)
    spoken = await repository.calls_and_replies(session, since)
    waits = sorted(_waits(spoken))
    return Overview(
        agents=await _agents(session, since),
        waiting=WaitingFigures(
            now=len(waiting),
            longest_seconds=round((now - waiting[0]).total_seconds()) if waiting else None,
            p50_seconds_24h=percentile(waits, 50),
            p95_seconds_24h=percentile(waits, 95),
        ),
        by_hour=by_hour(
            now,
            await repository.begun(session, since),
            [row.created_at for row in spoken if row.sender == "customer"],
        ),
        suggestions=(await figures(session, library, SUGGESTION_DAYS)).model_dump(),
    )


def percentile(ordered: Sequence[float], percent: int) -> int | None:
    """Return the value that `percent` of the ordered ones do not exceed, whole seconds."""
    if not ordered:
        return None
    return round(ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)])


def by_hour(now: datetime, began: Sequence[datetime], asked: Sequence[datetime]) -> list[Hour]:
    """Return the 24 hours (Beijing) up to the present one, the oldest first."""
    last = now.astimezone(clock.BEIJING).replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in range(23, -1, -1)]
    counted = [Counter(_hour(at) for at in instants) for instants in (began, asked)]
    return [
        Hour(hour=f"{hour:%H}:00", began=counted[0][hour], asked_person=counted[1][hour])
        for hour in hours
    ]


def _hour(at: datetime) -> datetime:
    return at.astimezone(clock.BEIJING).replace(minute=0, second=0, microsecond=0)


def _waits(spoken: Sequence[Row[Any]]) -> list[float]:
    """Seconds from a customer's asking for a person to a person's first words after it."""
    waits = []
    asked: dict[str, datetime] = {}
    for row in spoken:
        if row.sender == "customer":
            asked.setdefault(row.conversation_id, row.created_at)
        elif row.conversation_id in asked:
            began = asked.pop(row.conversation_id)
            waits.append((row.created_at - began).total_seconds())
    return waits


async def _agents(session: AsyncSession, since: datetime) -> list[AgentRow]:
    holding: dict[str, list[Holding]] = {}
    for row in await repository.held(session):
        holding.setdefault(row.taken_by, []).append(
            Holding(
                id=row.id,
                country_name=titles.country(row.country),
                mode=row.mode,
                since=row.since,
            )
        )
    spoke = await repository.last_replies(session, since)
    return [
        AgentRow(
            id=person.id,
            name=person.name,
            role=person.role,
            holding=holding.get(person.id, []),
            last_reply_at=spoke.get(person.id),
        )
        for person in await repository.staff(session, ROLES)
    ]
