"""Facts as labels of spans, for pipelines that learn to mark spans, and the way back.

A fact with few values is one label a value (`card_slot=g`). One with many is one label, and its
value is looked up by what the span says: such a pipeline may use our names, but not our phrases.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from bot.understanding import lexicon
from bot.understanding.normalise import normalise
from bot.understanding.numerals import CHINESE_NUMBER, to_digits

NAMED = frozenset(["location", "operator"])
DIGITS = frozenset(["prl_version", "msisdn", "iccid", "imsi"])
COUNT = "dialled_digits"
MAX_COUNT_DIGITS = 2


def encode(fact: str, value: str) -> str:
    """The label of a span."""
    return fact if fact in NAMED | DIGITS | {COUNT} else f"{fact}={value}"


def decode(spans: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Facts of (label, text) pairs; the first of a fact wins."""
    facts: dict[str, str] = {}
    for label, text in spans:
        fact, _, value = label.partition("=")
        found = value or _value(fact, normalise(text).text)
        if found:
            facts.setdefault(fact, found)
    return facts


def _value(fact: str, text: str) -> str | None:
    if fact in NAMED:
        return _names().get((fact, text))
    digits = "".join(c for c in text if c.isdigit())
    if not digits:
        number = CHINESE_NUMBER.search(text)
        digits = (to_digits(number.group()) or "") if number else ""
    if fact == COUNT and len(digits) > MAX_COUNT_DIGITS:
        return str(len(digits))
    return digits or None


@cache
def _names() -> dict[tuple[str, str], str]:
    return {(name.fact, name.text): name.value for name in lexicon.names(lexicon.documents())}
