"""Shapes of the practice routes."""

from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator


class Begin(BaseModel):
    model: str | None = Field(default=None, pattern=r"^roamdesk-[0-9a-f]{12}$")
    """The candidate; without it, that of the last run which is done."""


class Chosen(BaseModel):
    fact: str = Field(max_length=32)
    value: str = Field(max_length=64)


class Words(BaseModel):
    """Either words or a pressed choice."""

    text: str | None = Field(default=None, min_length=1, max_length=2_000)
    choice: Chosen | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Words":
        if (self.text is None) == (self.choice is None):
            raise ValueError("give either text or choice")
        return self


class Reply(BaseModel):
    text: str
    sender: str
    asks: str | None
    choices: list[dict[str, str]]
    citations: list[dict[str, Any]]


class Side(BaseModel):
    """One of the two bots: what it understood of the last message and what it said."""

    model: str | None
    replies: list[Reply]
    intent: str | None = None
    intent_title: str | None = None
    confidence: float | None = None
    facts: dict[str, str] = {}
    node: str | None = None
    ms: float | None = None


class PracticeOut(BaseModel):
    id: str
    state: Literal["starting", "ready", "failed"]
    """Of the candidate: its Rasa takes half a minute to start."""
    error: str | None
    model: str
    before: Side
    after: Side


class Heard(BaseModel):
    before: Side
    after: Side
