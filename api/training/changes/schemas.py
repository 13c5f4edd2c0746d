"""Shapes of change sets on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

State = Literal["draft", "applying", "applied", "exported", "failed", "reverted"]


class Author(BaseModel):
    username: str
    name: str


class ChangeSetRow(BaseModel):
    id: str
    author: Author
    reason: str | None
    state: State
    state_title: str
    commit: str | None
    error: str | None
    changes: int
    mine: bool
    created_at: datetime
    applied_at: datetime | None
    reverted_by: str | None


class ChangeOut(BaseModel):
    id: str
    kind: str
    kind_title: str
    file: str
    title: str
    payload: dict[str, Any]
    label_title: str | None
    """What an example is labelled as."""
    message_id: str | None
    created_at: datetime


class Problem(BaseModel):
    """Why the set cannot be written now."""

    code: str
    message: str
    file: str | None = None
    line: int | None = None


class ChangeSetOut(BaseModel):
    change_set: ChangeSetRow
    changes: list[ChangeOut]
    patch: str
    """What was written; of a draft, what would be."""
    problem: Problem | None


class ReasonIn(BaseModel):
    reason: Annotated[str, Field(min_length=1, max_length=500)]
