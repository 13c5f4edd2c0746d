"""Queries on attachments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.attachments.models import Attachment
from api.conversations.models import Conversation, Message

PENDING = "pending"


async def get(session: AsyncSession, attachment_id: str) -> Attachment | None:
    return await session.get(Attachment, attachment_id)


async def of_message(session: AsyncSession, message_id: str, media_id: str) -> Attachment | None:
    return await session.scalar(
        select(Attachment).where(
            Attachment.message_id == message_id, Attachment.media_id == media_id
        )
    )


async def of_conversation(
    session: AsyncSession, conversation_id: str
) -> Sequence[tuple[Attachment, int]]:
    """Return a conversation's attachments in order, each with its message's number."""
    rows = await session.execute(
        select(Attachment, Message.seq)
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.conversation_id == conversation_id)
        .order_by(Message.seq, Attachment.created_at, Attachment.id)
    )
    return [(row[0], row[1]) for row in rows]


async def count_one_more(session: AsyncSession, conversation_id: str) -> None:
    """Note at the conversation that it has pictures: none is looked for where there are none."""
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(pictures=Conversation.pictures + 1)
        .execution_options(synchronize_session=False)
    )


async def due(session: AsyncSession, at: datetime, limit: int) -> Sequence[str]:
    """Return the ids of what is to be fetched now, the longest due first."""
    return (
        await session.scalars(
            select(Attachment.id)
            .where(Attachment.state == PENDING, Attachment.next_at <= at)
            .order_by(Attachment.next_at)
            .limit(limit)
        )
    ).all()


async def claim(
    session: AsyncSession, attachment_id: str, at: datetime, until: datetime
) -> Attachment | None:
    """Take one that is due for this process until then; None when another one took it."""
    return (
        await session.execute(
            update(Attachment)
            .where(
                Attachment.id == attachment_id,
                Attachment.state == PENDING,
                Attachment.next_at <= at,
            )
            .values(next_at=until, attempts=Attachment.attempts + 1)
            .returning(Attachment)
            .execution_options(synchronize_session=False)
        )
    ).scalar_one_or_none()


async def settle(session: AsyncSession, attachment_id: str, **values: Any) -> bool:
    """Write what became of a pending one; False when that is known already."""
    settled = await session.execute(
        update(Attachment)
        .where(Attachment.id == attachment_id, Attachment.state == PENDING)
        .values(**values)
        .returning(Attachment.id)
        .execution_options(synchronize_session=False)
    )
    return settled.one_or_none() is not None
