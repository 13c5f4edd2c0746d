"""Shapes of a ticket on the wire."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal[
    "new", "acknowledged", "investigating", "answered", "resolved", "closed", "appealed"
]
Category = Literal[
    "network_quality",
    "billing",
    "business_process",
    "marketing",
    "service_attitude",
    "privacy",
    "technical_fault",
]
Priority = Literal["urgent", "high", "normal", "low"]


class ClockOut(BaseModel):
    name: str
    title: str
    rule: str
    due_at: datetime
    met_at: datetime | None
    state: Literal["running", "met", "missed", "extended"]


class FactOut(BaseModel):
    value: str
    said_by: str
    at: datetime
    note: str | None = None


class PathOut(BaseModel):
    tree: str
    node: str
    fact: str
    answer: str
    citation: str
    citations: list[str]
    inferred: bool


class TreeOut(BaseModel):
    id: str
    revision: str


class EventOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: str
    actor: str
    note: str | None
    data: dict[str, Any]
    at: datetime


class TicketRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    number: str
    status: Status
    category: Category | None
    priority: Priority
    outcome: str | None
    conversation_id: str
    arrived_at: datetime
    updated_at: datetime


class TicketPage(BaseModel):
    items: list[TicketRow]
    total: int
    offset: int
    limit: int


class TicketOut(TicketRow):
    facts: dict[str, FactOut]
    path: list[PathOut]
    next_step: dict[str, Any] | None
    open_causes: list[str]
    tree: TreeOut | None
    clocks: list[ClockOut]
    events: list[EventOut]


class CustomerTicket(BaseModel):
    """What a customer sees of their ticket: nothing about who works on it."""

    number: str
    status: Status
    status_title: str
    category: Category | None
    outcome: str | None
    outcome_title: str | None
    arrived_at: datetime
    clocks: list[ClockOut]
    next_clock: dict[str, Any] | None


class TransitionIn(BaseModel):
    to: Status
    note: str | None = Field(default=None, max_length=2_000)


class FactIn(BaseModel):
    fact: str = Field(max_length=32)
    value: str = Field(max_length=64)
    note: str | None = Field(default=None, max_length=2_000)
