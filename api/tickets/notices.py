"""What the operator has to tell somebody else about a case: raised by itself, done by a person.

G4.E: SKT keeps a record of cards that were used in Korea. When such a card was re-issued, the
group's network operation has to be told, or the new card does not work there for months.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import Conflict, NotFound
from api.tickets import repository, service
from api.tickets.models import Ticket, TicketEvent

RAISED, DONE = "notify", "notified"

TITLES = {"noc_group": "集团网运"}
SAME = {"noc_skt": "noc_group"}
"""SKT itself is told by way of the group's network operation: one thing to do, not two."""


@dataclass(frozen=True)
class Rule:
    """When `fact` is `value`, `to` has to be told."""

    fact: str
    value: str
    to: str
    reason: str
    cites: tuple[str, ...]


RULES = (
    Rule(
        fact="card_reissued_after_korea",
        value="yes",
        to="noc_group",
        reason="客户在韩国用过之后补换过卡，请集团网运通知 SKT",
        cites=("G4.E",),
    ),
)


@dataclass
class Notice:
    """Somebody who has to be told; `done_by` is the username of who did it."""

    to: str
    reason: str
    cites: list[str]
    raised_at: datetime
    done_by: str | None = None
    done_at: datetime | None = None

    @property
    def title(self) -> str:
        return TITLES.get(self.to, self.to)

    def view(self) -> dict[str, Any]:
        return {
            "to": self.to,
            "title": self.title,
            "reason": self.reason,
            "cites": self.cites,
            "done_by": self.done_by,
            "done_at": self.done_at,
        }


async def follow_up(session: AsyncSession, ticket: Ticket | None, facts: Mapping[str, str]) -> None:
    """Raise what the facts of the ticket's case call for, each once whatever is said later."""
    rules = [rule for rule in RULES if facts.get(rule.fact) == rule.value]
    if ticket is None or not rules:
        return
    await session.flush()
    raised = {e.data.get("to") for e in await repository.events(session, ticket.number, [RAISED])}
    for rule in rules:
        if rule.to not in raised:
            service.record(
                session,
                ticket,
                RAISED,
                "system",
                to=rule.to,
                reason=rule.reason,
                cites=list(rule.cites),
            )


def of_events(events: Iterable[TicketEvent]) -> list[Notice]:
    """Return the notices of one ticket from its events, in the order they were raised."""
    notices: dict[str, Notice] = {}
    for event in events:
        to = SAME.get(str(event.data.get("to")), str(event.data.get("to")))
        if event.kind == RAISED:
            fallback = next((rule for rule in RULES if rule.to == to), None)
            reason = event.data.get("reason") or (fallback.reason if fallback else "")
            cites = event.data.get("cites") or (list(fallback.cites) if fallback else [])
            notices.setdefault(to, Notice(to, reason, cites, event.at))
        elif event.kind == DONE and to in notices:
            notices[to].done_by, notices[to].done_at = event.actor, event.at
    return list(notices.values())


async def done(
    session: AsyncSession, ticket: Ticket, to: str, actor: str, note: str | None = None
) -> None:
    """Record that `to` was told; the ticket's row is locked by the caller.

    Raises:
        NotFound: nobody has to tell them anything here.
        Conflict: it was done before.
    """
    events = await repository.events(session, ticket.number, [RAISED, DONE])
    notice = next((n for n in of_events(events) if n.to == to), None)
    if notice is None:
        raise NotFound("这张工单没有这项要通知的事。", code="notification_not_found")
    if notice.done_at is not None:
        raise Conflict(f"已经通知过{notice.title}了。", code="notification_done", by=notice.done_by)
    service.record(session, ticket, DONE, actor, note, to=to)
