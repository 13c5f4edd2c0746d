"""The test set: messages written apart from the training data, with what they mean.

`tests/understanding/*.yml`, each a list of {text, intent, facts?, category?}, labelled by
docs/labelling.md. Nothing here is ever trained on, and nothing is changed to please it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import fuzz, process
from ruamel.yaml import YAML

from bot.understanding.normalise import normalise

FOLDER = Path("tests/understanding")
ALIKE = 90
"""Two texts with at least this rapidfuzz ratio are one text with a slip of the pen."""
LONG_ENOUGH_TO_COMPARE = 8
"""Short answers differ by one character and mean it."""


class BadTestSet(ValueError):
    """A test message has no text or intent, or stands there twice; the message says where."""


@dataclass(frozen=True)
class Case:
    """A message and what its author says it means."""

    text: str
    intent: str
    facts: dict[str, str] = field(default_factory=dict)
    category: str | None = None
    source: str = ""


def load(folder: Path = FOLDER) -> list[Case]:
    """Every case of every file, in their order.

    Raises:
        BadTestSet: a row lacks text or intent, or a text is there twice.
    """
    cases: dict[str, Case] = {}
    for file in sorted(folder.glob("*.yml")):
        for number, row in enumerate(YAML(typ="safe").load(file.read_text("utf-8")) or (), 1):
            case = _case(row, f"{file.stem}/{number}")
            if case.text in cases:
                raise BadTestSet(f"{case.source} repeats {cases[case.text].source}: {case.text}")
            cases[case.text] = case
    return list(cases.values())


def _case(row: dict[str, object], source: str) -> Case:
    if not isinstance(row, dict) or not row.get("text") or not row.get("intent"):
        raise BadTestSet(f"{source} has no text or no intent")
    facts = row.get("facts") or {}
    if not isinstance(facts, dict):
        raise BadTestSet(f"{source}: facts is no mapping")
    category = row.get("category")
    return Case(
        text=str(row["text"]),
        intent=str(row["intent"]),
        facts={str(name): str(value) for name, value in facts.items()},
        category=None if category is None else str(category),
        source=source,
    )


def unseen(cases: Iterable[Case], known: Iterable[str]) -> list[Case]:
    """Without the messages that training examples hold too: 是的 is typed by both authors."""
    spellings = {normalise(text).text for text in known}
    long_ones = [spelling for spelling in spellings if len(spelling) >= LONG_ENOUGH_TO_COMPARE]

    def is_known(case: Case) -> bool:
        spelling = normalise(case.text).text
        if spelling in spellings or len(spelling) < LONG_ENOUGH_TO_COMPARE:
            return spelling in spellings
        return (
            process.extractOne(spelling, long_ones, scorer=fuzz.ratio, score_cutoff=ALIKE)
            is not None
        )

    return [case for case in cases if not is_known(case)]
