"""What the customer sees: the buttons beside the open question in their order, lines said."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.models import Conversation, Message
from api.decision_tree import Library
from api.interview import wording
from api.interview.understanding import Report

LOOKED_BACK = 20
"""Messages of ours among which a line is looked for."""


async def was_said(session: AsyncSession, conversation: Conversation, line: str) -> bool:
    """Tell whether a message of the conversation has this line in it already."""
    found = await session.scalar(
        select(Message.id)
        .where(Message.conversation_id == conversation.id, Message.text.contains(line))
        .limit(1)
    )
    return found is not None


async def choices_shown(
    session: AsyncSession,
    conversation: Conversation,
    library: Library,
    known: dict[str, str],
    report: Report,
) -> Sequence[dict[str, Any]] | None:
    """Return the choices that the message may name by their words or their place.

    Only 第二个 needs the list as it was said (您是想……？ offers a choice of its choices); for
    the words of a button all of the fact's are known without a query.
    """
    fact = library.facts.get(conversation.asks or "")
    if fact is None:
        return None
    if report.ordinal is None:
        return wording.choices(fact, library, known)
    said = await session.scalar(
        select(Message.choices)
        .where(Message.conversation_id == conversation.id, Message.asks == fact.id)
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return said or wording.choices(fact, library, known)


async def least_recent(
    session: AsyncSession, conversation: Conversation, lines: Sequence[str]
) -> str:
    """Return the line of `lines` that was said longest ago, the first one never said before."""
    newest = (
        select(Message.text)
        .where(Message.conversation_id == conversation.id, Message.sender == "bot")
        .order_by(Message.seq.desc())
        .limit(LOOKED_BACK)
    )
    texts = (await session.scalars(newest)).all()

    def age(line: str) -> int:
        return next((n for n, text in enumerate(texts) if line in text), len(texts))

    return max(lines, key=age)
