"""Which nodes of the trees are covered by tests, training stories and cases, and which of them
real conversations meet.

A test conversation is replayed by the facts marked in it. A training story names intents alone: it
covers what the reported service leads to. What a bare 有 or 没有 answers is known
only in real conversations, so tests cover at least what is told here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.decision_tree import Library, load_cases
from api.interview.understanding import SERVICE_BY_INTENT
from api.training.changes.files import broken
from api.training.changes.nlu_text import parsed
from api.training.changes.yaml_text import BrokenYaml, load
from api.training.coverage.models import NodeVisit
from api.training.coverage.replay import visits

MOST_NAMES = 20
"""Names told of what covers a node."""


@dataclass
class Covered:
    """What covers one node."""

    tests: list[str] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    conversations: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


class OnDisk:
    """What the files of the project at `root` cover, read again when one of them changed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._stamp: object = None
        self._found: dict[str, Covered] = {}

    def read(self, library: Library) -> Mapping[str, Covered]:
        """Return what covers each node (tree/node), blocking.

        Raises:
            Conflict: a file is broken.
        """
        files = {
            "tests": sorted((self._root / "tests/conversations").rglob("*.yml")),
            "stories": sorted((self._root / "data/stories").glob("*.yml")),
            "cases": sorted((self._root / "data/diagnosis").glob("*.cases.yml")),
        }
        stamp = (
            library.revision,
            [(path, path.stat().st_mtime_ns) for paths in files.values() for path in paths],
        )
        if stamp == self._stamp:
            return self._found
        found: dict[str, Covered] = defaultdict(Covered)
        for path in files["tests"]:
            for name, steps in self._stories(path):
                for node in _passed(library, _facts_told(steps)):
                    found[node].tests.append(name)
        for path in files["stories"]:
            for name, steps in self._stories(path):
                for node in _passed(library, _services(steps)):
                    found[node].stories.append(name)
        for path in files["cases"]:
            document = {path.name.removesuffix(".yml"): self._load(path)}
            for case in load_cases(document):
                for node in visits(library, case.facts)[0]:
                    found[node].cases.append(case.name)
        self._found, self._stamp = dict(found), stamp
        return self._found

    def _stories(self, path: Path) -> list[tuple[str, list[Any]]]:
        document = self._load(path)
        told = document.get("stories") if isinstance(document, dict) else None
        return [
            (str(story.get("story")), list(story.get("steps") or ()))
            for story in told or ()
            if isinstance(story, dict)
        ]

    def _load(self, path: Path) -> Any:
        try:
            return load(path.read_text(encoding="utf-8"))
        except BrokenYaml as error:
            raise broken(path.relative_to(self._root).as_posix(), error) from error


async def met(
    session: AsyncSession, since: datetime | None
) -> Mapping[str, tuple[int, Counter[str]]]:
    """Return by node how many conversations passed it, and where those ended."""
    query = select(NodeVisit.node, NodeVisit.outcome, func.count()).group_by(
        NodeVisit.node, NodeVisit.outcome
    )
    if since is not None:
        query = query.where(NodeVisit.at >= since)
    found: dict[str, tuple[int, Counter[str]]] = {}
    for node, outcome, count in (await session.execute(query)).all():
        number, outcomes = found.get(node, (0, Counter()))
        if outcome is not None:
            outcomes[outcome] += count
        found[node] = (number + count, outcomes)
    return found


def _facts_told(steps: Iterable[Any]) -> list[dict[str, str]]:
    """Return the facts as they stand after each of the customer's messages in a test."""
    facts: dict[str, str] = {}
    told = []
    for step in steps:
        if not isinstance(step, dict) or "user" not in step:
            continue
        service = SERVICE_BY_INTENT.get(str(step.get("intent")))
        for span in parsed(str(step["user"]))[1]:
            facts[span.fact] = span.value
        if service is not None:
            facts.setdefault("service", service)
        told.append(dict(facts))
    return told


def _services(steps: Iterable[Any]) -> list[dict[str, str]]:
    intents = [str(step.get("intent")) for step in steps if isinstance(step, dict)]
    return [{"service": SERVICE_BY_INTENT[each]} for each in intents if each in SERVICE_BY_INTENT]


def _passed(library: Library, moments: Iterable[Mapping[str, str]]) -> list[str]:
    nodes = (node for facts in moments for node in visits(library, facts)[0])
    return list(dict.fromkeys(nodes))
