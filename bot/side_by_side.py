"""The classifier's fits on as many cores as there are, one after another on one.

A training fits each classifier on all examples and on every fold. The fits do not know of each
other, so in processes of their own they give the same numbers, bit for bit, in half the time.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np

MOST_PROCESSES = 4
WORTH_IT = 1000
"""Examples; fewer are fitted before a process has begun."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


@contextmanager
def fitted_side_by_side(processes: int | None = None) -> Iterator[None]:
    """While inside, bot.understanding.intent_training fits its folds beside the whole."""
    from bot.understanding import intent_training

    processes = min(MOST_PROCESSES, processes or cores())
    if processes < 2:
        yield
        return
    alone = intent_training.fit
    train = intent_training.train

    def train_with_help(
        examples: Sequence[Sequence[str]], vectors: np.ndarray, labels: Sequence[str]
    ) -> Any:
        if len(labels) < WORTH_IT:
            return train(examples, vectors, labels)
        # Forked, so that the examples need not be sent: each child has them from its birth.
        _GIVEN[:] = [examples, vectors, labels]
        parts = [np.arange(len(labels)), *(known for known, _ in intent_training.folds(labels))]
        with ProcessPoolExecutor(processes, multiprocessing.get_context("fork")) as pool:
            made = [(part, pool.submit(_fit, part)) for part in parts]

            def fit(some: Sequence[Sequence[str]], *rest: Any) -> Any:
                for part, result in made:
                    if len(part) == len(some) and all(
                        one is examples[i] for one, i in zip(some, part, strict=True)
                    ):
                        return result.result()
                return alone(some, *rest)  # a fit that was not foreseen

            intent_training.fit = fit
            try:
                return train(examples, vectors, labels)
            finally:
                intent_training.fit = alone
                _GIVEN.clear()

    intent_training.train = train_with_help
    try:
        yield
    finally:
        intent_training.train = train


_GIVEN: list[Any] = []


def _fit(part: np.ndarray) -> Any:
    from bot.understanding import intent_training

    examples, vectors, labels = _GIVEN
    if len(part) == len(labels):
        return intent_training.fit(examples, vectors, labels)
    return intent_training.fit(
        [examples[i] for i in part], vectors[part], [labels[i] for i in part]
    )
