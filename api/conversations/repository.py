"""Queries on conversations and messages."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.models import CLAIMED, Conversation, Message


async def conversation(
    session: AsyncSession, conversation_id: str, *, for_update: bool = False
) -> Conversation | None:
    return await session.get(Conversation, conversation_id, with_for_update=for_update or None)


async def conversations(
    session: AsyncSession,
    *,
    mode: str | None = None,
    waiting: bool | None = None,
    before: datetime | None = None,
    limit: int = 100,
) -> Sequence[Conversation]:
    """Return conversations, those who wait for a person first, then the latest."""
    query = select(Conversation).order_by(
        Conversation.waiting.desc(), Conversation.updated_at.desc()
    )
    if mode is not None:
        query = query.where(Conversation.mode == mode)
    if waiting is not None:
        query = query.where(Conversation.waiting == waiting)
    if before is not None:
        query = query.where(Conversation.updated_at < before)
    return (await session.scalars(query.limit(limit))).all()


async def conversation_of_message(
    session: AsyncSession, message_id: str
) -> tuple[Conversation, Message] | None:
    """Return a message and its conversation, whose row is locked."""
    row = (
        await session.execute(
            select(Conversation, Message)
            .join(Message, Message.conversation_id == Conversation.id)
            .where(Message.id == message_id)
            .with_for_update(of=Conversation)
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


async def next_seq(
    session: AsyncSession, conversation_id: str, at: datetime
) -> tuple[int, str, bool] | None:
    """Take the conversation's next number; None without a row.

    Returned with it: the mode, and whether replies may have been proposed here.
    """
    row = (
        await session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(last_seq=Conversation.last_seq + 1, updated_at=at)
            .returning(Conversation.last_seq, Conversation.mode, Conversation.suggested_seq)
            .execution_options(synchronize_session=False)
        )
    ).one_or_none()
    if row is None:
        return None
    return row.last_seq, row.mode, row.mode != "auto" or row.suggested_seq > 0


async def by_client_id(
    session: AsyncSession, conversation_id: str, client_id: str
) -> Message | None:
    return await session.scalar(
        select(Message).where(
            Message.conversation_id == conversation_id, Message.client_id == client_id
        )
    )


async def messages(
    session: AsyncSession, conversation_id: str, *, after: int = 0, limit: int = 1_000
) -> Sequence[Message]:
    return (
        await session.scalars(
            select(Message)
            .where(Message.conversation_id == conversation_id, Message.seq > after)
            .order_by(Message.seq)
            .limit(limit)
        )
    ).all()


async def replies(session: AsyncSession, message_id: str) -> Sequence[Message]:
    return (
        await session.scalars(
            select(Message).where(Message.reply_to == message_id).order_by(Message.seq)
        )
    ).all()


async def in_turn(session: AsyncSession, state: str, since: datetime) -> Sequence[Message]:
    """Return the customers' messages whose turn is in `state`, oldest first."""
    return (
        await session.scalars(
            select(Message)
            .where(Message.turn == state, Message.created_at > since)
            .order_by(Message.created_at, Message.seq)
        )
    ).all()


async def is_in_turn(session: AsyncSession, conversation_id: str, since: datetime) -> bool:
    """Tell whether a message received since then still waits for the bot."""
    waiting = select(Message.id).where(
        Message.turn == "queued",
        Message.conversation_id == conversation_id,
        Message.created_at > since,
    )
    return await session.scalar(waiting.limit(1)) is not None


async def end_turn(session: AsyncSession, message_id: str, state: str) -> bool:
    """End a turn; False when it is done already: another process took it up as well."""
    ended = await session.execute(
        update(Message)
        .where(Message.id == message_id, Message.turn != "done")
        .values(turn=state)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return ended.one_or_none() is not None


async def hold(session: AsyncSession, staff_id: str, until: datetime) -> None:
    """Renew every claim of a person."""
    await session.execute(
        update(Conversation)
        .where(Conversation.taken_by == staff_id, Conversation.mode.in_(CLAIMED))
        .values(held_until=until)
        .execution_options(synchronize_session=False)
    )


async def not_held(session: AsyncSession, at: datetime) -> Sequence[str]:
    """Return the conversations whose claim was not renewed until `at`."""
    return (
        await session.scalars(
            select(Conversation.id).where(
                Conversation.mode.in_(CLAIMED), Conversation.held_until < at
            )
        )
    ).all()
