"""Shapes of the training runs' routes."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["queued", "running", "done", "failed"]
Verdict = Literal["better", "same", "worse"]
Decision = Literal["promoted", "refused", "rolled_back"]


class Started(BaseModel):
    id: str


class RunRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    author: str
    state: State
    phase: str
    progress: float
    text: str
    error: str | None
    candidate: str | None
    current: str | None
    verdict: Verdict | None
    decision: Decision | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class RunOut(RunRow):
    before: dict[str, Any] | None
    """The scores of the model in use; `after` are the candidate's."""
    after: dict[str, Any] | None
    details: dict[str, Any] | None
    """Labels, test conversations, tree cases, replay, and the messages that moved."""
    log: str


class Reason(BaseModel):
    reason: str = Field(default="", max_length=1_000)


class GivenReason(BaseModel):
    reason: str = Field(min_length=1, max_length=1_000, pattern=r"\S")


class ModelOut(BaseModel):
    name: str
    in_use: bool
    trained_at: str | None
    seconds: float | None
    verdict: str | None
    refused: str | None
    """Why it is kept from being served."""


class ModelsOut(BaseModel):
    in_use: str | None
    serving: str | None
    """What Rasa says that it serves; it is another one for the seconds of a change."""
    before: str | None
    """The one that a roll-back goes to."""
    models: list[ModelOut]


class Promoted(BaseModel):
    model: str
    before: str | None
    served: bool
    """False where Rasa does not run: it is served from the next start on."""
    restart: bool
    """The program was changed as well: it is whole after the next start only."""
    message: str
