"""Trains a text classifier; held-out folds decide how much each of its two opinions counts."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from bot.understanding.intents import EMPHASIS, TextClassifier, pooled
from bot.understanding.whereabouts import LIKELY_ENOUGH, Whereabouts

SEED = 20111
INVERSE_REGULARISATION = 20.0
MEANING_INVERSE_REGULARISATION = 10.0
LEAST_DOCUMENTS = 3
"""A feature of one or two examples says little of the next message, but for a whole short text."""
MOST_STEPS = 60
"""Fitting ends early on purpose: later steps cost time and learn the examples by heart."""
FOLDS = 3
LEAST_EXAMPLES = 20
"""With fewer there is nothing to learn, and no fold has every label."""
PLACES_INVERSE_REGULARISATION = 1.0
LEAST_PLACES = 2
"""So many places must have a feature for it to count."""
SURE = 0.9
"""How often is a confidence of 0.9 or more right?"""


def train(
    examples: Sequence[Sequence[str]], vectors: np.ndarray, labels: Sequence[str]
) -> TextClassifier:
    """Fit on all examples; reliance and scores come from examples each fold had not seen.

    `examples` are features, `vectors` one sentence vector a row, `labels` the truth.
    """
    model = fit(examples, vectors, labels)
    by_words, by_meaning = np.zeros((2, len(labels), len(model.labels)))
    for known, unseen in folds(labels):
        part = fit([examples[i] for i in known], vectors[known], [labels[i] for i in known])
        for i in unseen:
            by_words[i], by_meaning[i] = part.scores(examples[i], vectors[i])
    truth = np.array([model.labels.index(label) for label in labels])
    reliance = _best_reliance(by_words, by_meaning, truth)
    measured = _measured(pooled(by_words, by_meaning, reliance), truth)
    return replace(model, reliance=reliance, measured=measured)


def folds(labels: Sequence[str], seed: int = SEED) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Stratified, shuffled, always the same."""
    splitter = StratifiedKFold(n_splits=FOLDS, shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros(len(labels)), labels)


def fit(
    examples: Sequence[Sequence[str]], vectors: np.ndarray, labels: Sequence[str]
) -> TextClassifier:
    """Both models of one classifier, with the reliance that is usual."""
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
    by_words = LogisticRegression(
        C=INVERSE_REGULARISATION, class_weight="balanced", tol=1e-2, max_iter=MOST_STEPS
    )
    by_meaning = LogisticRegression(
        C=MEANING_INVERSE_REGULARISATION, class_weight="balanced", tol=1e-2, max_iter=2 * MOST_STEPS
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        by_words.fit(_matrix(examples, vocabulary, weight), labels)
        by_meaning.fit(vectors, labels)
    return TextClassifier(
        labels=tuple(by_words.classes_),
        vocabulary=vocabulary,
        weight=weight.astype(np.float32),
        coefficients=np.ascontiguousarray(by_words.coef_.T, dtype=np.float32),
        intercept=by_words.intercept_,
        meaning=np.ascontiguousarray(by_meaning.coef_.T, dtype=np.float32),
        meaning_intercept=by_meaning.intercept_,
    )


def train_whereabouts(places: Sequence[Sequence[str]], own: Sequence[bool]) -> Whereabouts:
    """The judge of places (whereabouts.py), fit on all; its scores come from held-out folds.

    `places` are features, `own` tells whether the customer is there.
    """
    likely = np.zeros(len(own))
    for known, unseen in folds([str(o) for o in own]):
        part = fit_whereabouts([places[i] for i in known], [own[i] for i in known])
        likely[unseen] = [part.likelihood(places[i]) for i in unseen]
    guessed, truth = likely >= LIKELY_ENOUGH, np.array(own)
    measured = {
        "examples": len(own),
        "accuracy": round(float((guessed == truth).mean()), 4),
        "f1": round(float(f1_score(truth, guessed)), 4),
    }
    return replace(fit_whereabouts(places, own), measured=measured)


def fit_whereabouts(places: Sequence[Sequence[str]], own: Sequence[bool]) -> Whereabouts:
    """The judge without scores."""
    count = Counter(feature for seen in places for feature in set(seen))
    chosen = sorted(feature for feature, n in count.items() if n >= LEAST_PLACES)
    vocabulary = {feature: i for i, feature in enumerate(chosen)}
    rows = [sorted({vocabulary[f] for f in seen if f in vocabulary}) for seen in places]
    ends = np.cumsum([0, *map(len, rows)])
    columns = [column for row in rows for column in row]
    matrix = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), len(chosen)))
    model = LogisticRegression(C=PLACES_INVERSE_REGULARISATION, max_iter=500)
    model.fit(matrix, own)
    weights = dict(zip(chosen, map(float, model.coef_[0]), strict=True))
    return Whereabouts(weights, float(model.intercept_[0]))


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
    shape = (len(examples), len(vocabulary))
    return csr_matrix((np.array(values, dtype=np.float32), columns, ends), shape=shape)


def _best_reliance(
    by_words: np.ndarray, by_meaning: np.ndarray, truth: np.ndarray
) -> tuple[float, float]:
    """The weights of the two opinions with which the held-out examples surprise least."""

    def surprise(reliance: np.ndarray) -> float:
        chosen = pooled(by_words, by_meaning, reliance)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    found = minimize(surprise, x0=(1.0, 0.5), bounds=((0.05, 4.0), (0.0, 4.0)), method="L-BFGS-B")
    return float(found.x[0]), float(found.x[1])


def _measured(probabilities: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Cross-validated figures for the manifest: a model that is worse shows."""
    best = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1) >= SURE
    return {
        "examples": len(truth),
        "accuracy": round(float((best == truth).mean()), 4),
        "macro_f1": round(float(f1_score(truth, best, average="macro")), 4),
        "share_sure": round(float(sure.mean()), 4),
        "right_when_sure": round(float((best == truth)[sure].mean()) if sure.any() else 0.0, 4),
    }
