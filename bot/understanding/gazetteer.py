"""A spaCy pipeline without a downloaded model: jieba's words and a ruler of our own names."""

from __future__ import annotations

from collections.abc import Iterable

import spacy
from spacy.language import Language

from bot.understanding.lexicon import Name
from bot.understanding.mentions import Mention

RULER = "entity_ruler"


def build(names: Iterable[Name]) -> Language:
    """Teach jieba the names first: spaCy cuts names and messages with the same dictionary."""
    pipeline = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
    ruler = pipeline.add_pipe(RULER, config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns(
        [{"label": name.fact, "pattern": name.text, "id": name.value} for name in names]
    )
    return pipeline


def mentions(pipeline: Language, text: str) -> list[Mention]:
    """Names in the normalised text; of overlapping names the longest."""
    return [
        Mention(span.start_char, span.end_char, span.label_, span.ent_id_)
        for span in pipeline(text).ents
        if _is_whole(text, span.start_char, span.end_char)
    ]


def _is_whole(text: str, start: int, end: int) -> bool:
    """jieba cuts names out of longer Latin words: ee out of see, uk out of duke."""
    return not (
        (start > 0 and _is_latin(text[start - 1]) and _is_latin(text[start]))
        or (end < len(text) and _is_latin(text[end - 1]) and _is_latin(text[end]))
    )


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
