"""Shapes of a message and of a conversation on the wire."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["auto", "copilot", "agent"]
Sender = Literal["customer", "bot", "agent", "system"]


class Choice(BaseModel):
    label: str
    value: str


class Citation(BaseModel):
    id: str
    title: str
    text: str = ""
    source: str = ""


class MessageOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    seq: int
    client_id: str | None = None
    sender: Sender
    text: str
    asks: str | None
    choices: list[Choice]
    citations: list[Citation]
    ticket: dict[str, Any] | None = None
    created_at: datetime


class MessageForStaff(MessageOut):
    trace: dict[str, Any] | None = None
    turn: str | None = None


class ConversationOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    channel: str
    mode: Mode
    waiting: bool
    waiting_since: datetime | None
    wants_person: bool
    taken_by: str | None
    held_until: datetime | None
    memo: str | None
    asks: str | None
    score: int | None
    created_at: datetime
    updated_at: datetime


class ConversationWithMessages(ConversationOut):
    messages: list[MessageForStaff]


class ModeIn(BaseModel):
    mode: Mode
    memo: str | None = Field(default=None, max_length=20_000)
    """What whoever comes next should know; kept when a conversation is handed back."""


class ReplyIn(BaseModel):
    client_id: str = Field(min_length=1, max_length=100)
    text: str = Field(max_length=20_000)
    suggestion_id: str | None = None


class RejectIn(BaseModel):
    reason: str | None = Field(default=None, max_length=500)
