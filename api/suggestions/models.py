"""A proposed reply: where it came from and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class Suggestion(Base):
    __tablename__ = "suggestions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    reply_to: Mapped[str | None] = mapped_column(String(36))
    source: Mapped[str] = mapped_column(String(16))
    score: Mapped[float] = mapped_column(default=1.0)
    text: Mapped[str] = mapped_column(Text)
    asks: Mapped[str | None] = mapped_column(String(32))
    choices: Mapped[list[Any]]
    citations: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(16), default="open")
    key: Mapped[str | None] = mapped_column(String(64))
    """What it was made from: an article's or a phrase's id."""
    node: Mapped[str | None] = mapped_column(String(64))
    """Where the case stood: tree/node."""
    sent_text: Mapped[str | None] = mapped_column(Text)
    """What the agent sent instead, where it was edited."""
    decided_by: Mapped[str | None] = mapped_column(String(36))
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
