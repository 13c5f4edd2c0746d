"""Shapes of a phrase on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_NO_CONTROLS = r"^[^\x00-\x08\x0b-\x1f\x7f]+$"

Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=_NO_CONTROLS),
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=2_000, pattern=_NO_CONTROLS),
]
Keyword = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=32, pattern=_NO_CONTROLS),
]
Keywords = Annotated[list[Keyword], Field(max_length=30)]
Node = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z0-9_]+/[a-z0-9_]+$")]


class PhraseOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    title: str
    text: str
    keywords: list[str]
    node: str | None
    active: bool
    updated_by: str
    updated_at: datetime


class NewPhrase(BaseModel):
    title: Title
    text: Text
    keywords: Keywords = []
    node: Node | None = None
    active: bool = True


class PhraseChange(BaseModel):
    """What is left out stays as it is; `node: null` takes the phrase off its node."""

    title: Title | None = None
    text: Text | None = None
    keywords: Keywords | None = None
    node: Node | None = None
    active: bool | None = None
