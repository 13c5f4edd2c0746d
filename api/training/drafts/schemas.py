"""Shapes of the drafts' routes."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.training.drafts.edits import Edit

Kind = Literal["tree", "article", "phrase"]
State = Literal["draft", "submitted", "publishing", "published", "rejected", "dropped"]

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9_-]+$")]
File = Annotated[str, Field(max_length=120)]
Facts = Annotated[
    dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=64)]],
    Field(max_length=60),
]


class NewDraft(BaseModel):
    """Of a document as it is, or (`new`) of one that is not there yet."""

    kind: Kind
    document: Name = "new"
    new: bool = False


class Restore(BaseModel):
    """`before`: as it was before this publication, to take it back."""

    before: bool = False


class PutText(BaseModel):
    version: int
    file: File
    text: str | None


class PutFile(BaseModel):
    version: int
    file: File


class Edits(BaseModel):
    version: int
    edits: Annotated[list[Edit], Field(min_length=1, max_length=20)]


class Rebase(BaseModel):
    version: int
    keep: Literal["mine", "theirs"] | None = None


class Submit(BaseModel):
    version: int
    reason: Annotated[str, Field(max_length=500)]


class Reject(BaseModel):
    reason: Annotated[str, Field(max_length=1_000)]


class Publish(BaseModel):
    """`version` is the one that was looked at."""

    version: int


class Walk(BaseModel):
    facts: Facts = {}


class DraftRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: Kind
    document: str
    title: str
    state: State
    state_title: str
    version: int
    author: str
    author_id: str
    reason: str | None
    decision: str | None
    decided_by: str | None
    restores: int | None
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None


class PublicationRow(BaseModel):
    id: int
    kind: Kind
    document: str
    title: str
    author: str
    publisher: str
    reason: str | None
    revision_before: str | None
    revision: str | None
    commit: str | None
    at: datetime


class DocumentRow(BaseModel):
    kind: Kind
    name: str
    title: str
    is_tree: bool
    drafts: int
    """Drafts that are open."""
    published_at: datetime | None


class FileOut(BaseModel):
    file: str
    text: str | None
    changed: bool
    behind: bool


class ProblemOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    file: str
    line: int
    code: str
    where: str
    text: str


class CaseOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    file: str
    line: int
    name: str
    facts: dict[str, str]
    expects: str
    of: str
    got: str
    ok: bool


class DraftOut(BaseModel):
    """Everything a page shows of a draft; `outline`, `choices` and `diagram` only of a tree that
    can be read."""

    draft: DraftRow
    files: list[FileOut]
    green: bool
    problems: list[ProblemOut]
    cases: list[CaseOut]
    needs_training: bool
    """facts.yml or operators.yml changes: the bot learns these words by a training."""
    outline: dict[str, Any] | None = None
    choices: dict[str, Any] | None = None
    diagram: str | None = None


class DocumentOut(BaseModel):
    """A document as it is published."""

    kind: Kind
    name: str
    title: str
    files: list[FileOut]
    problems: list[ProblemOut]
    outline: dict[str, Any] | None = None
    diagram: str | None = None
    drafts: list[DraftRow]
    publications: list[PublicationRow]


class WalkOut(BaseModel):
    path: list[dict[str, Any]]
    step: dict[str, Any]
    open_causes: list[str]
    diagram: str | None


class DiffOut(BaseModel):
    file: str
    lines: list[dict[str, Any]]


class PublicationOut(BaseModel):
    publication: PublicationRow
    diff: list[DiffOut]


class OpenCase(BaseModel):
    conversation_id: str
    ticket: str | None
    node: str | None
    node_title: str | None
    touched: bool
    """It stands at a step that changes."""
    revision: str
    opened_at: datetime


class ImpactOut(BaseModel):
    """What a publication touches; lists are cut, `*_count` are whole."""

    nodes: list[dict[str, str]] = []
    open_cases_count: int = 0
    open_cases: list[OpenCase] = []
    stories: list[dict[str, Any]] = []
    suggestions_count: int = 0
    suggestions: list[dict[str, str | None]] = []
    phrases: list[dict[str, str | None]] = []
    articles: list[dict[str, str]] = []
    needs_training: bool = False
