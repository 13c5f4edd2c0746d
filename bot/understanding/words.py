"""jieba's user dictionary. jieba is one per process: Rasa's tokens and spaCy's come from the same words."""

from __future__ import annotations

import logging
import math
from typing import Iterable, Mapping

import jieba

jieba.setLogLevel(logging.WARNING)


def frequencies(words: Iterable[str]) -> dict[str, int]:
    """How often each word must seem to occur to be kept whole.

    Computed on jieba's untouched dictionary, so the result does not depend on what was taught before.
    """
    fresh = jieba.Tokenizer()
    fresh.initialize()
    return {word: max(_just_enough(fresh, word), fresh.FREQ.get(word, 0)) for word in words}


def teach(known: Mapping[str, int]) -> None:
    """Add words to the process-wide jieba. Adding the same again changes nothing."""
    jieba.initialize()
    for word, frequency in known.items():
        jieba.add_word(word, frequency)


def _just_enough(tokenizer: jieba.Tokenizer, word: str) -> int:
    """One more than the product of the parts' frequencies: kept whole, and no greedier than that."""
    logarithm = math.log(tokenizer.total)
    for part in tokenizer.cut(word, HMM=False):
        logarithm += math.log(tokenizer.FREQ.get(part, 1) or 1) - math.log(tokenizer.total)
    return int(math.exp(logarithm)) + 1
