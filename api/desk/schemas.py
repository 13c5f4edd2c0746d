"""Shapes of the desk's routes. Texts and personal facts in them are masked."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.attachments.schemas import AttachmentForStaff
from api.channels.wechat.reach import DeliveryOut, Reach
from api.conversations.schemas import Choice as Button
from api.conversations.schemas import Citation, Mode, Sender
from api.tickets.schemas import Category, ClockOut, EventOut, NoticeOut, Priority, Status


class PersonRef(BaseModel):
    id: str
    name: str


class Option(BaseModel):
    value: str
    label: str


# ---- the queue -----------------------------------------------------------------------------


class Last(BaseModel):
    seq: int
    sender: Sender
    text: str
    at: datetime


class QueueClock(BaseModel):
    name: str
    title: str
    due_at: datetime
    state: Literal["running", "met", "missed", "extended"]


class QueueTicket(BaseModel):
    number: str
    status: Status
    status_title: str
    priority: Priority
    clock: QueueClock | None


class QueueRow(BaseModel):
    id: str
    channel: str
    mode: Mode
    waiting: bool
    wants_person: bool
    waiting_since: datetime | None
    taken_by: PersonRef | None
    country: str | None
    country_name: str | None
    service: str | None
    service_title: str | None
    asks: str | None
    asks_title: str | None
    sure: float | None
    last: Last | None
    ticket: QueueTicket | None
    score: int | None
    created_at: datetime


class QueueOut(BaseModel):
    now: datetime
    rehearsing: bool
    rows: list[QueueRow]
    counts: dict[Literal["waiting", "auto", "copilot", "agent"], int]


class QueueNews(BaseModel):
    """The queue's order, and those of its rows that were asked for, in no order."""

    now: datetime
    rehearsing: bool
    order: list[str]
    rows: list[QueueRow]


# ---- one conversation ----------------------------------------------------------------------


class Standing(BaseModel):
    id: str
    mode: Mode
    waiting: bool
    waiting_since: datetime | None
    wants_person: bool
    taken_by: PersonRef | None
    held_until: datetime | None
    memo: str | None
    asks: str | None
    asks_title: str | None
    channel: str
    country: str | None
    country_name: str | None
    score: int | None
    thinking: bool
    reach: Reach | None = None
    """How the customer is reached in WeChat; null where the conversation is not there."""


class FactHeard(BaseModel):
    fact: str
    title: str
    value: str
    label: str


class Understood(BaseModel):
    intent: str | None
    intent_title: str | None
    confidence: float | None
    facts: list[FactHeard]
    model: str | None
    ms: float | None
    failed: bool


class Line(BaseModel):
    id: str
    seq: int
    sender: Sender
    staff_name: str | None
    text: str
    asks: str | None
    choices: list[Button]
    citations: list[Citation]
    created_at: datetime
    turn: str | None
    understood: Understood | None
    model: str | None = None
    """The model and the revision of the trees by which the bot said this."""
    revision: str | None = None
    attachments: list[AttachmentForStaff] = []
    delivery: DeliveryOut | None = None
    """What became of it in WeChat; null where it does not go there."""


class Step(BaseModel):
    node: str
    title: str
    answer: str
    answer_label: str
    citation: str
    citation_title: str
    inferred: bool


class Next(BaseModel):
    kind: Literal["ask", "wait", "conclude"]
    fact: str | None
    title: str | None
    who: str | None
    outcome: str | None
    outcome_title: str | None
    citation: str
    citation_title: str


class Cause(BaseModel):
    id: str
    title: str


class FactRow(BaseModel):
    fact: str
    title: str
    value: str
    label: str
    said_by: str
    said_by_title: str
    at: datetime
    note: str | None
    personal: bool
    options: list[Option] | None


class Settable(BaseModel):
    fact: str
    title: str
    kind: str
    options: list[Option] | None
    who: str


class Contradiction(BaseModel):
    text: str
    facts: list[str]
    cites: list[str]


class CaseOut(BaseModel):
    tree: str
    revision: str
    diagram: str
    path: list[Step]
    next: Next
    open_causes: list[Cause]
    facts: list[FactRow]
    settable: list[Settable]
    contradictions: list[Contradiction]


class NextStatus(BaseModel):
    status: Status
    title: str


class TicketPanel(BaseModel):
    number: str
    status: Status
    status_title: str
    category: Category | None
    category_title: str | None
    priority: Priority
    outcome: str | None
    outcome_title: str | None
    clocks: list[ClockOut]
    next_statuses: list[NextStatus]
    events: list[EventOut]
    notifications: list[NoticeOut]
    pictures: list[AttachmentForStaff] = []
    """Those of the conversation: they are kept with its ticket."""


class SuggestionRow(BaseModel):
    model_config = ConfigDict(from_attributes=True, extra="ignore")

    id: str
    text: str
    source: str
    source_title: str = ""
    score: float
    citations: list[Citation]
    asks: str | None
    choices: list[Button]
    key: str | None = None
    node: str | None = None
    reason: str = ""


class Summary(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    who: str
    where: str
    what: str
    tried: list[str]
    found: list[str]
    open: list[str]
    memo: str | None


class Cockpit(BaseModel):
    conversation: Standing
    messages: list[Line]
    has_older: bool
    case: CaseOut | None
    ticket: TicketPanel | None
    suggestions: list[Any]
    summary: Summary


class RevealIn(BaseModel):
    fields: list[Annotated[str, Field(max_length=32)]] = Field(min_length=1, max_length=20)
    """`text` for the customer's words, or names of personal facts."""
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=500)]


class Revealed(BaseModel):
    facts: dict[str, str]
    messages: dict[int, str]
    """By number: the messages in which something is masked."""


# ---- back office and supervisors -----------------------------------------------------------


class BackOfficeRow(BaseModel):
    number: str
    conversation_id: str
    fact: str
    title: str
    who: str
    who_title: str
    since: datetime
    facts_short: str
    country_name: str | None
    options: list[Option]
    kind: Literal["answer", "notify"]
    cites: list[str]
    due_at: datetime | None


class Holding(BaseModel):
    id: str
    country_name: str | None
    mode: Mode
    since: datetime | None
    """The person's first words there; null before any."""


class AgentRow(BaseModel):
    id: str
    name: str
    role: str
    holding: list[Holding]
    last_reply_at: datetime | None


class WaitingFigures(BaseModel):
    now: int
    longest_seconds: int | None
    p50_seconds_24h: int | None
    p95_seconds_24h: int | None


class Hour(BaseModel):
    hour: str
    began: int
    asked_person: int


class Overview(BaseModel):
    agents: list[AgentRow]
    waiting: WaitingFigures
    by_hour: list[Hour]
    suggestions: dict[str, Any]
