"""Tickets, their clocks and their append-only events."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class Ticket(Base):
    __tablename__ = "tickets"

    number: Mapped[str] = mapped_column(String(24), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), unique=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    category: Mapped[str | None] = mapped_column(String(24), index=True)
    priority: Mapped[str] = mapped_column(String(8))
    outcome: Mapped[str | None] = mapped_column(String(40), index=True)
    arrived_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TicketClock(Base):
    __tablename__ = "ticket_clocks"

    ticket_number: Mapped[str] = mapped_column(ForeignKey("tickets.number"), primary_key=True)
    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    due_at: Mapped[datetime]
    met_at: Mapped[datetime | None]


class TicketEvent(Base):
    """What happened, in order. The database itself refuses to change or delete one."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    ticket_number: Mapped[str] = mapped_column(ForeignKey("tickets.number"), index=True)
    kind: Mapped[str] = mapped_column(String(32), index=True)
    actor: Mapped[str] = mapped_column(String(64))
    """customer, bot, system, crm, noc, hlr, or a staff member's username."""
    note: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class TicketDay(Base):
    """The last number given out on a day (Beijing): numbers are dense and never reused."""

    __tablename__ = "ticket_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]
