"""Why a message teaches, and how much: pure.

Each reason has a weight between 0 and 1: the chance (our judgement, `inferred`) that the bot was
wrong there. The score is the chance that at least one is right, as if they were independent:

    score = 1 - (1 - w1) * (1 - w2) * ...

    reason           weight
    fallback         0.60   nothing was understood, and the customer had to be asked
    low_confidence   0.60 * (0.9 - confidence) / 0.9   below 0.9 (from there on 99.8 % are right)
    near_tie         0.50 * (0.2 - margin) / 0.2       two intents closer than 0.2
    corrected        0.45   the customer's next message put something right
    taken_over       0.40   the last message before a person took over (要人工 itself is no mistake)
    rejected         0.40   an agent refused what the bot drafted as an answer
    edited           0.35   an agent rewrote it
    repeated         0.35   the same was said, or asked for, again
    bad_rating       0.30   rated 1 or 2; the three least certain messages of that conversation
    failed           0.20   the bot did not answer at all
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from rapidfuzz import fuzz

from api.interview.understanding import FALLBACK, WISH
from api.training.corpus import folded

REASONS = (
    "fallback",
    "low_confidence",
    "near_tie",
    "corrected",
    "taken_over",
    "rejected",
    "edited",
    "repeated",
    "bad_rating",
    "failed",
)
"""In this order they are told, and numbered by bits from 1."""

WEIGHTS = {
    "fallback": 0.6,
    "low_confidence": 0.6,
    "near_tie": 0.5,
    "corrected": 0.45,
    "taken_over": 0.4,
    "rejected": 0.4,
    "edited": 0.35,
    "repeated": 0.35,
    "bad_rating": 0.3,
    "failed": 0.2,
}

SURE = 0.9
CLEAR_MARGIN = 0.2
BAD_RATING = 2
MOST_OF_A_BAD_CONVERSATION = 3
SAID_AGAIN = 85.0
"""Per cent of likeness with the message before."""

OF_THE_BOT = frozenset({"bot", "tree"})
"""Sources of suggestions that come from how the message was understood."""


@dataclass(frozen=True)
class Line:
    """One message as far as it matters here."""

    id: str
    sender: str
    text: str
    asks: str | None
    reply_to: str | None
    choice: dict[str, Any] | None
    turn: str | None
    trace: dict[str, Any]


@dataclass(frozen=True)
class Fate:
    """What an agent made of a suggestion."""

    reply_to: str | None
    source: str
    state: str


@dataclass
class Lesson:
    """A message and what it may teach."""

    line: Line
    reasons: dict[str, float] = field(default_factory=dict)
    """Weight by reason."""
    hint: str | None = None

    @property
    def confidence(self) -> float:
        return float(self.line.trace.get("confidence") or 0.0)

    @property
    def intent(self) -> str:
        return str(self.line.trace.get("intent") or FALLBACK)

    @property
    def rivals(self) -> list[tuple[str, float]]:
        """The ranked intents, fallback left out."""
        ranking = self.line.trace.get("ranking") or []
        return [(r["name"], float(r["confidence"])) for r in ranking if r["name"] != FALLBACK]

    @property
    def runner_up(self) -> str | None:
        others = [name for name, _ in self.rivals if name != self.intent]
        return others[0] if others else None

    @property
    def margin(self) -> float | None:
        sure = [confidence for _, confidence in self.rivals[:2]]
        return round(sure[0] - sure[1], 4) if len(sure) == 2 else None

    @property
    def score(self) -> float:
        missed = 1.0
        for weight in self.reasons.values():
            missed *= 1 - weight
        return round(1 - missed, 4)


def lessons(
    lines: Sequence[Line], fates: Iterable[Fate] = (), score: int | None = None, taken: bool = False
) -> list[Lesson]:
    """Return what a conversation's messages teach, as far as they teach anything.

    `score` is the customer's rating; `taken`: a person holds the conversation now.
    """
    own = [Lesson(line) for line in lines if _reads(line)]
    by_id = {lesson.line.id: lesson for lesson in own}
    for lesson in own:
        _of_itself(lesson)
    _of_what_followed(own, lines)
    _of_agents(by_id, lines, fates, taken)
    if score is not None and score <= BAD_RATING:
        unsure = sorted(own, key=lambda lesson: lesson.confidence)
        for lesson in unsure[:MOST_OF_A_BAD_CONVERSATION]:
            _add(lesson, "bad_rating")
    return [lesson for lesson in own if lesson.reasons]


def bits(reasons: Iterable[str]) -> int:
    """Return the reasons as one number."""
    return sum(1 << REASONS.index(reason) for reason in set(reasons))


def named(number: int) -> list[str]:
    """Return the reasons that `bits` made a number of, in their order."""
    return [reason for place, reason in enumerate(REASONS) if number >> place & 1]


def _reads(line: Line) -> bool:
    """Whether the bot read these words: a pressed choice is no words, and in mode `agent` it
    reads nothing."""
    words = line.sender == "customer" and line.choice is None and bool(line.text.strip())
    return words and ("intent" in line.trace or line.turn == "failed")


def _add(lesson: Lesson, reason: str, part: float = 1.0) -> None:
    lesson.reasons[reason] = round(WEIGHTS[reason] * part, 4)


def _of_itself(lesson: Lesson) -> None:
    trace = lesson.line.trace
    if "intent" not in trace:
        _add(lesson, "failed")
        return
    if FALLBACK in (trace["intent"], trace.get("taken_as")):
        _add(lesson, "fallback")
    if lesson.confidence < SURE:
        _add(lesson, "low_confidence", (SURE - lesson.confidence) / SURE)
    margin = lesson.margin
    if margin is not None and margin < CLEAR_MARGIN:
        _add(lesson, "near_tie", (CLEAR_MARGIN - max(margin, 0.0)) / CLEAR_MARGIN)


def _of_what_followed(own: Sequence[Lesson], lines: Sequence[Line]) -> None:
    for lesson, after in pairwise(own):
        if after.line.trace.get("taken_as") == "correct" or after.intent == "correct":
            _add(lesson, "corrected")
        if fuzz.ratio(folded(lesson.line.text), folded(after.line.text)) >= SAID_AGAIN:
            _add(lesson, "repeated")
    asked: str | None = None
    last: Lesson | None = None
    by_id = {lesson.line.id: lesson for lesson in own}
    for line in lines:
        if line.sender == "customer":
            last = by_id.get(line.id)
            if last is None and line.choice and line.choice.get("fact") == WISH:
                _take_hint(own, lines, line)
        elif line.sender == "bot":
            if line.asks is not None and line.asks == asked and last is not None:
                _add(last, "repeated")
            asked, last = line.asks, None


def _take_hint(own: Sequence[Lesson], lines: Sequence[Line], chosen: Line) -> None:
    """您是想……？ was answered: that is what the words before it meant."""
    before = {line.id for line in lines[: list(lines).index(chosen)]}
    told = [lesson for lesson in own if lesson.line.id in before]
    if told and chosen.choice is not None:
        told[-1].hint = str(chosen.choice.get("value"))


def _of_agents(
    by_id: dict[str, Lesson], lines: Sequence[Line], fates: Iterable[Fate], taken: bool
) -> None:
    first = next((n for n, line in enumerate(lines) if line.sender == "agent"), None)
    if first is not None or taken:
        heard = [by_id[line.id] for line in lines[:first] if line.id in by_id]
        said = [lesson for lesson in heard if lesson.intent != "request_human"]
        if said:
            _add(said[-1], "taken_over")
    for fate in fates:
        lesson = by_id.get(fate.reply_to or "")
        if lesson is not None and fate.source in OF_THE_BOT and fate.state in WEIGHTS:
            _add(lesson, fate.state)
