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


@dataclass(frozen=True)
class Errand:
    """Who has to be told, and why."""

    title: str
    reason: str
    cites: tuple[str, ...]


ERRANDS = {
    "noc_group": Errand("集团网运", "客户在韩国用过之后补换过卡，请集团网运通知 SKT", ("G4.E",)),
}
WHEN = {("card_reissued_after_korea", "yes"): "noc_group"}
"""A fact with its value that calls for an errand, whoever says it and wherever the case ends."""


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
        return ERRANDS[self.to].title if self.to in ERRANDS else self.to

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
    for (fact, value), to in WHEN.items():
        if ticket is not None and facts.get(fact) == value:
            await raise_once(session, ticket, to)


async def raise_once(session: AsyncSession, ticket: Ticket, to: str) -> None:
    """Record that `to` has to be told, unless it stands there already."""
    await session.flush()
    raised = await repository.events(session, ticket.number, [RAISED])
    if any(event.data.get("to") == to for event in raised):
        return
    errand = ERRANDS.get(to)
    reason, cites = (errand.reason, list(errand.cites)) if errand else ("", [])
    service.record(session, ticket, RAISED, "system", to=to, reason=reason, cites=cites)


def of_events(events: Iterable[TicketEvent]) -> list[Notice]:
    """Return the notices of one ticket from its events, in the order they were raised."""
    notices: dict[str, Notice] = {}
    for event in events:
        to = str(event.data.get("to"))
        if event.kind == RAISED:
            reason, cites = event.data.get("reason", ""), event.data.get("cites", [])
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
