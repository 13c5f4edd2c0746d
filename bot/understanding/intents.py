"""What kind of message it is: logistic regression over words, characters and meaning, in NumPy.

Two models judge a message: one by its words, characters and facts, one by its sentence vector
(sentences.py). Their scores are added, each with a weight that held-out data chose. Trained by
scikit-learn (intent_training.py); what is kept are plain arrays and JSON, so a model loads in
milliseconds, runs no code on loading, and needs neither scikit-learn nor pickle.
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
BEGINNING, END = 120, 60
"""So much of a story the sentence encoder reads: what it is about, and what it asks for at last."""
LONGEST_TEXT = 400
"""Only so many characters are read for the intent: a pasted story says what it wants early."""


Seen = tuple[int, int, str]
"""A mention as the classifiers see it: start, end, name."""


def mask(text: str, mentions: Iterable[Seen]) -> list[str]:
    """The text as characters, each mention as one sign: 在<location>打不了."""
    signs: list[str] = []
    at = 0
    for start, end, fact in sorted(mentions):
        if start < at or fact.split(":")[0] in _READ_AS_WORDS:
            continue
        signs.extend(text[at:start])
        signs.append(f"<{fact}>")
        at = end
    signs.extend(text[at:])
    return signs


_READ_AS_WORDS = CLAUSES | {CORRECTION, "ordinal"}
"""Facts whose words say more about the intent than the fact does; they stay legible."""

_PLAIN = {
    "location": "国外",
    "ambiguous_place": "国外",
    "operator": "运营商",
    "msisdn": "手机号",
    "iccid": "卡号",
    "imsi": "识别码",
}


def plain(text: str, mentions: Iterable[Seen]) -> str:
    """The text as the sentence encoder reads it: a name would say more than what is said of it."""
    signs = mask(text, [m for m in mentions if m[2] in _PLAIN])
    if len(signs) > BEGINNING + END:
        signs = [*signs[:BEGINNING], *signs[-END:]]
    return "".join(_PLAIN[s[1:-1]] if len(s) > 1 else s for s in signs)


def seen_as(mention: Mention) -> Seen:
    """A mention among the features. The report_ intents differ by which service fails."""
    name = f"service:{mention.value}" if mention.fact == "service" else mention.fact
    return mention.start, mention.end, name


EMPHASIS = {"k": 2.0, "f": 2.0, "t": 2.0, "q": 2.0}
"""How much louder a concept, a fact, a whole short text, a cue speak than one of many n-grams."""

Concepts = Mapping[str, "re.Pattern[str]"]


def compiled(concepts: Mapping[str, str]) -> Concepts:
    """data/concepts.yml, ready to search."""
    return {name: re.compile(expression) for name, expression in concepts.items()}


def features(
    text: str, words: Sequence[str], mentions: Sequence[Seen], concepts: Concepts
) -> list[str]:
    """What the classifier sees of a message, as strings."""
    signs = ["^", *mask(text, mentions)[:LONGEST_TEXT], "$"]
    found = ngrams(signs, LONGEST_CHARACTERS)
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


def ngrams(signs: Sequence[str], longest: int) -> list[str]:
    """Every run of one to `longest` signs."""
    return [
        "".join(signs[at : at + length])
        for length in range(1, longest + 1)
        for at in range(len(signs) - length + 1)
    ]


@dataclass(frozen=True)
class TextClassifier:
    """A trained classifier; `reliance` is how much is given on words and how much on meaning."""

    labels: tuple[str, ...]
    vocabulary: dict[str, int]
    weight: np.ndarray  # of each feature: inverse document frequency
    coefficients: np.ndarray  # features x labels
    intercept: np.ndarray  # labels
    meaning: np.ndarray  # dimensions of a sentence vector x labels
    meaning_intercept: np.ndarray  # labels
    reliance: tuple[float, float] = (1.0, 0.5)
    measured: Mapping[str, float] = field(default_factory=dict)  # cross-validated, for the manifest

    def ranking(self, found: Iterable[str], vector: np.ndarray) -> list[tuple[str, float]]:
        """Every label with its probability, best first."""
        by_words, by_meaning = self.scores(found, vector)
        probabilities = pooled(by_words, by_meaning, self.reliance)
        order = np.argsort(-probabilities, kind="stable")
        return [(self.labels[i], float(probabilities[i])) for i in order]

    def scores(self, found: Iterable[str], vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What speaks for each label by its words, and by its meaning."""
        counts = Counter(i for i in map(self.vocabulary.get, found) if i is not None)
        by_words: np.ndarray = self.intercept
        if counts:
            at = np.fromiter(counts, dtype=np.intp, count=len(counts))
            values = self.weight[at]
            values = values / np.linalg.norm(values)
            by_words = self.intercept + values @ self.coefficients[at]
        return by_words, self.meaning_intercept + vector @ self.meaning

    def save(self, folder: Path, name: str) -> None:
        """Two files: arrays, and names."""
        np.savez(folder / f"{name}.npz", **{a: getattr(self, a) for a in _ARRAYS})
        names = {
            "labels": self.labels,
            "features": sorted(self.vocabulary, key=self.vocabulary.__getitem__),
            "reliance": self.reliance,
            "scores": dict(self.measured),
        }
        (folder / f"{name}.json").write_text(json.dumps(names, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path, name: str) -> TextClassifier:
        """The classifier that `save` wrote."""
        names = json.loads((folder / f"{name}.json").read_text("utf-8"))
        with np.load(folder / f"{name}.npz", allow_pickle=False) as arrays:
            return cls(
                labels=tuple(names["labels"]),
                vocabulary={name: i for i, name in enumerate(names["features"])},
                reliance=(names["reliance"][0], names["reliance"][1]),
                measured=names["scores"],
                **{a: arrays[a] for a in _ARRAYS},
            )


_ARRAYS = ("weight", "coefficients", "intercept", "meaning", "meaning_intercept")


def pooled(by_words: np.ndarray, by_meaning: np.ndarray, reliance: Sequence[float]) -> np.ndarray:
    """Probabilities of both opinions together; one row or many."""
    scores = reliance[0] * by_words + reliance[1] * by_meaning
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    probabilities: np.ndarray = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return probabilities
