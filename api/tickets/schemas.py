"""Shapes of a ticket on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

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
    kind: str
    title: str
    actor: str
    note: str | None
    data: dict[str, Any]
    at: datetime


class NoticeOut(BaseModel):
    """Somebody the operator has to tell; `done_by` is a username."""

    to: str
    title: str
    reason: str
    cites: list[str]
    done_by: str | None
    done_at: datetime | None


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
    notifications: list[NoticeOut]


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


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class ChangeIn(BaseModel):
    """Another category or priority, and why."""

    category: Category | None = None
    priority: Priority | None = None
    reason: Words

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if self.category is None and self.priority is None:
            raise ValueError("category or priority is needed")
        return self


class NoteIn(BaseModel):
    text: Words


class DoneIn(BaseModel):
    note: str | None = Field(default=None, max_length=2_000)


class FactIn(BaseModel):
    fact: str = Field(max_length=32)
    value: str = Field(max_length=64)
    note: str | None = Field(default=None, max_length=2_000)
