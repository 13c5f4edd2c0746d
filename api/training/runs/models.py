"""A training run from its order to its end, with what it proved and what was decided on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base

RUNNING_SLOT = 1


class TrainingRun(Base):
    __tablename__ = "training_runs"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    author: Mapped[str] = mapped_column(String(64))
    """Username of whoever ordered it."""
    state: Mapped[str] = mapped_column(String(8), index=True)
    """queued, running, done or failed."""
    slot: Mapped[int | None] = mapped_column(unique=True)
    """1 on the run that is at work: there is one, however many processes there are."""
    phase: Mapped[str] = mapped_column(String(16), default="")
    progress: Mapped[float] = mapped_column(default=0.0)
    text: Mapped[str] = mapped_column(String(300), default="")
    """The last line that it said."""
    log: Mapped[str] = mapped_column(Text, default="")
    """The end of what it printed; the whole is a file of the process that ran it."""
    error: Mapped[str | None] = mapped_column(Text)
    candidate: Mapped[str | None] = mapped_column(String(64))
    current: Mapped[str | None] = mapped_column(String(64))
    """The model in use that it was compared with."""
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    details: Mapped[dict[str, Any] | None]
    verdict: Mapped[str | None] = mapped_column(String(8))
    """better, same or worse."""
    decision: Mapped[str | None] = mapped_column(String(12))
    """promoted, refused or rolled_back."""
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(String(128))
    """host:pid of the process that follows it."""
    heartbeat: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
