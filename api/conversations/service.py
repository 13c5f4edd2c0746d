"""Beginning a conversation, taking in a message, letting someone speak."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock, events
from api.conversations import repository
from api.conversations.models import Conversation, Message
from api.database import Database, after_commit
from api.errors import NotFound
from api.events import Broker
from api.suggestions import service as suggestions


@dataclass(frozen=True)
class Utterance:
    """Something to be said to a customer."""

    text: str
    asks: str | None = None
    choices: Sequence[dict[str, str]] = ()
    citations: Sequence[dict[str, str]] = ()
    ticket: dict[str, Any] | None = None
    trace: dict[str, Any] | None = None


@dataclass(frozen=True)
class Received:
    message: Message
    fresh: bool
    """False: this client_id was here before, and nothing changed."""


@dataclass(frozen=True)
class Incoming:
    client_id: str
    text: str
    choice: dict[str, str] | None = field(default=None)
    trace: dict[str, Any] | None = None
    """What the channel knows of the message beside its words."""
    answered: bool = False
    """The channel answers by itself (a film, a sticker): there is nothing for the bot to read."""


def topic(conversation_id: str) -> str:
    return events.conversation(conversation_id)


def begin(
    session: AsyncSession,
    channel: str,
    greeting: Sequence[Utterance],
    conversation_id: str | None = None,
) -> tuple[Conversation, list[Message]]:
    """Open a conversation and say the greeting."""
    now = clock.now()
    conversation = Conversation(
        id=conversation_id or str(uuid.uuid4()),
        channel=channel,
        mode="auto",
        waiting=False,
        last_seq=0,
        misses=0,
        created_at=now,
        updated_at=now,
    )
    session.add(conversation)
    return conversation, [say(session, conversation, "bot", words) for words in greeting]


async def find(
    session: AsyncSession, conversation_id: str, *, for_update: bool = False
) -> Conversation:
    """Return the conversation.

    Raises:
        NotFound: there is none of this id.
    """
    conversation = await repository.conversation(session, conversation_id, for_update=for_update)
    if conversation is None:
        raise NotFound("没有找到这段对话。", code="conversation_not_found")
    return conversation


async def transcript(
    session: AsyncSession, conversation_id: str, *, after: int = 0, limit: int = 1_000
) -> Sequence[Message]:
    """Return the messages after a number, in their order."""
    return await repository.messages(session, conversation_id, after=after, limit=limit)


async def replies_to(session: AsyncSession, message_id: str) -> Sequence[Message]:
    """Return what was said in answer to a message, in its order."""
    return await repository.replies(session, message_id)


async def find_message(
    session: AsyncSession, conversation_id: str, message_id: str
) -> tuple[Conversation, Message]:
    """Return a message and its conversation, locked against another turn.

    Raises:
        NotFound: there is no such message in this conversation.
    """
    found = await repository.conversation_of_message(session, message_id)
    if found is None or found[0].id != conversation_id:
        raise NotFound("没有这条消息。", code="message_not_found")
    return found


async def receive(
    database: Database, broker: Broker, conversation_id: str, incoming: Incoming
) -> Received:
    """Store a customer's message, once however often it is sent.

    Raises:
        NotFound: there is no such conversation.
    """
    try:
        async with database.transaction() as session:
            message = await store(session, broker, conversation_id, incoming)
        return Received(message, fresh=True)
    except IntegrityError:
        # The database knows the client_id already; the number it was about to get is given back.
        async with database.reading() as session:
            known = await repository.by_client_id(session, conversation_id, incoming.client_id)
        if known is None:
            raise
        return Received(known, fresh=False)


async def store(
    session: AsyncSession, broker: Broker, conversation_id: str, incoming: Incoming
) -> Message:
    """Store a customer's message in the caller's transaction, its turn queued for the bot.

    Raises:
        NotFound: there is no such conversation.
    """
    now = clock.now()
    # Taking the next number locks the conversation's row: numbers are dense on every database.
    numbered = await repository.next_seq(session, conversation_id, now)
    if numbered is None:
        raise NotFound("没有找到这段对话。", code="conversation_not_found")
    seq, mode, proposed = numbered
    turn = "done" if incoming.answered else "queued"
    message = Message(
        id=str(uuid.uuid4()),
        conversation_id=conversation_id,
        seq=seq,
        sender="customer",
        client_id=incoming.client_id,
        text=incoming.text,
        choice=incoming.choice,
        trace=incoming.trace,
        turn="skipped" if mode == "agent" else turn,
        choices=[],
        citations=[],
        created_at=now,
    )
    session.add(message)
    await session.flush()
    if proposed:
        await suggestions.outdate(session, conversation_id)
    after_commit(session, lambda: broker.publish(topic(conversation_id)))
    return message


def say(
    session: AsyncSession,
    conversation: Conversation,
    sender: str,
    words: Utterance,
    *,
    reply_to: str | None = None,
    client_id: str | None = None,
    staff_id: str | None = None,
) -> Message:
    """Put something said to the customer into the transcript; it is then what was asked last."""
    conversation.asks = words.asks if sender == "bot" else (words.asks or conversation.asks)
    return _append(
        session,
        conversation,
        Message(
            sender=sender,
            client_id=client_id,
            staff_id=staff_id,
            text=words.text,
            asks=words.asks,
            choices=list(words.choices),
            citations=list(words.citations),
            ticket=words.ticket,
            trace=words.trace,
            reply_to=reply_to,
            node=conversation.node if sender == "agent" else None,
        ),
    )


async def say_or_propose(
    session: AsyncSession,
    conversation: Conversation,
    words: Sequence[Utterance],
    reply_to: str | None = None,
) -> list[Message]:
    """Say the bot's words in mode `auto`; else keep them as one draft for the agent who speaks.

    Returns what the customer was told.
    """
    if conversation.mode == "auto":
        return [say(session, conversation, "bot", w, reply_to=reply_to) for w in words]
    if words:
        # The draft before was made for less than is known now.
        await suggestions.outdate(session, conversation.id, source="bot")
        suggestions.propose(
            session,
            conversation.id,
            "\n".join(w.text for w in words),
            reply_to=reply_to,
            asks=words[-1].asks,
            choices=words[-1].choices,
            citations=[cite for w in words for cite in w.citations],
            node=conversation.node,
        )
    return []


def wait_for_person(conversation: Conversation) -> None:
    """Queue the conversation for a person, unless one holds it; an agent's claim ends the wait."""
    if conversation.taken_by is None and not conversation.waiting:
        conversation.waiting = True
        conversation.waiting_since = clock.now()


def _append(session: AsyncSession, conversation: Conversation, message: Message) -> Message:
    conversation.last_seq += 1
    conversation.updated_at = clock.now()
    message.id = str(uuid.uuid4())
    message.seq = conversation.last_seq
    message.conversation_id = conversation.id
    message.created_at = conversation.updated_at
    session.add(message)
    return message
