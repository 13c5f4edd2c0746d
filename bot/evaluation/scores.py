"""Scores of predictions against a test set. Pure: the same input gives the same figures.

All shares are 0..1. A score of something that never occurs is None, not 0 and not 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from bot.evaluation.testset import Case

PLACE = "location"
NOT_FACTS = frozenset(
    ["number", "ordinal", "correction", "complaint_category", "ambiguous_place", "language"]
)
"""What the bot reports beside facts."""

SERVICE_BY_INTENT = {
    "report_no_signal": "signal",
    "report_call_failure": "voice",
    "report_sms_failure": "sms",
    "report_data_failure": "data",
}
"""A report says its service by the intent, so `service` is not scored a second time there."""

BINS = 10


@dataclass(frozen=True)
class Prediction:
    """What a model made of a message; `milliseconds` is the whole parse."""

    intent: str
    confidence: float
    facts: dict[str, str] = field(default_factory=dict)
    category: str | None = None
    milliseconds: float = 0.0


@dataclass(frozen=True)
class Score:
    """Counts, and what follows from them."""

    right: int
    missed: int
    wrongly: int

    @property
    def precision(self) -> float | None:
        said = self.right + self.wrongly
        return self.right / said if said else None

    @property
    def recall(self) -> float | None:
        meant = self.right + self.missed
        return self.right / meant if meant else None

    @property
    def f1(self) -> float | None:
        total = 2 * self.right + self.missed + self.wrongly
        return 2 * self.right / total if total else None


def by_intent(cases: Sequence[Case], predicted: Sequence[Prediction]) -> dict[str, Score]:
    """The score of every intent that was meant or predicted."""
    pairs = [(c.intent, p.intent) for c, p in zip(cases, predicted, strict=True)]
    return {name: _score(pairs, name) for name in sorted({i for pair in pairs for i in pair})}


def by_category(cases: Sequence[Case], predicted: Sequence[Prediction]) -> dict[str, Score]:
    """The score of every complaint category, over the cases that have one."""
    pairs = [
        (c.category, p.category or "") for c, p in zip(cases, predicted, strict=True) if c.category
    ]
    return {name: _score(pairs, name) for name in sorted({meant for meant, _ in pairs})}


def by_fact(cases: Sequence[Case], predicted: Sequence[Prediction]) -> dict[str, Score]:
    """The score of every fact; a wrong value is both missed and wrongly said."""
    counts: dict[str, Counter[str]] = {}
    for case, prediction in zip(cases, predicted, strict=True):
        meant, said = _facts(case.facts, case.intent), _facts(prediction.facts, case.intent)
        for fact in {*meant, *said}:
            count = counts.setdefault(fact, Counter())
            if meant.get(fact) == said.get(fact):
                count["right"] += 1
            else:
                count["missed"] += fact in meant
                count["wrongly"] += fact in said
    return {
        fact: Score(count["right"], count["missed"], count["wrongly"])
        for fact, count in sorted(counts.items())
    }


def differences(case: Case, prediction: Prediction) -> list[tuple[str, str | None, str | None]]:
    """(fact, meant, said) wherever the two are not the same."""
    meant, said = _facts(case.facts, case.intent), _facts(prediction.facts, case.intent)
    return [
        (fact, meant.get(fact), said.get(fact))
        for fact in sorted({*meant, *said})
        if meant.get(fact) != said.get(fact)
    ]


def confusion(cases: Sequence[Case], predicted: Sequence[Prediction]) -> dict[str, dict[str, int]]:
    """How often each intent was taken for which, rows meant, columns predicted."""
    rows: dict[str, dict[str, int]] = {}
    for case, prediction in zip(cases, predicted, strict=True):
        row = rows.setdefault(case.intent, {})
        row[prediction.intent] = row.get(prediction.intent, 0) + 1
    return rows


def calibration(
    cases: Sequence[Case], predicted: Sequence[Prediction]
) -> list[tuple[float, float, int]]:
    """(mean confidence, share that was right, count) of each tenth of confidence that occurs."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for case, prediction in zip(cases, predicted, strict=True):
        at = min(BINS - 1, int(prediction.confidence * BINS))
        bins[at].append((prediction.confidence, case.intent == prediction.intent))
    return [
        (sum(c for c, _ in b) / len(b), sum(right for _, right in b) / len(b), len(b))
        for b in bins
        if b
    ]


def calibration_error(bins: Iterable[tuple[float, float, int]]) -> float:
    """Expected calibration error: how far confidence is from truth, weighted by count."""
    rows = list(bins)
    total = sum(count for _, _, count in rows)
    return sum(abs(said - right) * count for said, right, count in rows) / total if total else 0.0


def summary(cases: Sequence[Case], predicted: Sequence[Prediction]) -> dict[str, Any]:
    """The figures of the manifest."""
    intents, facts = by_intent(cases, predicted), by_fact(cases, predicted)
    categories = by_category(cases, predicted)
    everywhere = Score(
        sum(s.right for s in facts.values()),
        sum(s.missed for s in facts.values()),
        sum(s.wrongly for s in facts.values()),
    )
    sure = [
        c.intent == p.intent for c, p in zip(cases, predicted, strict=True) if p.confidence >= 0.9
    ]
    elsewhere = intents.get("out_of_scope", Score(0, 0, 0))
    return {
        "messages": len(cases),
        "intent_accuracy": _rounded(
            sum(c.intent == p.intent for c, p in zip(cases, predicted, strict=True)) / len(cases)
        ),
        "intent_macro_f1": _rounded(mean(s.f1 for n, s in intents.items() if s.right + s.missed)),
        "out_of_scope_recall": _rounded(elsewhere.recall),
        "place_f1": _rounded(facts[PLACE].f1 if PLACE in facts else None),
        "fact_macro_f1": _rounded(mean(s.f1 for s in facts.values())),
        "fact_micro_f1": _rounded(everywhere.f1),
        "category_macro_f1": _rounded(mean(s.f1 for s in categories.values())),
        "share_sure": _rounded(len(sure) / len(cases)),
        "right_when_sure": _rounded(sum(sure) / len(sure) if sure else None),
        "calibration_error": _rounded(calibration_error(calibration(cases, predicted))),
        "parse_ms_p50": _rounded(percentile([p.milliseconds for p in predicted], 50), 2),
        "parse_ms_p95": _rounded(percentile([p.milliseconds for p in predicted], 95), 2),
    }


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of what is there."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)] if ordered else None


def _score(pairs: Sequence[tuple[str | None, str]], name: str) -> Score:
    return Score(
        sum(meant == said == name for meant, said in pairs),
        sum(meant == name != said for meant, said in pairs),
        sum(said == name != meant for meant, said in pairs),
    )


def _facts(facts: Mapping[str, str], intent: str) -> dict[str, str]:
    left_out = NOT_FACTS | ({"service"} if intent in SERVICE_BY_INTENT else set())
    return {fact: value for fact, value in facts.items() if fact not in left_out}


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
