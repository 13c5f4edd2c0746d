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
    ]
