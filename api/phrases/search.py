"""Finds the phrases that suit what a customer said and where the case stands: BM25 over words."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.phrases import repository

Cut = Callable[[str], Sequence[str]]
"""Returns the telling words of a text."""

LEAST_LIKENESS = 0.25
"""From here a phrase of no node of the case is offered; chosen by hand on the first phrases."""

SHORTEST_KEYWORD = 2
"""Characters from which a keyword that stands in a text as it is counts by itself: 什么时候 and
谢谢 tell much here, though no article is found by them."""

TITLE_WEIGHT, KEYWORDS_WEIGHT = 2, 3
"""How often a title and the keywords count beside the text, which is an agent's words and
therefore rarely a customer's."""

K1, B = 1.2, 0.3
"""As for the articles: saturation of repeated words, and how much a long text loses."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase as it is offered."""

    id: str
    title: str
    text: str
    keywords: tuple[str, ...]
    node: str | None


@dataclass(frozen=True, slots=True)
class PhraseHit:
    phrase: Entry
    likeness: float
    """0 to 1: the part of the words' weight that the phrase explains."""
    here: bool
    """It belongs to where the case stands."""


class PhraseIndex:
    """The offered phrases of one edition."""

    def __init__(self, phrases: Sequence[Entry], cut: Cut) -> None:
        self._phrases = phrases
        self._cut = cut
        documents = [self._document(phrase) for phrase in phrases]
        self._spread = Counter(word for document in documents for word in set(document))
        self._bm25: Any = None
        if self._spread:
            import bm25s  # not at the top: it brings numpy, and the API starts without it

            self._bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
            self._bm25.index(documents, show_progress=False)

    def get(self, phrase_id: str) -> Entry | None:
        """Return the phrase with this id."""
        return next((each for each in self._phrases if each.id == phrase_id), None)

    def search(self, texts: Sequence[str], nodes: Collection[str], limit: int) -> list[PhraseHit]:
        """Return at most `limit` phrases: those of `nodes` first, then those like any of `texts`.

        Each text is looked for by itself; a phrase has the likeness of the best.
        """
        likeness = [0.0] * len(self._phrases)
        for text in texts:
            literal = [self._literal(phrase, text) for phrase in self._phrases]
            likeness = list(map(max, likeness, self._likeness(text), literal))
        hits = [
            PhraseHit(phrase, round(like, 4), phrase.node in nodes)
            for phrase, like in zip(self._phrases, likeness, strict=True)
            if phrase.node in nodes or like >= LEAST_LIKENESS
        ]
        return sorted(hits, key=lambda hit: (not hit.here, -hit.likeness))[:limit]

    def _likeness(self, text: str) -> list[float]:
        words = set(self._cut(text))
        known = sorted(word for word in words if word in self._spread)
        if not known:
            return [0.0] * len(self._phrases)
        # A word that stands in no phrase weighs most: what is asked lies elsewhere.
        whole = sum(map(self._weight, words))
        return [score / whole for score in self._bm25.get_scores(known).tolist()]

    @staticmethod
    def _literal(phrase: Entry, text: str) -> float:
        """Return what the longest keyword counts that stands in the text, letter by letter."""
        found = [len(k) for k in phrase.keywords if len(k) >= SHORTEST_KEYWORD and k in text]
        return min(0.5 + 0.05 * max(found), 1.0) if found else 0.0

    def _weight(self, word: str) -> float:
        spread = self._spread[word]
        return log(1 + (len(self._phrases) - spread + 0.5) / (spread + 0.5))

    def _document(self, phrase: Entry) -> list[str]:
        fields = (
            *((phrase.title,) * TITLE_WEIGHT),
            *(phrase.keywords * KEYWORDS_WEIGHT),
            phrase.text,
        )
        return [word for field in fields for word in self._cut(field)]


class PhraseBook:
    """The index of the phrases as they are now, whichever process changed them."""

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        self._edition: tuple[int, datetime | None] | None = None
        self._index = PhraseIndex((), cut)

    async def index(self, session: AsyncSession) -> PhraseIndex:
        edition = await repository.edition(session)
        if edition != self._edition:
            rows = await repository.phrases(session, active=True)
            entries = [Entry(r.id, r.title, r.text, tuple(r.keywords), r.node) for r in rows]
            self._index, self._edition = PhraseIndex(entries, self._cut), edition
        return self._index
