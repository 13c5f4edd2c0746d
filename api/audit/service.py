"""Writing down who looked at, revealed or changed what (P11)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.audit import repository
from api.audit.models import AuditEntry
from api.database import Database

LOOK_LASTS = timedelta(hours=1)
"""An open page reads again and again: that is one look an hour."""
MOST_REMEMBERED = 10_000

Action = Literal["viewed", "revealed", "changed"]


def record(
    session: AsyncSession,
    username: str,
    action: Action,
    *,
    conversation_id: str | None = None,
    ticket_number: str | None = None,
    fields: Sequence[str] = (),
    reason: str | None = None,
) -> None:
    """Add an entry; it stands once the transaction does."""
    session.add(
        AuditEntry(
            at=clock.now(),
            username=username,
            action=action,
            conversation_id=conversation_id,
            ticket_number=ticket_number,
            fields=list(fields),
            reason=reason,
        )
    )


class Looks:
    """Writes down who opened a conversation, once a person and hour."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[tuple[str, str], datetime] = {}

    async def note(
        self, username: str, conversation_id: str, ticket_number: str | None = None
    ) -> None:
        """Record the look unless this person's last one is recent; it is kept before it is had."""
        key, now = (username, conversation_id), clock.now()
        last = self._seen.get(key)
        if last is not None and timedelta() <= now - last < LOOK_LASTS:
            return
        # Marked before anything is waited for: two readings at once are one look.
        self._seen[key] = now
        try:
            self._seen[key] = await self._record(username, conversation_id, ticket_number, now)
        except BaseException:
            self._seen.pop(key, None)
            raise
        if len(self._seen) > MOST_REMEMBERED:
            self._forget()

    async def _record(
        self, username: str, conversation_id: str, ticket_number: str | None, now: datetime
    ) -> datetime:
        since = now - LOOK_LASTS
        async with self._database.reading() as session:
            known = await repository.last_look(session, username, conversation_id, since)
        if known is not None:
            return known
        async with self._database.transaction() as session:
            record(
                session,
                username,
                "viewed",
                conversation_id=conversation_id,
                ticket_number=ticket_number,
            )
        return now

    def _forget(self) -> None:
        """Drop the older half; what is forgotten is looked up in the database."""
        recent = sorted(self._seen.items(), key=lambda item: item[1])
        self._seen = dict(recent[len(recent) // 2 :])
