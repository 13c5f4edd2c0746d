"""What a new revision of the trees touches: steps, open cases, stories, suggestions, articles."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from api.decision_tree import UNSURE, Ask, Library, Node, TreeError, walk
from api.interview.understanding import SERVICE_BY_INTENT
from api.knowledge import Article
from api.training.coverage.replay import visits
from api.training.drafts import titles

MODEL_FILES = frozenset({"data/diagnosis/facts.yml", "data/diagnosis/operators.yml"})
"""The bot's words are made of these: after a change of them a new model is to be trained."""

HOW = {
    "added": "新增",
    "removed": "删除",
    "changed": "这一步改了",
    "fact": "问法或取值改了",
    "outcome": "结论改了",
    "table": "资料表改了",
    "citation": "依据改了",
}

_ENTITY = re.compile(r'\{"entity":\s*"(\w+)",\s*"value":\s*"([^"]*)"')
_PRESSED = re.compile(r'/inform\{"(\w+)":\s*"([^"]*)"\}')
STORIES = (("tests/conversations", "test"), ("data/stories", "training"))


@dataclass(frozen=True)
class Touched:
    """The steps a change touches and why (`HOW`), and the sources whose words it changes."""

    nodes: Mapping[str, str]
    citations: frozenset[str]

    def __contains__(self, place: object) -> bool:
        return place in self.nodes


@dataclass(frozen=True)
class Story:
    """A story that a change touches. `nodes` are the touched steps it passes; `before` and
    `after` its end, where that is another one now."""

    file: str
    name: str
    kind: str
    nodes: tuple[str, ...]
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class _Said:
    """One message of a story: its intent and the facts marked in it."""

    intent: str
    facts: Mapping[str, str]


def touched(old: Library, new: Library) -> Touched:
    """Compare two revisions step by step."""
    facts = _different(old.facts, new.facts)
    outcomes = _different(old.outcomes, new.outcomes)
    tables = _different(old.tables, new.tables)
    citations = _different(old.citations, new.citations)
    facts_of_tables = {
        fact.id
        for library in (old, new)
        for fact in library.facts.values()
        if {fact.table, fact.values_from} & tables
    }
    before, after = _nodes(old), _nodes(new)
    nodes: dict[str, str] = {}
    for place in {**before, **after}:
        node, was = after.get(place), before.get(place)
        if was is None or node is None:
            nodes[place] = "added" if was is None else "removed"
        elif node != was:
            nodes[place] = "changed"
        elif node.fact in facts:
            nodes[place] = "fact"
        elif {t.removeprefix("outcome:") for t in node.answers.values()} & outcomes:
            nodes[place] = "outcome"
        elif node.fact in facts_of_tables:
            nodes[place] = "table"
        elif citations & set(node.cites):
            nodes[place] = "citation"
    named = {
        cite for place in nodes for n in (before, after) if place in n for cite in n[place].cites
    }
    return Touched(nodes, frozenset(citations | named))


def stories(root: Path, old: Library, new: Library, change: Touched) -> list[Story]:
    """Return the stories whose facts lead through a touched step, before or after.

    Blocking: reads the files. A file that cannot be read is named as one that is touched, so that
    somebody looks at it.
    """
    found: list[Story] = []
    for folder, kind in STORIES:
        for path in sorted((root / folder).rglob("*.yml")):
            file = path.relative_to(root).as_posix()
            try:
                document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
                told = list(_told(document))
            except (YAMLError, UnicodeDecodeError, ValueError) as error:
                found.append(Story(file, f"读不懂：{type(error).__name__}", kind, ()))
                continue
            for name, said in told:
                story = _story(file, name, kind, said, old, new, change)
                if story is not None:
                    found.append(story)
    return found


def articles(found: Iterable[Article], change: Touched) -> list[Article]:
    """Return the articles that cite a source of a touched step."""
    return [article for article in found if change.citations & set(article.cites)]


def _story(
    file: str,
    name: str,
    kind: str,
    said: list[_Said],
    old: Library,
    new: Library,
    change: Touched,
) -> Story | None:
    passed: dict[str, None] = {}
    ends: list[str | None] = []
    for library in (old, new):
        end = None
        for facts in _states(library, said):
            try:
                nodes, end = visits(library, facts)
            except TreeError:
                continue  # a draft's graph may not be walkable yet
            passed |= dict.fromkeys(node for node in nodes if node in change)
        ends.append(end)
    before, after = ends
    if not passed and before == after:
        return None
    if before == after:
        return Story(file, name, kind, tuple(passed))
    return Story(file, name, kind, tuple(passed), _end(old, before), _end(new, after))


def _states(library: Library, said: Iterable[_Said]) -> Iterator[dict[str, str]]:
    """Give the facts known after each message; a bare 是的 answers what is asked just then."""
    facts: dict[str, str] = {}
    for each in said:
        told = dict(each.facts)
        if not told and facts and each.intent in ("affirm", "deny", "unsure"):
            with suppress(TreeError):
                step = walk(library, facts)
                if isinstance(step, Ask):
                    asked = library.facts[step.fact]
                    meant = {"affirm": asked.affirm, "deny": asked.deny, "unsure": UNSURE}
                    told = {asked.id: value} if (value := meant[each.intent]) else {}
        if (service := SERVICE_BY_INTENT.get(each.intent)) and "service" not in facts:
            told.setdefault("service", service)
        facts = {**facts, **told}
        if told:
            yield facts


def _end(library: Library, outcome: str | None) -> str:
    if outcome is None:
        return "没有结论"
    return library.outcomes[outcome].title if outcome in library.outcomes else outcome


def _told(document: Any) -> Iterator[tuple[str, list[_Said]]]:
    """Give each story's name and what is said in it."""
    rows = document.get("stories") if isinstance(document, Mapping) else None
    for story in rows or ():
        said: list[_Said] = []
        for step in story.get("steps") or ():
            if "intent" not in step and "user" not in step:
                continue
            text = str(step.get("user") or "")
            facts = dict(_ENTITY.findall(text)) | dict(_PRESSED.findall(text))
            for entity in step.get("entities") or ():
                if isinstance(entity, Mapping):
                    facts |= {str(k): str(v) for k, v in entity.items() if v is not None}
            said.append(_Said(str(step.get("intent")), facts))
        yield str(story.get("story")), said


def _different(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}


def _nodes(library: Library) -> dict[str, Node]:
    return {
        f"{tree.id}/{node.id}": node
        for tree in library.trees.values()
        for node in tree.nodes.values()
    }


def shown(change: Touched, old: Library, new: Library) -> list[dict[str, str]]:
    """Return the touched steps in words."""
    return [
        {
            "node": place,
            "title": titles.node(old if how == "removed" else new, place),
            "how": how,
            "how_title": HOW[how],
        }
        for place, how in sorted(change.nodes.items())
    ]
