"""Which of the named places the customer is in, learned from examples whose places are marked.

A post names many: of a past trip, of a tariff, of whom they call. A logistic regression judges each
by the words around it and by what the rules (facts.py, relevance.py) made of it. Pure.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

from bot.understanding.facts import Understood
from bot.understanding.learned import MARKED as FULLY_MARKED
from bot.understanding.mentions import AMBIGUOUS, Mention
from bot.understanding.relevance import ASKING, SURE_ENOUGH

MARKED = {"places": "marked"}
"""Metadata of a block of examples in which every place the customer is in is marked."""

LIKELY_ENOUGH = 0.5
NEAR = 5
"""So many characters next to a name are read as they stand, and the clause in pieces of up to 3."""
LONGEST_PIECE = 3
REACH = 40
"""A clause without marks goes on and on; only so many characters on both sides are read of it."""
MOST_PLACES = 24
"""A pasted list of countries says nothing of where its author is."""

SEVERAL = 4
"""So many clauses make a story, where a place at the head says less."""

_REPORT = "report_"
_ENDS = re.compile(r"[,。;!?、 ]+")
_OF_SOMEBODY = re.compile(r"的|这边|这儿|这里|这头|家里|老家|本地|用户|人|.{1,6}的,")
"""Behind a place: 上海的, 淄博家里, 泉州用户."""
_OF_A_TRIP = re.compile(
    r".{0,6}回[来国到]|那边|那会|那次|那趟|期间|的时候|时|[几两三四五六七八九十半\d]+[天日个]"
)
"""Behind a place: 泰国回来, 日本那趟, 德国五天."""
_WORDS = {
    name: re.compile(expression)
    for name, expression in {
        "past": r"去年|前年|上次|上回|上个?月|上周|上星期|以前|之前|原来|原先|先前|当年|那次|那会儿"
        r"|那回|的时候|[去到来用待]过|去了?一?趟|昨天|前天|曾|本来|last|was",
        "coming": r"下个?月|下周|下星期|明天|后天|明年|月底|要去|打算|准备|计划|想去|出发|如果"
        r"|假[如设]|要是|行程|签证|机票|还没走|下一站|目的地",
        "now": r"现在|目前|这会儿|正在|刚|今[天早]|这边|这里|这儿|人在|已经?|到了|落地|抵达|还在|住"
        r"|常驻|本人|滞留|转机|坐标|这次|今年|这头|now",
        "other": r"同事|朋友|同学|老板|领导|客户|儿子|女儿|爸|妈|老公|老婆|弟|哥|姐|妹|先生|爱人"
        r"|媳妇|孩子|他|她|人家|客服|营业|老乡|亲戚|同行|骗子|对方",
        "self": r"我(?![爸妈弟哥姐妹儿女老同朋先爱媳])|本人|俺|咱|(?<![a-z])i(?![a-z])",
        "asked": r"吗|么|多少|怎|如何|哪|什么|有没有|是不是|能不能|几|\?",
        "trade": r"包|套餐|资费|价|费|营业厅|客服|公司|移动|联通|电信|银行|区",
        "going": r"去|飞|往|赴|转|经|从|给|打|拨|跟|和|比|像|发",
        "origin": r"号|办|户|护照|归属|老家|国内",
        "staying": r"在|到|住|来|回|落|人|驻|停|派|抵",
    }.items()
}


def judged(intent: str, sure: float) -> bool:
    """Whether places are judged at all: a correction says itself what holds."""
    return sure >= SURE_ENOUGH and _kind(intent) is not None


def teaches(intent: str, is_marked: bool, of_block: Mapping[str, object]) -> bool:
    """Whether all places of an example are decided: marked is where its author is, no other.

    So it is in a block that says so, in an intent whose facts are all marked, and where an author
    has marked anything (`is_marked`).
    """
    complete = is_marked or intent in FULLY_MARKED or MARKED.items() <= of_block.items()
    return complete and judged(intent, 1.0)


def features(text: str, found: Understood, kept: Sequence[Mention], intent: str) -> list[list[str]]:
    """What the judge sees of each of `found.places`.

    `found` is what the normalised text says, `kept` what the rules leave of it for the intent.
    """
    kind = _kind(intent) or ""
    divided = [0, *(end for end in _ENDS.finditer(text) for end in end.span()), len(text)]
    clauses = list(zip(divided[::2], divided[1::2], strict=True))
    seen = []
    for place in found.places:
        start, end = next(c for c in clauses if c[0] <= place.start < c[1])
        start = max(start, place.start - REACH)
        end = min(max(end, place.end), place.end + REACH)  # Las Vegas has its space inside
        seen.append(
            [
                f"kind {kind}",
                f"{place.fact} {kind}",
                *_next_to(text, place, found.places),
                *_in_clause(text, place, found.places, start, end),
                *_by_words(text, place, found.places, start, end, kind),
                *_by_position(text, place, start, end, kind),
                *_by_shape(text, place, found.places, start, len(clauses), kind),
                *_among(place, found.places),
                *_by_rules(place, found, kept, kind),
            ]
        )
    return seen


def labels(places: Iterable[Mention], marked: Sequence[Mention]) -> list[bool | None]:
    """Of each place of an example, whether the customer is in it; None where that stays open.

    Of two names of one country only one may be marked, and the other then teaches nothing.
    """
    told: list[bool | None] = []
    for place in places:
        same = [m for m in marked if m.fact == "location" and m.value == place.value]
        within = any(m.start < place.end and place.start < m.end for m in same)
        told.append(True if within else None if same else False)
    return told


@dataclass(frozen=True)
class Whereabouts:
    """The trained judge of places."""

    weights: Mapping[str, float]
    intercept: float
    measured: Mapping[str, float] = field(default_factory=dict)  # cross-validated, for the manifest

    def likelihood(self, seen: Iterable[str]) -> float:
        """How likely the customer is in the place with these features."""
        score = self.intercept + sum(self.weights.get(f, 0.0) for f in set(seen))
        return 1 / (1 + math.exp(-score))

    def settle(
        self, text: str, found: Understood, kept: Sequence[Mention], intent: str
    ) -> list[Mention]:
        """`kept` with the likeliest place as the location, or with none."""
        if not found.places or len(found.places) > MOST_PLACES:
            return list(kept)
        likely = [self.likelihood(seen) for seen in features(text, found, kept, intent)]
        best = max(likely)
        others = [m for m in kept if m.fact != "location"]
        if best < LIKELY_ENOUGH:
            return others
        place = replace(found.places[likely.index(best)], fact="location")
        return sorted([place, *(m for m in others if m.fact != AMBIGUOUS)])

    def save(self, folder: Path, name: str) -> None:
        """One file."""
        kept = {"weights": self.weights, "intercept": self.intercept, "scores": self.measured}
        (folder / f"{name}.json").write_text(json.dumps(kept, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path, name: str) -> Whereabouts:
        """The judge that `save` wrote."""
        kept = json.loads((folder / f"{name}.json").read_text("utf-8"))
        return cls(kept["weights"], kept["intercept"], kept["scores"])


def _kind(intent: str) -> str | None:
    if intent in ASKING:
        return "asking"
    if intent.startswith(_REPORT):
        return "report"
    return "inform" if intent == "inform" else None


def _signs(text: str, places: Iterable[Mention], start: int, end: int) -> list[str]:
    """The characters between, every place as one sign: what is said counts, and not of where."""
    signs: list[str] = []
    at = start
    for place in places:
        if at <= place.start and place.end <= end:
            signs.extend([*text[at : place.start], "L" if place.fact == "location" else "M"])
            at = place.end
    return [*signs, *text[at:end]]


def _next_to(text: str, place: Mention, places: Sequence[Mention]) -> list[str]:
    before = ["^", *_signs(text, places, 0, place.start)]
    behind = [*_signs(text, places, place.end, len(text)), "$"]
    return [
        f"between {before[-1]}|{behind[0]}",
        *("before " + "".join(before[-n:]) for n in range(1, NEAR + 1)),
        *("behind " + "".join(behind[:n]) for n in range(1, NEAR + 1)),
    ]


def _in_clause(
    text: str, place: Mention, places: Sequence[Mention], start: int, end: int
) -> list[str]:
    before = ["^", *_signs(text, places, start, place.start)]
    behind = [*_signs(text, places, place.end, end), "$"]
    return [
        f"{side} {''.join(signs[at : at + length])}"
        for side, signs in (("<", before), (">", behind))
        for length in range(1, LONGEST_PIECE + 1)
        for at in range(len(signs) - length + 1)
    ]


def _by_words(
    text: str, place: Mention, places: Sequence[Mention], start: int, end: int, kind: str
) -> list[str]:
    begin = max([p.end for p in places if start < p.end <= place.start], default=start)
    stop = min([p.start for p in places if place.end <= p.start < end], default=end)
    before = [name for name, words in _WORDS.items() if words.search(text, begin, place.start)]
    seen = [f"word {name}" for name in before]
    seen.extend(f"word {name} {kind}" for name in before)
    seen.extend(f"word {a}+{b}" for a, b in combinations(before, 2))
    for name, words in _WORDS.items():
        for side, (first, last) in {
            "behind": (place.end, stop),
            "in": (start, end),
            "earlier": (0, start),
            "later": (end, len(text)),
        }.items():
            if words.search(text, first, last):
                seen.append(f"word {side} {name}")
    return seen


def _by_position(text: str, place: Mention, start: int, end: int, kind: str) -> list[str]:
    begins, ends = place.start == start, place.end == end
    seen = {
        "first": start == 0,
        f"first {kind}": start == 0,
        "last": end == len(text),
        "begins": begins,
        f"begins {kind}": begins,
        "ends": ends,
        "alone": begins and ends,
        f"alone {place.fact}": begins and ends,
    }
    return [name for name, holds in seen.items() if holds]


def _by_shape(
    text: str, place: Mention, places: Iterable[Mention], start: int, clauses: int, kind: str
) -> list[str]:
    """Whether the place stands where people say where they are from, in how long a message."""
    others = min(len({p.value for p in places} - {place.value}), 2)
    first, begins, long = place.start == 0, place.start == start, min(clauses, SEVERAL)
    seen = [
        f"head {first} {place.fact} {kind} {others}",
        f"start {begins} {place.fact} {kind} {others}",
        f"long {long} {kind}",
        f"long {long} {kind} {first}",
    ]
    if _OF_SOMEBODY.match(text, place.end):
        seen.extend([f"somebody {place.fact} {begins}", f"somebody {kind} {begins}"])
    if _OF_A_TRIP.match(text, place.end):
        seen.extend(["trip", f"trip {kind}"])
    return seen


def _among(place: Mention, places: Iterable[Mention]) -> list[str]:
    others = [p for p in places if p.value != place.value]
    seen = [f"others {min(len(others), 2)}"]
    if others:
        seen.append(f"{place.fact} among {sorted({p.fact for p in others})}")
        seen.extend(["before others"] * (place.start < others[0].start))
        seen.extend(["behind others"] * (place.start > others[-1].start))
    return seen


def _by_rules(
    place: Mention, found: Iterable[Mention], kept: Iterable[Mention], kind: str
) -> list[str]:
    settled = any(m.fact == "location" and _overlap(m, place) for m in found)
    told = [_overlap(m, place) for m in kept if m.fact == "location"]
    seen = [f"settled {settled}", f"settled {settled} {kind}", f"told {told} {kind}"]
    for m in found:
        if m.fact == "back_in_china" and m.value == "yes":
            seen.append(f"back {place.fact}")
        if m.fact == "works_at_home" and m.start <= place.start < m.end:
            seen.append(f"at home {place.fact}")
    return seen


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end
