"""A spaCy pipeline without a downloaded model: jieba's words and a ruler of our own names."""

from __future__ import annotations

from collections.abc import Iterable

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans, get_words_and_spaces

from bot.understanding.lexicon import Name
from bot.understanding.mentions import Mention
from bot.understanding.words import cut

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
    words = get_words_and_spaces(cut(text), text)
    ruler = pipeline.get_pipe(RULER)  # asked itself: as a pipe it counts its patterns every time
    matches = ruler.phrase_matcher(Doc(pipeline.vocab, *words), as_spans=True)
    return [
        Mention(span.start_char, span.end_char, *span.label_.split(ruler.ent_id_sep))
        for span in sorted(filter_spans(matches))
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
