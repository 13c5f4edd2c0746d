"""The intent of a message: logistic regression over words and characters, in NumPy.

Trained by scikit-learn (intent_training.py); what is kept are plain arrays and JSON, so a model
loads in milliseconds, runs no code on loading, and needs neither scikit-learn nor pickle.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np

from bot.understanding.mentions import CLAUSES, CORRECTION, Mention

LONGEST_CHARACTERS, LONGEST_WORDS, SHORT_TEXT = 4, 2, 8
MOST_CONCEPTS = 8
LONGEST_TEXT = 400
"""Only so many characters are read for the intent: a pasted story says what it wants early."""


def mask(text: str, mentions: Iterable[Sequence[object]]) -> list[str]:
    """The text as characters, each mention as one sign: 在<location>打不了."""
    signs: list[str] = []
    at = 0
    for start, end, fact in sorted(mentions):  # type: ignore[misc]
        if start < at or str(fact).split(":")[0] in _READ_AS_WORDS:
            continue
        signs.extend(text[at:start])
        signs.append(f"<{fact}>")
        at = end
    signs.extend(text[at:])
    return signs


_READ_AS_WORDS = CLAUSES | {CORRECTION, "ordinal"}
"""Facts whose words say more about the intent than the fact does; they stay legible."""


def seen_as(mention: Mention) -> str:
    """A mention's name among the features. The report_ intents differ by which service fails."""
    return f"service:{mention.value}" if mention.fact == "service" else mention.fact


EMPHASIS = {"k": 2.0, "f": 2.0, "t": 2.0}
"""How much louder a concept, a fact and a whole short text speak than one of many n-grams."""

Concepts = Mapping[str, "re.Pattern[str]"]


def compiled(concepts: Mapping[str, str]) -> Concepts:
    """data/concepts.yml, ready to search."""
    return {name: re.compile(expression) for name, expression in concepts.items()}


def features(
    text: str, words: Sequence[str], mentions: Sequence[Sequence[object]], concepts: Concepts
) -> list[str]:
    """What the classifier sees of a message, as strings."""
    signs = ["^", *mask(text, mentions)[:LONGEST_TEXT], "$"]
    found = []
    for length in range(1, LONGEST_CHARACTERS + 1):
        for at in range(len(signs) - length + 1):
            found.append("".join(signs[at : at + length]))
    words = words[:LONGEST_TEXT]
    for length in range(1, LONGEST_WORDS + 1):
        for at in range(len(words) - length + 1):
            found.append("w:" + " ".join(words[at : at + length]))
    if len(signs) <= SHORT_TEXT:
        found.append("t:" + "".join(signs))
    found.extend(f"f:{mention[2]}" for mention in mentions)
    seen = [name for name, expression in concepts.items() if expression.search(text)]
    found.extend(f"k:{name}" for name in seen)
    found.extend(f"k:{a}+{b}" for a, b in combinations(seen[:MOST_CONCEPTS], 2))
    if len(text) <= SHORT_TEXT:
        found.extend(f"k:short {name}" for name in seen)
    return found


@dataclass(frozen=True)
class IntentModel:
    """A trained classifier. A `temperature` above 1 makes it less sure; held-out data fit it."""

    labels: tuple[str, ...]
    vocabulary: dict[str, int]
    weight: np.ndarray  # of each feature: inverse document frequency
    coefficients: np.ndarray  # features x labels
    intercept: np.ndarray
    temperature: float = 1.0
    measured: Mapping[str, float] = field(default_factory=dict)  # cross-validated, for the manifest

    def ranking(self, found: Iterable[str]) -> list[tuple[str, float]]:
        """Every intent with its probability, best first."""
        scores = self.scores(found) / self.temperature
        exponentials = np.exp(scores - scores.max())
        probabilities = exponentials / exponentials.sum()
        order = np.argsort(-probabilities, kind="stable")
        return [(self.labels[i], float(probabilities[i])) for i in order]

    def scores(self, found: Iterable[str]) -> np.ndarray:
        """What speaks for each intent, before it is made a probability."""
        counts = Counter(i for i in map(self.vocabulary.get, found) if i is not None)
        if not counts:
            return self.intercept
        at = np.fromiter(counts, dtype=np.intp, count=len(counts))
        values = self.weight[at]
        values = values / np.linalg.norm(values)
        scores: np.ndarray = self.intercept + values @ self.coefficients[at]
        return scores

    def save(self, folder: Path) -> None:
        """Two files: arrays, and names."""
        np.savez(
            folder / "intents.npz",
            weight=self.weight,
            coefficients=self.coefficients,
            intercept=self.intercept,
        )
        names = {
            "labels": self.labels,
            "features": sorted(self.vocabulary, key=self.vocabulary.__getitem__),
            "temperature": self.temperature,
            "scores": dict(self.measured),
        }
        (folder / "intents.json").write_text(json.dumps(names, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """The model that `save` wrote."""
        names = json.loads((folder / "intents.json").read_text("utf-8"))
        with np.load(folder / "intents.npz", allow_pickle=False) as arrays:
            return cls(
                labels=tuple(names["labels"]),
                vocabulary={name: i for i, name in enumerate(names["features"])},
                weight=arrays["weight"],
                coefficients=arrays["coefficients"],
                intercept=arrays["intercept"],
                temperature=float(names["temperature"]),
                measured=names["scores"],
            )
