"""Shapes of the stories' routes."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

Kind = Literal["story", "test_story"]

StoryName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
Pattern = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,40}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=40_000)]


class StoryIn(BaseModel):
    """What is to become a story. `kind` may be `test`, short for a test conversation."""

    conversation_id: Annotated[str, Field(max_length=64)]
    name: StoryName
    kind: Literal["story", "test_story", "test"] = "story"
    pattern: Pattern = "from_conversations"
    """The folder of a test conversation."""
    preview: bool = False
    """Only show it: nothing is proposed."""
    text: Text | None = None
    """What the trainer made of it."""


class ProblemOut(BaseModel):
    line: int
    message: str
    code: str
    severity: Literal["error", "warning"]
    repair: str | None
    repair_title: str | None


class ClosestOut(BaseModel):
    name: str
    file: str
    line: int
    text: str
    likeness: float


class TurnOut(BaseModel):
    text: str
    intent: str
    intent_title: str
    corrected: bool


class StoryOut(BaseModel):
    id: str | None
    """The proposal in the draft; null for a preview."""
    change_set: str | None
    kind: Kind
    name: str
    file: str
    text: str
    turns: list[TurnOut]
    closest: ClosestOut | None
    problems: list[ProblemOut]


class CheckIn(BaseModel):
    kind: Literal["story", "test_story", "test"] = "story"
    text: Text


class CheckOut(BaseModel):
    id: str
    state: Literal["running", "done", "failed"]
    problems: list[ProblemOut]
    why: str | None


class Candidate(BaseModel):
    """A conversation in which something was put right."""

    conversation_id: str
    text: str
    turns: int
    corrected: int
    at: datetime
