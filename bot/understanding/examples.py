"""The training examples as they stand in data/nlu, read without Rasa: for checks and figures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.understanding.lexicon import DATA

_ANNOTATION = re.compile(r"\[(?P<text>[^\]]+)\](?P<meaning>\{[^}]+\})")
"""Rasa's extended syntax, the only one we use: [副卡槽]{"entity": "card_slot", "value": "g"}."""


@dataclass(frozen=True)
class Span:
    """`text[start:end]` of the example was marked by its author as `fact` = `value`."""

    start: int
    end: int
    fact: str
    value: str


@dataclass(frozen=True)
class Example:
    """One line of data/nlu: what was typed, and what its author says it means."""

    intent: str
    text: str
    category: str | None = None
    spans: tuple[Span, ...] = field(default=())

    @property
    def facts(self) -> dict[str, str]:
        """Values by fact, as far as they are marked."""
        return {span.fact: span.value for span in self.spans}


def examples(folder: Path = DATA / "nlu") -> Iterator[Example]:
    """Every example of every intent, in the order of the files."""
    for file in sorted(folder.glob("*.yml")):
        for block in YAML(typ="safe").load(file.read_text("utf-8"))["nlu"]:
            category = (block.get("metadata") or {}).get("category")
            for line in block["examples"].splitlines():
                if line.startswith("- "):
                    yield parsed(line[2:].strip(), block["intent"], category)


def parsed(line: str, intent: str, category: str | None = None) -> Example:
    """An example without its annotations, and where they stood."""
    text, spans, at = "", [], 0
    for match in _ANNOTATION.finditer(line):
        text += line[at : match.start()]
        meaning: dict[str, Any] = json.loads(match["meaning"])
        value = str(meaning.get("value", match["text"]))
        spans.append(Span(len(text), len(text) + len(match["text"]), meaning["entity"], value))
        text += match["text"]
        at = match.end()
    return Example(intent, text + line[at:], category, tuple(spans))
