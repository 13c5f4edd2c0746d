"""A common reply."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class Phrase(Base):
    __tablename__ = "phrases"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    title: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    keywords: Mapped[list[Any]]
    """Words by which it is found beside those of its text."""
    node: Mapped[str | None] = mapped_column(String(64))
    """Offered first where the case stands there (tree/node)."""
    active: Mapped[bool] = mapped_column(default=True)
    updated_by: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime]
