"""Published trees, cases and their facts. A fact is never changed: a newer one follows it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class TreeRevision(Base):
    """One published state of data/diagnosis; a case keeps the one it began with."""

    __tablename__ = "tree_revisions"

    revision: Mapped[str] = mapped_column(String(64), primary_key=True)
    documents: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime]


class Case(Base):
    __tablename__ = "cases"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), unique=True)
    revision: Mapped[str] = mapped_column(ForeignKey("tree_revisions.revision"))
    opened_at: Mapped[datetime]


class CaseFact(Base):
    __tablename__ = "case_facts"
    __table_args__ = (Index("ix_case_facts_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    fact: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(String(64))
    said_by: Mapped[str] = mapped_column(String(16))
    """customer, agent, crm, noc or hlr."""
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    message_id: Mapped[str | None] = mapped_column(String(36))
    note: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
