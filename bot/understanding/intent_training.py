"""Trains the intent classifier: features are chosen, weighted and fitted; the temperature is fitted on folds."""

from __future__ import annotations

from collections import Counter
from typing import Iterator, Sequence

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.understanding.intents import IntentModel

SEED = 20111
INVERSE_REGULARISATION = 20.0
LEAST_DOCUMENTS = 2
"""A feature of a single example says nothing about the next message."""
FOLDS = 4


def train(examples: Sequence[Sequence[str]], labels: Sequence[str]) -> IntentModel:
    """Fit on all examples; the temperature comes from examples each fold had not seen."""
    model = _fit(examples, labels)
    scores, truth = [], []
    for known, unseen in folds(labels):
        part = _fit([examples[i] for i in known], [labels[i] for i in known])
        for i in unseen:
            scores.append(part.intercept + part._evidence(examples[i]))
            truth.append(part.labels.index(labels[i]))
    temperature = _best_temperature(np.array(scores), np.array(truth))
    return IntentModel(**{**model.__dict__, "temperature": temperature})


def folds(labels: Sequence[str], seed: int = SEED) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Stratified, shuffled, always the same."""
    splitter = StratifiedKFold(n_splits=FOLDS, shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros(len(labels)), labels)


def _fit(examples: Sequence[Sequence[str]], labels: Sequence[str]) -> IntentModel:
    documents = Counter(feature for example in examples for feature in set(example))
    chosen = sorted(f for f, n in documents.items() if n >= LEAST_DOCUMENTS)
    vocabulary = {feature: i for i, feature in enumerate(chosen)}
    weight = np.array([1 + np.log((1 + len(examples)) / (1 + documents[f])) for f in chosen])
    classifier = LogisticRegression(
        C=INVERSE_REGULARISATION, class_weight="balanced", max_iter=300, random_state=SEED
    )
    classifier.fit(_matrix(examples, vocabulary, weight), labels)
    return IntentModel(
        labels=tuple(classifier.classes_),
        vocabulary=vocabulary,
        weight=weight,
        coefficients=np.ascontiguousarray(classifier.coef_.T),
        intercept=classifier.intercept_,
        temperature=1.0,
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
    def surprise(temperature: float) -> float:
        scaled = scores / temperature
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        logs = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(len(truth)), truth].mean())

    return float(minimize_scalar(surprise, bounds=(0.2, 3.0), method="bounded").x)
