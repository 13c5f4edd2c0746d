"""Change sets and what is in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class ChangeSet(Base):
    """What one person proposes, written as one commit."""

    __tablename__ = "change_sets"
    __table_args__ = (Index("ix_change_sets_author", "author_id", "state"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    author_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    """draft, applying, applied (committed), exported (written, no commit), failed or reverted."""
    commit: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
    applied_at: Mapped[datetime | None]
    reverted_by: Mapped[str | None] = mapped_column(String(64))


class Change(Base):
    """One proposal: `payload` by `kind`, see `proposals`."""

    __tablename__ = "changes"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    set_id: Mapped[str] = mapped_column(ForeignKey("change_sets.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    file: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column()
    message_id: Mapped[str | None] = mapped_column(String(36), index=True)
    """The message it was learned from."""
    created_at: Mapped[datetime]


class ChangedFile(Base):
    """A file before and after a change set was written: for the export and for taking it back."""

    __tablename__ = "changed_files"

    set_id: Mapped[str] = mapped_column(ForeignKey("change_sets.id"), primary_key=True)
    file: Mapped[str] = mapped_column(String(200), primary_key=True)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
