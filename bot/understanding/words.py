"""jieba's user dictionary. jieba is one per process, so Rasa and spaCy cut by the same words."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache

import jieba

LEAST_FREQUENCY = 50
"""So that a name wins over an accidental word across its edge (到头|顿)."""

jieba.setLogLevel(logging.WARNING)


def frequencies(words: Iterable[str]) -> dict[str, int]:
    """How often each word must seem to occur to be kept whole.

    Computed on jieba's untouched dictionary: what was taught before does not matter.
    """
    fresh = jieba.Tokenizer()
    fresh.initialize()
    return {word: max(_just_enough(fresh, word), fresh.FREQ.get(word, 0)) for word in words}


def teach(known: Mapping[str, int]) -> None:
    """Add words to the process-wide jieba. Adding the same again changes nothing."""
    jieba.initialize()
    for word, frequency in known.items():
        jieba.add_word(word, frequency)
    cut.cache_clear()


@lru_cache(maxsize=256)
def cut(text: str) -> tuple[str, ...]:
    """The words of a text. Remembered for a while: tokenizer and gazetteer ask for the same."""
    return tuple(jieba.cut(text))


def _just_enough(tokenizer: jieba.Tokenizer, word: str) -> int:
    """Just above the product of the parts' frequencies: kept whole, and no greedier."""
    logarithm = math.log(tokenizer.total)
    for part in tokenizer.cut(word, HMM=False):
        logarithm += math.log(tokenizer.FREQ.get(part, 1) or 1) - math.log(tokenizer.total)
    return max(int(math.exp(logarithm)) + 1, LEAST_FREQUENCY)
