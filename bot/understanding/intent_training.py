"""Trains the intent classifier: features chosen and weighted, confidence fitted on folds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from bot.understanding.intents import EMPHASIS, IntentModel

SEED = 20111
INVERSE_REGULARISATION = 20.0
LEAST_DOCUMENTS = 2
"""A feature of a single example says nothing about the next message, but for a whole short text."""
FOLDS = 4
SURE = 0.9
"""How often is a confidence of 0.9 or more right?"""


def train(examples: Sequence[Sequence[str]], labels: Sequence[str]) -> IntentModel:
    """Fit on all examples; temperature and scores come from examples each fold had not seen."""
    model = _fit(examples, labels)
    scores = np.zeros((len(labels), len(model.labels)))
    for known, unseen in folds(labels):
        part = _fit([examples[i] for i in known], [labels[i] for i in known])
        for i in unseen:
            scores[i] = part.scores(examples[i])
    truth = np.array([model.labels.index(label) for label in labels])
    temperature = _best_temperature(scores, truth)
    return replace(model, temperature=temperature, measured=_measured(scores / temperature, truth))


def folds(labels: Sequence[str], seed: int = SEED) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Stratified, shuffled, always the same."""
    splitter = StratifiedKFold(n_splits=FOLDS, shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros(len(labels)), labels)


def _fit(examples: Sequence[Sequence[str]], labels: Sequence[str]) -> IntentModel:
    documents = Counter(feature for example in examples for feature in set(example))
    chosen = sorted(f for f, n in documents.items() if n >= LEAST_DOCUMENTS or f.startswith("t:"))
    vocabulary = {feature: i for i, feature in enumerate(chosen)}
    weight = np.array(
        [
            EMPHASIS.get(f.split(":", 1)[0], 1.0)
            * (1 + np.log((1 + len(examples)) / (1 + documents[f])))
            for f in chosen
        ]
    )
    classifier = LogisticRegression(
        C=INVERSE_REGULARISATION, class_weight="balanced", tol=3e-3, random_state=SEED
    )
    classifier.fit(_matrix(examples, vocabulary, weight), labels)
    return IntentModel(
        labels=tuple(classifier.classes_),
        vocabulary=vocabulary,
        weight=weight,
        coefficients=np.ascontiguousarray(classifier.coef_.T),
        intercept=classifier.intercept_,
    )


def _matrix(
    examples: Sequence[Sequence[str]], vocabulary: dict[str, int], weight: np.ndarray
) -> csr_matrix:
    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for example in examples:
        at = sorted({vocabulary[f] for f in example if f in vocabulary})
        row = weight[at]
        norm = np.linalg.norm(row) if at else 1.0
        columns.extend(at)
        values.extend(row / norm)
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(examples), len(vocabulary)))


def _best_temperature(scores: np.ndarray, truth: np.ndarray) -> float:
    """The divisor of the scores with which the held-out examples surprise least."""

    def surprise(temperature: float) -> float:
        chosen = _probabilities(scores / temperature)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    return float(minimize_scalar(surprise, bounds=(0.2, 3.0), method="bounded").x)


def _measured(scores: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Cross-validated figures for the manifest: a model that is worse shows."""
    probabilities = _probabilities(scores)
    best = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1) >= SURE
    return {
        "examples": len(truth),
        "accuracy": round(float((best == truth).mean()), 4),
        "macro_f1": round(float(f1_score(truth, best, average="macro")), 4),
        "share_sure": round(float(sure.mean()), 4),
        "right_when_sure": round(float((best == truth)[sure].mean()) if sure.any() else 0.0, 4),
    }


def _probabilities(scores: np.ndarray) -> np.ndarray:
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: np.ndarray = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities
