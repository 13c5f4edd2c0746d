"""One look, one revelation or one change by a member of the staff. Append-only."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class AuditEntry(Base):
    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    username: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(16))
    """viewed, revealed or changed."""
    conversation_id: Mapped[str | None] = mapped_column(String(64), index=True)
    ticket_number: Mapped[str | None] = mapped_column(String(24), index=True)
    fields: Mapped[list[Any]]
    reason: Mapped[str | None] = mapped_column(Text)
