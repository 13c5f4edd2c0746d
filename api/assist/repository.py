"""Queries over conversations that only suggestions need."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.models import CLAIMED, Conversation, Message

LOOKED_AT = 200
"""Of the replies at a step the latest: what colleagues said long ago may not hold any more."""


async def replies_at(session: AsyncSession, node: str, not_of: str) -> Sequence[tuple[str, str]]:
    """Return id and text of what agents said in other conversations at a step, latest first."""
    rows = await session.execute(
        select(Message.id, Message.text)
        .where(Message.node == node, Message.sender == "agent", Message.conversation_id != not_of)
        .order_by(Message.created_at.desc())
        .limit(LOOKED_AT)
    )
    return [(row.id, row.text) for row in rows]


async def held(session: AsyncSession) -> Sequence[str]:
    """Return the conversations that a person holds."""
    return (
        await session.scalars(select(Conversation.id).where(Conversation.mode.in_(CLAIMED)))
    ).all()
