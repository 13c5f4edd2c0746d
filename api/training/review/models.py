"""What trainers review. A row of `review_items` is made from a message by the scanner; the message
stays the truth, and the row can be made again."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base

LONGEST_KEY = 200


class ReviewItem(Base):
    """A customer's message with something to learn from."""

    __tablename__ = "review_items"
    __table_args__ = (
        Index("ix_review_items_page", "state", "score", "message_id"),
        Index("ix_review_items_group", "group_id", "state", "score", "message_id"),
        Index("ix_review_items_count", "state", "bits"),
    )

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    """Personal data in it are masked."""
    group_id: Mapped[str] = mapped_column(String(36))
    intent: Mapped[str] = mapped_column(String(64))
    confidence: Mapped[float]
    runner_up: Mapped[str | None] = mapped_column(String(64))
    margin: Mapped[float | None]
    hint: Mapped[str | None] = mapped_column(String(64))
    """What the customer chose when asked what they wanted."""
    facts: Mapped[dict[str, Any]] = mapped_column()
    bits: Mapped[int]
    """The reasons, one bit each (`signals.REASONS`)."""
    score: Mapped[float]
    state: Mapped[str] = mapped_column(String(10), default="open")
    """open, accepted or skipped."""
    model: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    """When the message was sent."""
    decided_at: Mapped[datetime | None]


class ReviewGroup(Base):
    """Messages that are nearly the same; `key` is the first one's normalised text."""

    __tablename__ = "review_groups"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), unique=True)
    created_at: Mapped[datetime] = mapped_column(index=True)


class ReviewTag(Base):
    __tablename__ = "review_tags"

    tag: Mapped[str] = mapped_column(String(32), primary_key=True)
    message_id: Mapped[str] = mapped_column(
        ForeignKey("review_items.message_id"), primary_key=True, index=True
    )


class ReviewLabel(Base):
    """What one trainer says a message means."""

    __tablename__ = "review_labels"
    __table_args__ = (UniqueConstraint("item_id", "staff_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("review_items.message_id"))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    intent: Mapped[str] = mapped_column(String(64))
    spans: Mapped[list[Any]]
    category: Mapped[str | None] = mapped_column(String(24))
    at: Mapped[datetime]


class ReviewMark(Base):
    """How far the scanner has read."""

    __tablename__ = "review_marks"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime]
