"""The intent of a message: logistic regression over words and characters, in NumPy.

Trained by scikit-learn (bot/understanding/intent_training.py); what is kept are plain arrays and JSON,
so a model loads in milliseconds, runs no code on loading, and needs neither scikit-learn nor pickle.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Sequence

import numpy as np

LONGEST_CHARACTERS, LONGEST_WORDS, SHORT_TEXT = 4, 2, 8
LONGEST_TEXT = 400
"""Only so many characters are read for the intent: a pasted story says what it wants early."""


def mask(text: str, mentions: Iterable[Sequence[object]]) -> list[str]:
    """The text as characters, each mention as one sign: 在<location>打不了."""
    signs: list[str] = []
    at = 0
    for start, end, fact in sorted(mentions):  # type: ignore[misc]
        if start < at or fact in _READ_AS_WORDS:
            continue
        signs.extend(text[at:start])
        signs.append(f"<{fact}>")
        at = end
    signs.extend(text[at:])
    return signs


_READ_AS_WORDS = frozenset({"correction", "service", "ordinal", "works_at_home", "selected_by_hand",
                            "back_in_china", "sms_centre_ok", "prl_updated",
                            "card_reissued_after_korea"})  # fmt: skip
"""Facts whose words say more about the intent than the fact does; they stay legible."""


def features(text: str, words: Sequence[str], mentions: Sequence[Sequence[object]]) -> list[str]:
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
    return found


@dataclass(frozen=True)
class IntentModel:
    """A trained classifier. `temperature` above 1 makes it less sure; it is fitted on held-out data."""

    labels: tuple[str, ...]
    vocabulary: dict[str, int]
    weight: np.ndarray  # of each feature: inverse document frequency
    coefficients: np.ndarray  # features x labels
    intercept: np.ndarray
    temperature: float

    def ranking(self, found: Iterable[str]) -> list[tuple[str, float]]:
        """Every intent with its probability, best first."""
        scores = (self.intercept + self._evidence(found)) / self.temperature
        exponentials = np.exp(scores - scores.max())
        probabilities = exponentials / exponentials.sum()
        order = np.argsort(-probabilities, kind="stable")
        return [(self.labels[i], float(probabilities[i])) for i in order]

    def _evidence(self, found: Iterable[str]) -> np.ndarray:
        counts = Counter(i for i in map(self.vocabulary.get, found) if i is not None)
        if not counts:
            return np.zeros(len(self.labels))
        at = np.fromiter(counts, dtype=np.intp, count=len(counts))
        values = self.weight[at]
        values = values / np.linalg.norm(values)
        evidence: np.ndarray = values @ self.coefficients[at]
        return evidence

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
            )
