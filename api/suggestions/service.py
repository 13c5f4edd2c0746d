"""Keeping proposed replies, and what an agent made of them."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.errors import Conflict, NotFound
from api.suggestions.models import Suggestion


def propose(
    session: AsyncSession,
    conversation_id: str,
    text: str,
    *,
    reply_to: str | None,
    source: str = "bot",
    asks: str | None = None,
    choices: Sequence[Any] = (),
    citations: Sequence[Any] = (),
) -> Suggestion:
    """Keep `text` as a reply that an agent may send."""
    suggestion = Suggestion(
        id=str(uuid.uuid4()),
        conversation_id=conversation_id,
        reply_to=reply_to,
        source=source,
        text=text,
        asks=asks,
        choices=list(choices),
        citations=list(citations),
        created_at=clock.now(),
    )
    session.add(suggestion)
    return suggestion


async def open_ones(session: AsyncSession, conversation_id: str) -> Sequence[Suggestion]:
    """Return what may still be sent in this conversation, in the order it was proposed."""
    return (
        await session.scalars(
            select(Suggestion)
            .where(Suggestion.conversation_id == conversation_id, Suggestion.state == "open")
            .order_by(Suggestion.created_at)
        )
    ).all()


async def outdate(session: AsyncSession, conversation_id: str) -> None:
    """Close what was proposed before the customer spoke again."""
    await session.execute(
        update(Suggestion)
        .where(Suggestion.conversation_id == conversation_id, Suggestion.state == "open")
        .values(state="ignored")
    )


async def find(session: AsyncSession, suggestion_id: str, conversation_id: str) -> Suggestion:
    """Return a suggestion of this conversation.

    Raises:
        NotFound: there is none of this id here.
    """
    suggestion = await session.get(Suggestion, suggestion_id)
    if suggestion is None or suggestion.conversation_id != conversation_id:
        raise NotFound("没有这条建议。", code="suggestion_not_found")
    return suggestion


async def decide(
    session: AsyncSession, suggestion_id: str, state: str, *, by: str, reason: str | None = None
) -> Suggestion:
    """Record what an agent made of a suggestion: `sent`, `edited` or `rejected`.

    Raises:
        NotFound: there is no such suggestion.
        Conflict: it was decided before.
    """
    suggestion = await session.get(Suggestion, suggestion_id)
    if suggestion is None:
        raise NotFound("没有这条建议。", code="suggestion_not_found")
    if suggestion.state != "open":
        raise Conflict("这条建议已经处理过了。", code="suggestion_decided", state=suggestion.state)
    suggestion.state = state
    suggestion.decided_by = by
    suggestion.decided_at = clock.now()
    suggestion.reason = reason
    return suggestion
