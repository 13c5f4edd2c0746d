"""The edits of the outline, each done in the YAML text it belongs to."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.errors import Invalid
from api.training.changes.yaml_text import BrokenYaml
from api.training.drafts import splice
from api.training.drafts.judging import FOLDER

FACTS = f"{FOLDER}/facts.yml"
OUTCOMES = f"{FOLDER}/outcomes.yml"

_NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Line = Annotated[str, Field(max_length=400, pattern=_NO_CONTROLS)]
Value = Annotated[str, Field(min_length=1, max_length=64, pattern=_NO_CONTROLS)]
Cites = Annotated[list[Value], Field(max_length=12)]
Answers = Annotated[dict[Value, Value], Field(min_length=1, max_length=60)]
Steps = Annotated[list[Line], Field(min_length=1, max_length=12)]


class _Edit(BaseModel):
    """What is left out stays as it is; null takes an item out where one can."""

    model_config = ConfigDict(extra="forbid")

    @property
    def given(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.model_fields_set}


class SetTree(_Edit):
    do: Literal["set_tree"]
    tree: Name
    title: Line | None = None
    start: Name | None = None


class SetNode(_Edit):
    do: Literal["set_node"]
    tree: Name
    node: Name
    fact: Name | None = None
    cites: Cites | None = None
    answers: Answers | None = None
    note: Line | None = None
    inferred: bool | None = None


class AddNode(_Edit):
    do: Literal["add_node"]
    tree: Name
    node: Name
    fact: Name
    cites: Cites = []
    answers: Answers
    after: Name | None = None
    """Behind which node; at the end when None."""


class RemoveNode(_Edit):
    do: Literal["remove_node"]
    tree: Name
    node: Name


class SetFact(_Edit):
    """How a fact is asked. Its values and words are edited in the text."""

    do: Literal["set_fact"]
    fact: Name
    title: Line | None = None
    question: Line | None = None
    why: Line | None = None
    help: Line | None = None
    help_source: Value | None = None
    unsure: Line | None = None


class SetOutcome(_Edit):
    do: Literal["set_outcome"]
    outcome: Name
    title: Line | None = None
    cause: Line | None = None
    steps: Steps | None = None
    we_do: Line | None = None
    cites: Cites | None = None


class SetCase(_Edit):
    """A case at `place` (from 0), or a new one at the end."""

    do: Literal["set_case"]
    tree: Name
    place: Annotated[int, Field(ge=0, le=10_000)] | None = None
    name: Annotated[str, Field(min_length=2, max_length=120, pattern=_NO_CONTROLS)]
    facts: dict[Name, Value]
    expects: Literal["ask", "wait", "end"]
    of: Name


class RemoveCase(_Edit):
    do: Literal["remove_case"]
    tree: Name
    place: Annotated[int, Field(ge=0, le=10_000)]


Edit = Annotated[
    SetTree | SetNode | AddNode | RemoveNode | SetFact | SetOutcome | SetCase | RemoveCase,
    Field(discriminator="do"),
]


def file_of(edit: _Edit) -> str:
    """Return the file that an edit changes."""
    match edit:
        case SetFact():
            return FACTS
        case SetOutcome():
            return OUTCOMES
        case SetCase(tree=tree) | RemoveCase(tree=tree):
            return f"{FOLDER}/{tree}.cases.yml"
        case SetTree(tree=tree) | SetNode(tree=tree) | AddNode(tree=tree) | RemoveNode(tree=tree):
            return f"{FOLDER}/{tree}.yml"
    raise AssertionError(edit)


def apply(edit: _Edit, text: str) -> str:
    """Return the text with the edit done.

    Raises:
        Invalid: what is to be changed is not there, or the text cannot be read.
    """
    try:
        return _apply(edit, text)
    except BrokenYaml as error:
        raise Invalid(
            f"这一处不能在大纲里改（第 {error.line} 行），请在文本里改。",
            code="edit_not_possible",
            file=file_of(edit),
            line=error.line,
            why=error.why,
        ) from error


def _apply(edit: _Edit, text: str) -> str:
    match edit:
        case SetTree():
            return _keys(text, ["tree"], edit.given, ("title", "start"))
        case SetNode():
            path: list[str | int] = ["nodes", splice.place_of(text, ["nodes"], "id", edit.node)]
            given = edit.given
            # What is not inferred says nothing of it.
            given.update({"inferred": None} if given.get("inferred") is False else {})
            return _keys(text, path, given, ("fact", "cites", "note", "inferred", "answers"))
        case AddNode():
            return _add_node(edit, text)
        case RemoveNode():
            place = splice.place_of(text, ["nodes"], "id", edit.node)
            return splice.remove_item(text, ["nodes", place])
        case SetFact():
            asked = ("title", "why", "question", "help", "help_source", "unsure")
            return _keys(text, ["facts", edit.fact], edit.given, asked)
        case SetOutcome():
            said = ("title", "cause", "steps", "we_do", "cites")
            return _keys(text, ["outcomes", edit.outcome], edit.given, said)
        case SetCase():
            item = "\n".join(
                (
                    f"name: {splice.flow(edit.name)}",
                    f"facts: {splice.flow(edit.facts)}",
                    f"then: {splice.flow({edit.expects: edit.of})}",
                )
            )
            if edit.place is None:
                return splice.insert_item(text, ["cases"], None, item)
            return splice.replace_item(text, ["cases", edit.place], item)
        case RemoveCase():
            return splice.remove_item(text, ["cases", edit.place])
    raise AssertionError(edit)


def _add_node(edit: AddNode, text: str) -> str:
    item = "\n".join(
        (
            f"id: {edit.node}",
            f"fact: {edit.fact}",
            f"cites: {splice.flow(edit.cites)}",
            f"answers: {splice.flow(edit.answers)}",
        )
    )
    after = None if edit.after is None else splice.place_of(text, ["nodes"], "id", edit.after)
    return splice.insert_item(text, ["nodes"], after, item)


def _keys(
    text: str, path: list[str | int], given: Mapping[str, Any], names: tuple[str, ...]
) -> str:
    for name in names:
        if name in given:
            text = splice.set_value(text, [*path, name], given[name] or _none(given[name]))
    return text


def _none(value: Any) -> Any:
    """An empty text takes its item out, as null does; an empty list stays one."""
    return None if value in ("", None) else value
