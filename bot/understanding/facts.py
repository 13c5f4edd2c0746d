"""Everything a message says, from every source, settled: one function for bot and /v1/parse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bot.understanding import patterns
from bot.understanding.mentions import NOTHING, Mention, longest, settle, without_overlaps

MAINLAND = "mainland"
"""A mainland place: where the customer stands only behind 在 or alone, else it is home."""

_STANDING = re.compile(r"(?:在|到|到了|回到|回了)$")

Finder = Callable[[str], Iterable[Mention]]


def understand(text: str, finders: Sequence[Finder] = ()) -> list[Mention]:
    """Facts, then numbers, ordinals and corrections that no fact has claimed, in order of place."""
    found = list(patterns.found(text))
    for finder in finders:
        found.extend(finder(text))
    corrections = list(patterns.corrections(text))
    claimed = without_overlaps(found)
    facts = [m for m in _at_home(text, claimed) if m.fact != NOTHING]
    settled = settle(text, facts, corrections)
    ordinals = [m for m in patterns.ordinals(text) if _is_free(m, claimed)]
    numbers = [m for m in patterns.numbers(text) if _is_free(m, (*claimed, *ordinals))]
    return sorted([*settled, *ordinals[:1], *longest(numbers), *corrections[:1]])


def phrase_finder(phrases: Iterable[tuple[str, str, str]]) -> Finder:
    """A finder for data/phrases.yml: `~` and `_` with a width stand for a gap inside a clause."""
    compiled = [(fact, value, re.compile(_with_gaps(text))) for fact, value, text in phrases]

    def find(text: str) -> Iterable[Mention]:
        for fact, value, expression in compiled:
            for match in expression.finditer(text):
                if match.end() > match.start():
                    yield Mention(match.start(), match.end(), fact, value)

    return find


def _with_gaps(expression: str) -> str:
    expression = re.sub(r"~(\d+)", r"(?:(?![不没无])[^,。;!?]){0,\1}?", expression)
    return re.sub(r"_(\d+)", r"(?:(?!但|却|可是|不过|就是)[^,。;!?]){0,\1}?", expression)


def _at_home(text: str, mentions: Iterable[Mention]) -> Iterable[Mention]:
    for mention in mentions:
        if mention.fact != MAINLAND:
            yield mention
        elif _STANDING.search(text[: mention.start]) or mention.length == len(text):
            yield replace(mention, fact="location")


def _is_free(mention: Mention, claimed: Iterable[Mention]) -> bool:
    return all(mention.end <= c.start or mention.start >= c.end for c in claimed)
