"""Conversations and their messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base

CLAIMED = ("copilot", "agent")
"""Modes in which a person holds a conversation; named one by one for the index."""


class Conversation(Base):
    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    mode: Mapped[str] = mapped_column(String(8), default="auto", index=True)
    waiting: Mapped[bool] = mapped_column(default=False, index=True)
    waiting_since: Mapped[datetime | None]
    taken_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    held_until: Mapped[datetime | None]
    """An open console renews the claim; one that is past this has lost its connection.
    Null where the claim was made without a console."""
    last_seq: Mapped[int] = mapped_column(default=0)
    asks: Mapped[str | None] = mapped_column(String(32))
    """The fact that the last message the customer saw asks for."""
    misses: Mapped[int] = mapped_column(default=0)
    """How many turns in a row the bot understood nothing."""
    node: Mapped[str | None] = mapped_column(String(64))
    """Where the case stands: tree/node."""
    country: Mapped[str | None] = mapped_column(String(2))
    sure: Mapped[float | None]
    """The bot's confidence in what it understood last."""
    wants_person: Mapped[bool] = mapped_column(default=False)
    pictures: Mapped[int] = mapped_column(default=0)
    """How many pictures came with it; where it is 0, none is looked for."""
    suggested_seq: Mapped[int] = mapped_column(default=0)
    """The message up to which suggestions were made."""
    memo: Mapped[str | None] = mapped_column(Text)
    """What an agent who handed back left for whoever comes next."""
    score: Mapped[int | None]
    comment: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)


class Message(Base):
    """One utterance. A customer's message also carries the state of the turn it began."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "client_id"),
        # At a start only the turns that were cut off are looked for.
        Index("ix_messages_turn", "turn"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int]
    client_id: Mapped[str | None] = mapped_column(String(100))
    sender: Mapped[str] = mapped_column(String(16))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(Text)
    asks: Mapped[str | None] = mapped_column(String(32))
    choices: Mapped[list[Any]]
    citations: Mapped[list[Any]]
    ticket: Mapped[dict[str, Any] | None]
    reply_to: Mapped[str | None] = mapped_column(String(36), index=True)
    node: Mapped[str | None] = mapped_column(String(64), index=True)
    """Where the case stood when an agent said this."""
    choice: Mapped[dict[str, Any] | None]
    turn: Mapped[str | None] = mapped_column(String(8))
    """queued, done, failed or skipped (an agent speaks); null on what is no customer's."""
    trace: Mapped[dict[str, Any] | None]
    """What the bot understood and by what: intent, confidence, facts, node, revision, model, ms."""
    answer: Mapped[dict[str, Any] | None]
    """The step that was given for this message: the same turn again gets the same step."""
    created_at: Mapped[datetime]
