"""Keeping proposed replies, and what an agent made of them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, update
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.errors import Conflict, NotFound
from api.suggestions import repository
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
    score: float = 1.0,
    key: str | None = None,
    node: str | None = None,
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
        score=score,
        key=key,
        node=node,
        created_at=clock.now(),
    )
    session.add(suggestion)
    return suggestion


async def newest(session: AsyncSession, conversation_id: str) -> Sequence[Suggestion]:
    """Return the last suggestions of a conversation in whatever state, newest first."""
    return await repository.newest(session, conversation_id)


@dataclass(frozen=True)
class Fates:
    """What became of the suggestions of some time."""

    counts: Sequence[Row[str, str | None, str, int]]
    """Source, node, state and how many."""
    reasons: Sequence[Row[str | None, int]]
    """Why they were rejected and how often each, the most frequent first."""
    edited: Sequence[Suggestion]
    """Those that were edited before they were sent, the latest first."""


async def fates(
    session: AsyncSession, since: datetime, *, most_reasons: int, last_edits: int
) -> Fates:
    """Return how the suggestions fared that were proposed since."""
    return Fates(
        await repository.counts(session, since),
        await repository.reasons(session, since, most_reasons),
        await repository.edited(session, since, last_edits),
    )


async def outdate(
    session: AsyncSession, conversation_id: str, *, by: str | None = None, source: str | None = None
) -> None:
    """Close what is still open, or what is of one source, because the conversation went on.

    `by` is the person who sent something else; None: the customer or the bot spoke.
    """
    query = update(Suggestion).where(
        Suggestion.conversation_id == conversation_id, Suggestion.state == "open"
    )
    if source is not None:
        query = query.where(Suggestion.source == source)
    await session.execute(query.values(state="ignored", decided_by=by, decided_at=clock.now()))


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
    session: AsyncSession,
    suggestion_id: str,
    state: str,
    *,
    by: str,
    reason: str | None = None,
    sent_text: str | None = None,
) -> Suggestion:
    """Record what an agent made of a suggestion: `sent`, `edited` or `rejected`.

    `sent_text` is what was sent instead of an edited one.

    Raises:
        NotFound: there is no such suggestion.
        Conflict: it was decided before, or the conversation has moved on since.
    """
    suggestion = await session.get(Suggestion, suggestion_id, with_for_update=True)
    if suggestion is None:
        raise NotFound("没有这条建议。", code="suggestion_not_found")
    if suggestion.state == "ignored":
        raise Conflict(_why_outdated(suggestion), code="suggestion_outdated", state="ignored")
    if suggestion.state != "open":
        raise Conflict("这条建议已经处理过了。", code="suggestion_decided", state=suggestion.state)
    suggestion.state = state
    suggestion.decided_by = by
    suggestion.decided_at = clock.now()
    suggestion.reason = reason
    suggestion.sent_text = sent_text
    return suggestion


def _why_outdated(suggestion: Suggestion) -> str:
    if suggestion.decided_by is not None:
        return "已经发出了别的回复，这条建议已经过时。"
    return "客户又说了新的话，这条建议已经过时。"
