"""Shapes of the review queue on the wire. Texts in them are masked."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

State = Literal["open", "accepted", "skipped"]
Sender = Literal["customer", "bot", "agent", "system"]

Name = Annotated[str, StringConstraints(max_length=64)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=32, pattern=r"^[^\s,，]+$"),
]


class Reason(BaseModel):
    name: str
    title: str


class QueueItem(BaseModel):
    """One message, standing for those that are nearly the same."""

    message_id: str
    conversation_id: str
    text: str
    intent: str
    intent_title: str
    confidence: float
    runner_up: str | None
    margin: float | None
    hint: str | None
    facts: dict[str, str]
    reason: str
    """The first of `reasons`."""
    reasons: list[Reason]
    score: float
    alike: int
    """Messages of this group that are in the same state, this one included."""
    channel: str
    tags: list[str]
    state: State
    created_at: datetime
    cursor: str
    """`after` for the page that follows this item."""


class Counted(BaseModel):
    name: str
    title: str
    count: int


class Summary(BaseModel):
    """What there is to choose from; counts are of open messages."""

    states: dict[State, int]
    reasons: list[Counted]
    tags: list[str]


class SpanOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    start: int
    end: int
    fact: str
    value: str


class SpanIn(BaseModel):
    start: Annotated[int, Field(ge=0, le=2_000)]
    end: Annotated[int, Field(ge=1, le=2_000)]
    fact: Name
    value: Value


class NearOut(BaseModel):
    text: str
    intent: str
    intent_title: str
    category: str | None
    likeness: float
    same: bool
    spans: list[SpanOut]
    file: str
    line: int


class Around(BaseModel):
    sender: Sender
    text: str
    this: bool


class LabelOut(BaseModel):
    trainer: str
    mine: bool
    intent: str
    intent_title: str
    category: str | None
    spans: list[SpanOut]
    at: datetime


class ItemOut(BaseModel):
    """Everything beside one message that helps to label it."""

    item: QueueItem
    around: list[Around]
    spans: list[SpanOut]
    """Where the facts that the bot understood are said, as far as it is found."""
    near: list[NearOut]
    labels: list[LabelOut]
    """Those of others are shown once one's own is there."""
    labelled_by_others: int


class LabelIn(BaseModel):
    intent: Name
    category: Annotated[str | None, Field(max_length=24)] = None
    spans: Annotated[list[SpanIn], Field(max_length=40)] = []


class ExampleIn(BaseModel):
    """A sentence and what it means. Facts come as `spans` of the text, or by name: then they are
    looked for in it."""

    text: Annotated[str, Field(min_length=1, max_length=2_000)]
    intent: Name
    category: Annotated[str | None, Field(max_length=24)] = None
    facts: Annotated[dict[Name, Value], Field(max_length=40)] = {}
    spans: Annotated[list[SpanIn], Field(max_length=40)] | None = None
    message_id: Annotated[str | None, Field(max_length=36)] = None
    alike: bool = True
    """Close the messages that are nearly the same, too."""
    resolve: Literal["relabel"] | None = None
    """Take examples that contradict out of the data."""


class ExampleOut(BaseModel):
    id: str | None
    """The proposal in the draft; null where the data say so already."""
    change_set: str | None
    added: bool
    text: str
    written: str
    """The line as it goes into the file, placeholders and marks in it."""
    unmarked: dict[str, str]
    """Facts that were not found in the text."""
    known: NearOut | None
    """The example that says the same already."""
    relabelled: list[NearOut]
    closed: int
    """Messages that need no more review because of this."""


class TagsIn(BaseModel):
    tags: Annotated[list[Tag], Field(max_length=10)]


class Pair(BaseModel):
    people: list[str]
    items: int
    agreed: float
    kappa: float | None


class Disagreement(BaseModel):
    message_id: str
    text: str
    labels: dict[str, str]
    """Intent by trainer."""


class AgreementOut(BaseModel):
    items: int
    pairs: list[Pair]
    disagreements: list[Disagreement]


class FactChoice(BaseModel):
    value: str
    label: str


class FactOut(BaseModel):
    name: str
    title: str
    kind: str
    choices: list[FactChoice]
    """Empty where the value is written: digits, a place, an operator."""


class IntentOut(BaseModel):
    name: str
    title: str
    examples: int


class Vocabulary(BaseModel):
    """What can be marked and chosen."""

    intents: list[IntentOut]
    categories: list[Counted]
    facts: list[FactOut]
    places: list[FactChoice]
    operators: list[FactChoice]


class Contradiction(BaseModel):
    text: str
    examples: list[NearOut]
