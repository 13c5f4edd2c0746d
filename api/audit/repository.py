"""Queries on the audit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.audit.models import AuditEntry


async def entries(
    session: AsyncSession, *, ticket: str | None, conversation: str | None, limit: int
) -> Sequence[AuditEntry]:
    """Return entries, the newest first."""
    query = select(AuditEntry)
    if ticket is not None:
        query = query.where(AuditEntry.ticket_number == ticket)
    if conversation is not None:
        query = query.where(AuditEntry.conversation_id == conversation)
    return (await session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit))).all()


async def last_look(
    session: AsyncSession, username: str, conversation_id: str, since: datetime
) -> datetime | None:
    """Return when a person opened a conversation last, if after `since`."""
    return await session.scalar(
        select(AuditEntry.at)
        .where(
            AuditEntry.conversation_id == conversation_id,
            AuditEntry.username == username,
            AuditEntry.action == "viewed",
            AuditEntry.at > since,
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
