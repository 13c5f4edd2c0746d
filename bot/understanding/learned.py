"""Facts that people say in ever new words (漫游开关灰的), learned from marked examples.

A message is cut into clauses, and a text classifier says of each clause which fact with which value
it states, or none. It only adds facts that names and phrases have not found, and only where the
clause speaks of the fact's topic (data/phrases.yml), so it finds no card slot in a complaint.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from bot.understanding.facts import HOME_WORDS
from bot.understanding.intents import Seen, TextClassifier, mask, ngrams, plain
from bot.understanding.mentions import Mention
from bot.understanding.relevance import ASKING, NO_CASE
from bot.understanding.relevance import SURE_ENOUGH as SURE_OF_INTENT

FACTS = frozenset(
    [
        "works_at_home",
        "selected_by_hand",
        "back_in_china",
        "sms_centre_ok",
        "prl_updated",
        "card_reissued_after_korea",
        "data_roaming_on",
        "card_type",
        "card_slot",
        "network",
        "service",
    ]
)
"""Facts with few values. Places, operators and numbers are known by their names and forms, and a
report says its service by the intent."""

MARKED = frozenset(["inform"])
"""Intents whose examples have every fact marked."""

TEACHING = MARKED | NO_CASE | {"ask_progress"}
"""Beside them, intents in which hardly anybody states a fact: their clauses show what is none."""

TOLD_WHEN_ASKING = frozenset(["back_in_china"])
"""Who asks about a bill or complains says in passing that they are home again, and little else."""

NONE = "none"
SURE_ENOUGH, SURE_IN_PASSING = 0.5, 0.75
"""Who answers means to tell; what a report or a complaint tells in passing must be plain."""
LONGEST_NGRAM = 4
SHORT = 8
"""A clause of at most this many characters may finish what the one before it began."""
MOST_CLAUSES = 16
"""A pasted story is long; what it says of the card it says near its beginning."""

_ENDS = re.compile(r"[,。;!?、]+")
_SPACE = re.compile(" ")
_LONG_ENOUGH = 4
_MASKED = frozenset(["location", "operator", "msisdn", "iccid", "imsi", "number", "prl_version"])

Topics = Mapping[str, "re.Pattern[str]"]
"""Expressions by name: of a fact's topic, or of a cue."""


def compiled_topics(topics: Mapping[str, str]) -> Topics:
    """`topics` or `cues` of data/phrases.yml, ready to search."""
    return {fact: re.compile(text.replace("{home}", HOME_WORDS)) for fact, text in topics.items()}


def clauses(text: str) -> list[tuple[int, int]]:
    """Where the clauses of a normalised text stand. A space between long parts divides them too."""
    found: list[tuple[int, int]] = []
    at = 0
    for start, end in [*(m.span() for m in _ENDS.finditer(text)), (len(text), len(text))]:
        for space in _SPACE.finditer(text, at, start):
            if space.start() - at >= _LONG_ENOUGH and start - space.end() >= _LONG_ENOUGH:
                found.append((at, space.start()))
                at = space.end()
        if start > at:
            found.append((at, start))
        at = end
    return found


def clause_features(text: str, seen: Sequence[Seen], clause: Clause, cues: Topics) -> list[str]:
    """What the classifier sees of a clause: its characters, and with each topic its cues."""
    start, end = clause.start, clause.end
    inner = [m for m in _within(seen, start, end) if m[2] in _MASKED]
    found = ngrams(["^", *mask(text[start:end], inner), "$"], LONGEST_NGRAM)
    said = [name for name, cue in cues.items() if cue.search(text, start, end)] or [NONE]
    for fact in sorted(clause.about):
        found.extend(f"q:{fact} {name}" for name in said)
        found.extend(f"q:{fact} {a}+{b}" for a, b in combinations(said, 2))
    return found


def clause_text(text: str, seen: Sequence[Seen], start: int, end: int) -> str:
    """What the sentence encoder reads of a clause."""
    return plain(text[start:end], _within(seen, start, end))


def _within(seen: Sequence[Seen], start: int, end: int) -> list[Seen]:
    return [(m[0] - start, m[1] - start, m[2]) for m in seen if start <= m[0] and m[1] <= end]


def told_of_the_case(intent: str, sure: float) -> frozenset[str]:
    """The facts that a message with this intent may tell of its author's case."""
    if intent not in NO_CASE or sure < SURE_OF_INTENT:
        return FACTS
    return TOLD_WHEN_ASKING if intent in ASKING else frozenset()


def label(fact: str, value: str) -> str:
    """A fact with its value as one label."""
    return f"{fact}={value}"


@dataclass(frozen=True)
class Clause:
    """`text[start:end]`, whose words may be about the facts in `about`."""

    start: int
    end: int
    about: frozenset[str]


def candidates(text: str, topics: Topics) -> list[Clause]:
    """Clauses that speak of a topic; 数据漫游，没开 is also read as one."""
    found: list[Clause] = []
    divided = clauses(text)[:MOST_CLAUSES]
    for number, (start, end) in enumerate(divided, 1):
        about = frozenset(f for f, topic in topics.items() if topic.search(text, start, end))
        if about:
            found.append(Clause(start, end, about))
            for further_start, further_end in divided[number : number + 1]:
                if further_end - further_start <= SHORT:
                    found.append(Clause(start, further_end, about))
    return found


def read(
    text: str,
    seen: Sequence[Seen],
    found: Sequence[Clause],
    vectors: np.ndarray,
    classifier: TextClassifier,
    cues: Topics,
    least: float = SURE_ENOUGH,
    refused: Sequence[Mention] = (),
) -> list[Mention]:
    """The facts that clauses of a normalised text state; the surest clause speaks for its fact.

    `vectors` holds one sentence vector a clause of `found`; below `least` nothing is believed, and
    nothing of a fact in the clause where the rules refused it.
    """
    said: dict[str, tuple[float, Mention]] = {}
    for clause, vector in zip(found, vectors, strict=True):
        words = clause_features(text, seen, clause, cues)
        best, sure = classifier.ranking(words, vector)[0]
        fact, _, value = best.partition("=")
        if sure < least or fact not in clause.about or _refused(text, fact, clause, refused):
            continue
        if fact not in said or sure > said[fact][0]:
            said[fact] = (sure, Mention(clause.start, clause.end, fact, value))
    return sorted(mention for _, mention in said.values())


def _refused(text: str, fact: str, clause: Clause, refused: Sequence[Mention]) -> bool:
    """Whether the last part of the clause is one where the rules refused the fact."""
    return any(
        m.fact == fact
        and clause.start <= m.start < clause.end
        and not _ENDS.search(text, m.end, clause.end)
        for m in refused
    )


def labels(clause: Clause, marked: Sequence[Mention]) -> list[str]:
    """What a clause of a marked example states, as labels; `none` where it states nothing."""
    stated = {
        label(m.fact, m.value)
        for m in marked
        if m.fact in clause.about and clause.start <= m.start < clause.end
    }
    return sorted(stated) or [NONE]
