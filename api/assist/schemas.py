"""Shapes of suggestions and of their figures on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from api.conversations.schemas import Choice, Citation

Source = Literal["bot", "tree", "knowledge", "phrase", "history"]


class SuggestionOut(BaseModel):
    id: str
    text: str
    source: Source
    source_title: str
    score: float
    citations: list[Citation]
    asks: str | None
    choices: list[Choice]
    key: str | None
    node: str | None
    reason: str
    """Why it is offered, in one clause."""


class Fate(BaseModel):
    """What became of suggestions; `shown` counts all of them, `open` those not decided yet."""

    shown: int
    open: int
    sent: int
    edited: int
    rejected: int
    ignored: int


class SourceFate(Fate):
    source: Source
    source_title: str


class NodeFate(Fate):
    node: str | None
    node_title: str


class RejectionReason(BaseModel):
    reason: str | None
    count: int


class Edit(BaseModel):
    """A suggestion and what was sent in its place, both without personal data."""

    id: str
    source: str
    node: str | None
    text: str
    sent_text: str
    at: datetime | None


class Figures(BaseModel):
    days: int
    total: Fate
    by_source: list[SourceFate]
    by_node: list[NodeFate]
    reasons: list[RejectionReason]
    edits: list[Edit]
