"""What an example may be labelled with, and where in a sentence a fact is said."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from api import privacy
from api.decision_tree import Library
from api.errors import Invalid
from api.interview import places
from api.interview.understanding import FALLBACK, is_value
from api.training import placeholders
from api.training.changes.nlu_text import Span
from api.training.corpus import Snapshot

WITH_CATEGORY = {"ask_billing": "billing"}
"""Intents whose category is always the same; `complain_service` needs one of its own."""
COMPLAINT = "complain_service"

LONGEST_EXAMPLE = 500

_BREAKS = re.compile(r"\s*[\r\n]+\s*")
_NO_DIGIT = re.compile(r"[^0-9]")
_MARKS = re.compile(r"[\[\]{}]")


class Domain:
    """The intents of the project's domain.yml, read again when it changed."""

    def __init__(self, root: Path) -> None:
        self._path = root / "domain.yml"
        self._stamp: tuple[int, int] | None = None
        self._intents: list[str] = []

    def intents(self) -> list[str]:
        """Return what a message can be labelled with, in the order of the file."""
        state = self._path.stat()
        stamp = (state.st_mtime_ns, state.st_size)
        if stamp != self._stamp:
            document = YAML(typ="safe").load(self._path.read_text(encoding="utf-8"))
            rows = document["intents"]
            names = [row if isinstance(row, str) else next(iter(row)) for row in rows]
            self._intents, self._stamp = [n for n in names if n != FALLBACK], stamp
        return self._intents

    def check(
        self, intent: str, category: str | None, categories: Collection[str | None]
    ) -> str | None:
        """Return the category that goes with the label.

        Raises:
            Invalid: there is no such intent, or the category does not go with it.
        """
        if intent not in self.intents():
            raise Invalid("没有这个意图。", code="intent_not_known", intent=intent)
        if intent == COMPLAINT:
            if category not in categories or category == "billing":
                raise Invalid("投诉要选一个类别。", code="category_needed")
            return category
        return WITH_CATEGORY.get(intent)


def one_line(text: str) -> str:
    """Return a message as an example: one line, without the signs that mark facts.

    Raises:
        Invalid: nothing is left, or it is too long to be an example.
    """
    line = _MARKS.sub(" ", _BREAKS.sub(" ", text)).strip()
    line = line.lstrip("-/ ").strip()
    if not line or len(line) > LONGEST_EXAMPLE:
        raise Invalid(
            f"例句要有内容，并且不超过 {LONGEST_EXAMPLE} 个字。", code="example_not_fitting"
        )
    return line


def digits_of(words: str) -> str:
    """Return the digits of a number as it is said."""
    return _NO_DIGIT.sub("", words)


def as_written(fact: str, value: str, text: str) -> str:
    """Return a fact's value as it stands in a sentence with placeholders: a personal number as
    its placeholder."""
    if fact not in privacy.PERSONAL_FACTS or value in text:
        return value
    return digits_of(placeholders.fill(privacy.mask_number(fact, value))) or value


def check_spans(library: Library, text: str, spans: Sequence[Span]) -> None:
    """Let pass spans that lie in the text, apart from each other, with values of their facts.

    Raises:
        Invalid: one does not.
    """
    end = 0
    for span in sorted(spans, key=lambda each: each.start):
        if not (0 <= span.start < span.end <= len(text)) or span.start < end:
            raise Invalid("标出的词不在句子里，或者重叠了。", code="span_not_fitting")
        end = span.end
        check_fact(library, span.fact, span.value)


def check_fact(library: Library, fact: str, value: str) -> None:
    """Let pass a fact that customers can state, with a value of its.

    Raises:
        Invalid: it is none.
    """
    declared = library.facts.get(fact)
    if declared is None or not declared.asks_customer or not is_value(library, fact, value):
        raise Invalid(
            "没有这个事实，或者它不能取这个值。", code="fact_not_valid", fact=fact, value=value
        )


class Locator:
    """Finds where in a sentence a fact is said: by the examples' wordings, names of places and
    operators, the facts' own words, and digits."""

    def __init__(self, root: Path, library: Library) -> None:
        self._names = _place_names(root / "data" / "places.yml")
        self._library = library

    def locate(
        self, known: Snapshot, text: str, facts: Iterable[tuple[str, str]]
    ) -> tuple[list[Span], dict[str, str]]:
        """Return the spans that were found, and the facts that were not."""
        spans: list[Span] = []
        missing: dict[str, str] = {}
        for fact, value in facts:
            found = self._find(known, text, fact, value, spans)
            if found is None:
                missing[fact] = value
            else:
                spans.append(found)
        return sorted(spans, key=lambda span: span.start), missing

    def _find(
        self, known: Snapshot, text: str, fact: str, value: str, taken: Sequence[Span]
    ) -> Span | None:
        lower = text.lower()
        for words in self._ways(known, fact, value):
            at = lower.find(words.lower())
            while at >= 0:
                end = at + len(words)
                if all(end <= span.start or at >= span.end for span in taken):
                    return Span(at, end, fact, value)
                at = lower.find(words.lower(), at + 1)
        return None

    def _ways(self, known: Snapshot, fact: str, value: str) -> list[str]:
        declared = self._library.facts.get(fact)
        ways = list(known.wordings.get((fact, value), ()))
        if declared is None:
            return ways
        ways += [
            word for choice in declared.choices if choice.value == value for word in choice.words
        ]
        if declared.kind == "place":
            ways += [*self._names.get(value, ()), places.name(value)]
            ways += [places.name(value).removeprefix("中国")]
        if declared.kind == "operator":
            row = self._library.tables["operators"].rows.get(value)
            ways += [str(name) for name in row.columns["names"]] if row else []
        if declared.kind in ("digits", "count"):
            ways.append(value)
        return sorted({way for way in ways if way}, key=len, reverse=True)


@cache
def _place_names(path: Path) -> dict[str, list[str]]:
    """Return the names of places by country code; none where the file cannot be read."""
    try:
        document: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except OSError:
        return {}
    names: dict[str, list[str]] = {}
    for part in ("names", "latin"):
        for code, given in (document.get(part) or {}).items():
            names.setdefault(str(code), []).extend(str(name) for name in given)
    return names
