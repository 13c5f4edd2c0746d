"""A picture that a customer sent."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class Attachment(Base):
    """One picture of one message; the file itself lies in the data folder under its hash."""

    __tablename__ = "attachments"
    __table_args__ = (
        UniqueConstraint("message_id", "media_id"),
        # The fetcher looks for what is pending and due.
        Index("ix_attachments_state_next_at", "state", "next_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"))
    source: Mapped[str] = mapped_column(String(16))
    """Whose media store holds it: `wechat`."""
    media_id: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(8))
    """pending, kept, refused (no picture we take) or failed (not to be had any more)."""
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why it was refused or failed: one Chinese sentence."""
    mime: Mapped[str | None] = mapped_column(String(32))
    size: Mapped[int | None]
    """Bytes of the kept file."""
    width: Mapped[int | None]
    height: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the kept file, which is named by it."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    """When it is due; whoever fetches it moves this on, so that one process does."""
    created_at: Mapped[datetime]
