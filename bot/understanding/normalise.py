"""One spelling for many: width, case, traditional characters, emoji, repeated marks.

Only what is matched and classified is normalised; what is stored and shown stays the customer's
own text. So every character of the result remembers where in the original it came from.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

MAX_REPEATS = 3
"""啊啊啊啊啊啊 says no more than 啊啊啊; digits are never shortened."""


@dataclass(frozen=True)
class Normalised:
    """The normalised text, and for each of its characters the offset in the original."""

    text: str
    offsets: tuple[int, ...]
    original_length: int

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where the span [start, end) of the normalised text stands in the original."""
        if start >= end:
            at = self.offsets[start] if start < len(self.offsets) else self.original_length
            return at, at
        return self.offsets[start], self.offsets[end - 1] + 1

    def normal_span(self, start: int, end: int) -> tuple[int, int]:
        """Where the span [start, end) of the original stands in the normalised text."""
        inside = [at for at, offset in enumerate(self.offsets) if start <= offset < end]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=16_384)
def _kept(character: str) -> str:
    """What stays of one character: its NFKC form in lower case, a space, or nothing."""
    if character.isspace():
        return " "
    folded = unicodedata.normalize("NFKC", character).lower()
    return "".join(part if _readable(part) else " " for part in folded)


def _readable(character: str) -> bool:
    """Letters, digits and punctuation are read; emoji, symbols and control characters are not."""
    category = unicodedata.category(character)
    return category[0] in "LNP" or character in "+=<>$¥℃~^|"


def _simplified(text: str) -> str:
    """Traditional to simplified. One character stays one character, so offsets hold."""
    if all(_simple(character) == character for character in text):
        return text  # nearly always: OpenCC's way over phrases takes milliseconds
    converted: str = _converter().convert(text)
    if len(converted) == len(text):
        return converted
    return "".join(_simple(character) for character in text)


@lru_cache(maxsize=16_384)
def _simple(character: str) -> str:
    return character if character.isascii() else _converter().convert(character)[:1] or character


@lru_cache(maxsize=256)
def normalise(text: str) -> Normalised:
    """Normalise a message. The cache is small: several components ask for the same message."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        for part in _kept(character):
            if part == " " and (not characters or characters[-1] == " "):
                continue
            if _is_run(characters, part):
                continue
            characters.append(part)
            offsets.append(offset)
    while characters and characters[-1] == " ":
        characters.pop()
        offsets.pop()
    if not characters:
        characters, offsets = _signs(text)
    return Normalised(_simplified("".join(characters)), tuple(offsets), len(text))


def _signs(text: str) -> tuple[list[str], list[int]]:
    """A message of nothing but emoji may still answer: 👌 is a yes."""
    for offset, character in enumerate(text):
        if character in _MEANT:
            return list(_MEANT[character]), [offset] * len(_MEANT[character])
    return [], []


_MEANT = {
    **dict.fromkeys("👌👍✅☑✔🆗⭕", "好的"),
    **dict.fromkeys("👎❌✖❎🙅", "不是"),
    **dict.fromkeys("🤷❓❔", "不知道"),
    **dict.fromkeys("🙏🌹", "谢谢"),
    **dict.fromkeys("👋", "再见"),
}


def _is_run(so_far: list[str], part: str) -> bool:
    """Whether `part` would be one repetition too many of the same character."""
    if part.isdigit() or part in "零〇一二三四五六七八九幺":
        return False
    return len(so_far) >= MAX_REPEATS and all(c == part for c in so_far[-MAX_REPEATS:])
