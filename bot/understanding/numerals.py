"""Numbers as people write them in Chinese: 三零零一二 digit by digit, 三万零一十二 by value."""

from __future__ import annotations

import re

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE_UNITS = {"万": 10_000, "亿": 100_000_000}

CHINESE_NUMBER = re.compile("[零〇一二两三四五六七八九幺十][零〇一二两三四五六七八九幺十百千万亿]*")
"""A run that may be a number; 万一 and 千万 do not begin with a digit, so they are none."""


def to_digits(text: str) -> str | None:
    """ASCII digits of a Chinese (or ASCII) number, or None where it is none."""
    if text.isascii():
        return text if text.isdigit() else None
    if not CHINESE_NUMBER.fullmatch(text):
        return None
    if all(c in _DIGITS for c in text):
        return "".join(str(_DIGITS[c]) for c in text)
    value = _value(text)
    return None if value is None else str(value)


def _value(text: str) -> int | None:
    total = section = 0
    digit: int | None = None
    for character in text:
        if character in _DIGITS:
            if digit:  # two digits in a row between units: 二三十, a guess and no number
                return None
            digit = _DIGITS[character]
        elif character in _UNITS:
            section += (1 if digit is None else digit) * _UNITS[character]
            digit = None
        else:
            total += (section + (digit or 0)) * _LARGE_UNITS[character]
            section, digit = 0, None
    return total + section + (digit or 0)
