"""Finds the article that answers a question: BM25 over words, and silence where none fits.

A hit's score is the part of the question's weight that the article explains. Each telling word
weighs its rarity among the articles, and a word that stands in none weighs most: so 韩国有什么
好玩的 finds nothing, though 韩国 is known. Questions are answered from THRESHOLD up.
"""

from collections import Counter
from dataclasses import dataclass
from math import log
from pathlib import Path
from threading import Lock
from typing import Any, Self

from ruamel.yaml import YAML

from api.knowledge.articles import Article, read_articles
from api.knowledge.words import WEAK_WORDS, Cutter

THRESHOLD = 0.35
"""Chosen on tests/knowledge/paraphrases.yml. On questions kept apart (held_out.yml): 81 % rightly
answered, 2 % wrongly, 17 % left open; of 40 off the subject 1 was answered."""

ASKED_FOR = 0.25
"""For a message already known to ask something general: 89 %, 5 % and 6 %; 3 of 40."""

LONGEST_QUERY = 200
"""Characters looked at: a question that says more says it before."""

TITLE_WEIGHT, QUESTIONS_WEIGHT = 3, 2
"""How often a title and a question count beside the text, which counts once."""

ALIKE_WEIGHT = 0.3
"""What it counts that one title, question or term of the article has just the same words: it
tells PRL 是什么 from PRL 版本怎么查."""

WEAK_STRENGTH = 0.3
"""What a weak word (手机, 电话) counts beside another of its rarity."""

K1, B = 1.2, 0.3
"""BM25's saturation of repeated words, and how much a long article loses."""


@dataclass(frozen=True, slots=True)
class Hit:
    article: Article
    score: float
    """0 to 1: the part of the question's weight that the article explains."""


class KnowledgeBase:
    """The articles and their index; safe to use from several threads."""

    def __init__(
        self,
        articles: tuple[Article, ...],
        words: tuple[str, ...] = (),
        like: "KnowledgeBase | None" = None,
    ) -> None:
        """`like` is a base of the same articles and words, whose index is shared."""
        self.articles = articles
        self._words = words
        self._like = like
        self._index: _Index | None = None
        self._making = Lock()

    @classmethod
    def load(cls, folder: Path, words: Path | None = None) -> Self:
        """Read the articles in `folder` and the trade's words (`words.yml` beside the folder).

        Fast (0.1 s): the index is made by `warm` or the first search. Raises ValueError when an
        article does not fit.
        """
        return cls.of(read_articles(folder), words or folder.parent / "words.yml")

    @classmethod
    def of(cls, articles: tuple[Article, ...], words: Path) -> Self:
        """Return a base of articles that were read already."""
        return cls(articles, read_words(words))

    def warm(self) -> None:
        """Make the index now (about 1 s): call it in a thread at start."""
        self._ready()

    def twin(self) -> Self:
        """Return another base that answers the same until either takes other articles."""
        return type(self)(self.articles, self._words, like=self)

    def with_articles(self, articles: tuple[Article, ...]) -> Self:
        """Return another base with the same trade words."""
        return type(self)(articles, self._words)

    def take(self, other: Self) -> None:
        """Answer from the articles of `other` from now on; warm it first (about 1 s, in a thread).

        Whoever holds this base goes on holding it.
        """
        index = other._ready()
        with self._making:
            self.articles, self._index, self._like = other.articles, index, None

    def get(self, article_id: str) -> Article | None:
        """Return the article with this id."""
        return next((each for each in self.articles if each.id == article_id), None)

    def search(self, query: str, limit: int = 3, *, at_least: float = THRESHOLD) -> list[Hit]:
        """Return at most `limit` articles that answer `query`, best first; [] when none does.

        Where it is known that something general is asked, `at_least=ASKED_FOR` finds more.
        """
        if limit < 1 or not self.articles:
            return []
        index = self._ready()
        scores = index.scores(query[:LONGEST_QUERY])
        best = sorted(scores, key=lambda place: (-scores[place], place))[:limit]
        return [
            Hit(index.articles[place], round(scores[place], 4))
            for place in best
            if scores[place] >= at_least
        ]

    def cut(self, text: str) -> list[str]:
        """Return the telling words of `text` and the words inside them, by this base's dictionary.

        A second dictionary would cost a process 80 MB.
        """
        return self._ready().cut(text)

    def _ready(self) -> "_Index":
        with self._making:
            if self._index is None and self._like is not None:
                self._index, self._like = self._like._ready(), None
            if self._index is None:
                self._index = _Index(self.articles, self._words)
            return self._index


def read_words(path: Path) -> tuple[str, ...]:
    """Return the trade's words; none where there is no such file."""
    words = YAML(typ="safe").load(path)["words"] if path.exists() else ()
    return tuple(map(str, words))


class _Index:
    def __init__(self, articles: tuple[Article, ...], words: tuple[str, ...]) -> None:
        import bm25s  # not at the top: it brings numpy, and the API starts without it

        self.articles = articles
        terms = (term for article in articles for term in article.terms)
        self._cutter = Cutter((*words, *terms))
        documents = [self._document(article) for article in articles]
        self._spread = Counter(word for document in documents for word in set(document))
        self._count = len(documents)
        self._phrases = [
            [self._words(phrase) for phrase in (article.title, *article.questions, *article.terms)]
            for article in articles
        ]
        self._bm25: Any = bm25s.BM25(method="lucene", k1=K1, b=B)
        self._bm25.index(documents, show_progress=False)

    def scores(self, query: str) -> dict[int, float]:
        """Return place of the article -> score, for those that share a telling word."""
        groups = self._cutter.cut(query)
        asked = {group[0] for group in groups}
        known = {word for group in groups for word in group if word in self._spread}
        # A word that no article has weighs too, but not also by its parts.
        whole = sum(map(self._weight, known | asked))
        found = [0.0] * self._count
        for word in sorted(known):
            strength = self._strength(word)
            for place, score in enumerate(self._bm25.get_scores([word]).tolist()):
                found[place] += strength * score
        return {
            place: (1 - ALIKE_WEIGHT) * score / whole
            + ALIKE_WEIGHT * max(self._alike(asked, phrase) for phrase in self._phrases[place])
            for place, score in enumerate(found)
            if score > 0
        }

    def cut(self, text: str) -> list[str]:
        return [word for group in self._cutter.cut(text) for word in group]

    def _weight(self, word: str) -> float:
        """What a word counts in a question: its rarity, as in Lucene's BM25, by its strength."""
        spread = self._spread[word]
        return self._strength(word) * log(1 + (self._count - spread + 0.5) / (spread + 0.5))

    @staticmethod
    def _strength(word: str) -> float:
        return WEAK_STRENGTH if word in WEAK_WORDS else 1.0

    def _alike(self, one: set[str], other: set[str]) -> float:
        """Dice's measure by weight: 1 when both hold the same words, 0 when they share none."""
        both = sum(map(self._weight, one)) + sum(map(self._weight, other))
        return 2 * sum(map(self._weight, one & other)) / both if both else 0.0

    def _words(self, text: str) -> set[str]:
        return {group[0] for group in self._cutter.cut(text)}

    def _document(self, article: Article) -> list[str]:
        fields = (
            *((article.title,) * TITLE_WEIGHT),
            *(article.questions * QUESTIONS_WEIGHT),
            *article.terms,
            article.text,
            article.more or "",
        )
        return [word for field in fields for word in self.cut(field)]
