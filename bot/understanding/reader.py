"""Understanding without Rasa: what the components do, in one object, for tests and figures."""

from __future__ import annotations

from pathlib import Path

import jieba

from bot.understanding import gazetteer, lexicon
from bot.understanding.facts import phrase_finder, understand
from bot.understanding.intents import Seen, compiled, features, plain, seen_as
from bot.understanding.mentions import Mention
from bot.understanding.normalise import normalise
from bot.understanding.words import frequencies, teach


class Reader:
    """Reads messages with the data files as they are now."""

    def __init__(self, folder: Path = lexicon.DATA) -> None:
        files = lexicon.documents(folder)
        teach(frequencies(lexicon.words(files)))
        pipeline = gazetteer.build(lexicon.names(files))
        self._concepts = compiled(lexicon.concepts(files))
        self._names = lambda text: gazetteer.mentions(pipeline, text)
        self._phrases = phrase_finder(lexicon.phrases(files))

    def mentions(self, text: str) -> list[Mention]:
        """Everything the message says, offsets in the normalised text."""
        return understand(normalise(text).text, self._names, self._phrases)

    def facts(self, text: str) -> dict[str, str]:
        """Values by name, numbers and ordinals included."""
        return {mention.fact: mention.value for mention in self.mentions(text)}

    def features(self, text: str) -> list[str]:
        """What the intent classifier sees."""
        normal = normalise(text).text
        words = [word for word in jieba.cut(normal) if word.strip()]
        return features(normal, words, self.seen(text), self._concepts)

    def seen(self, text: str) -> list[Seen]:
        """The mentions as the classifiers see them."""
        return [seen_as(mention) for mention in self.mentions(text)]

    def plain(self, text: str) -> str:
        """What the sentence encoder reads."""
        return plain(normalise(text).text, self.seen(text))
