"""What a message tells beside its intent: danger, worry, anger, on whose behalf, giving up.

The words and what is said to them are data (`data/care.yml`), with the public sources.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from ruamel.yaml import YAML

from api.settings import DATA

ASIDE = frozenset({"danger", "worry", "anger", "insult", "for_another"})
"""Kinds whose words are no answer to an open question."""


@dataclass(frozen=True)
class Kind:
    """One kind of message, and what is said to it."""

    words: re.Pattern[str]
    unless: re.Pattern[str] | None
    whole: bool
    lines: tuple[str, ...]
    sources: tuple[dict[str, str], ...]

    def found(self, text: str) -> bool:
        match = self.words.fullmatch(text) if self.whole else self.words.search(text)
        return match is not None and not (self.unless and self.unless.search(text))


def told(words: str) -> frozenset[str]:
    """Return the kinds that `words` (normalised) are of; mostly none."""
    return frozenset(name for name, kind in _kinds().items() if kind.found(words))


def without(words: str, names: Iterable[str]) -> str:
    """Return `words` without what made them these kinds: an answer may stand beside it."""
    names = tuple(names)
    for name in names:
        words = _kinds()[name].words.sub("", words)
    return "" if names and _filler().fullmatch(words) else words


def kinds() -> tuple[str, ...]:
    """Return the names of all kinds."""
    return tuple(_kinds())


def lines(name: str) -> tuple[str, ...]:
    return _kinds()[name].lines


def sources(name: str) -> tuple[dict[str, str], ...]:
    """Return what is cited, in the shape of a message's citations."""
    return _kinds()[name].sources


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = YAML(typ="safe").load(DATA / "care.yml")
    return data


@cache
def _filler() -> re.Pattern[str]:
    return re.compile(rf"(?:{_data()['filler']})*")


@cache
def _kinds() -> dict[str, Kind]:
    data = _data()
    return {name: _kind(entry, data["filler"]) for name, entry in data["kinds"].items()}


def _kind(entry: dict[str, Any], filler: str) -> Kind:
    whole, said = entry.get("whole", False), entry.get("say", [])
    pattern = "|".join(f"(?:{one})" for one in entry["words"])
    if whole:
        pattern = rf"(?:{filler})*(?:(?:{pattern})(?:{filler})*)+"
    return Kind(
        re.compile(pattern),
        re.compile(entry["unless"]) if "unless" in entry else None,
        whole,
        (said,) if isinstance(said, str) else tuple(said),
        tuple(entry.get("sources", ())),
    )
