"""Personal numbers in a text: found by shape and check digit, with spaces and dashes between.

Everything is one pass over the text: a run of digit groups is cut into numbers from left to right,
and at each group a fixed list of short patterns is tried, so the time is linear in the length.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from stdnum import luhn
from stdnum.cn import ric

SHOWN = 4
"""Digits at the end that stay readable; three do at the beginning."""

FEWEST = 8
MOST_ABROAD = 15
"""Digits of a number abroad with its country code."""

ALWAYS = 11
"""An unbroken run of this many digits is masked whatever it is."""

# One character each, so that places in the two texts are the same.
_PLAIN = str.maketrans(
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {0x0660 + n: 0x30 + n for n in range(10)}
    | {ord("‑"): "-", ord("–"): "-", ord("—"): "-", 0x3000: " "}
)
_SPOKEN = str.maketrans("零〇○一二三四五六七八九幺", "0001234567891")
_SPOKEN_RUN = re.compile("[零〇○一二三四五六七八九幺]{11,}")

_GAP = r"[ \t\xa0()\-\u200b-\u200f\u202a-\u202e\u2060\ufeff]{1,4}"
_HIDDEN = r"[0-9]{3}\*{2,}[0-9]{4}"
_CANDIDATE = re.compile(
    rf"(?P<ticket>RD[0-9]{{8}}-[0-9]{{4,6}}(?![0-9]))"
    rf"|(?P<hidden>{_HIDDEN})"
    r"|(?P<plus>\+[ (]{0,2})?"
    rf"(?P<run>[0-9](?:[0-9]|{_GAP}(?!{_HIDDEN})[0-9])*)(?P<x>[Xx](?![0-9A-Za-z]))?"
)
_GROUP = re.compile(r"[0-9]+")
_TIMESTAMP = re.compile(
    r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])(?:[0-5][0-9]){1,2}"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])([A-Za-z0-9])[A-Za-z0-9._%+\-]{0,63}"
    r"(@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6})"
)


Kinds = tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...]


def _any(number: str) -> bool:
    return True


def _id_card(number: str) -> bool:
    return str(ric.calc_check_digit(number)) == number[17].upper()


_KINDS: Kinds = (
    (
        re.compile(
            "[1-8][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
            "[0-9]{3}[0-9X]"
        ),
        _id_card,
    ),
    (re.compile("89[0-9]{18}"), _any),
    (re.compile("89[0-9]{17}"), _any),
)
"""Before phones, in this order: what the digits look like, and a further test."""

_LATER_KINDS: Kinds = (
    (re.compile("460[0-9]{12}|20404[0-9]{10}"), _any),
    (re.compile("(?:01|35|86|99)[0-9]{13}"), luhn.is_valid),
)
_BANK_CARDS = [re.compile(f"[3-6][0-9]{{{length - 1}}}") for length in (19, 18, 17, 16)]
_ABROAD = re.compile("00[1-9]")
_MOBILE = re.compile(r"((?:00)?86)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"0[1-9][0-9]{8,10}")


def masked(digits: str) -> str:
    """Return a number as it is read back: 189****1234."""
    if len(digits) <= 2 * SHOWN - 1:
        return "*" * max(0, len(digits) - 2) + digits[-2:]
    return f"{digits[:3]}{'*' * (len(digits) - 3 - SHOWN)}{digits[-SHOWN:]}"


def mask_personal(value: str) -> str:
    """Return a personal number masked; a value without any digit (`unsure`) as it is."""
    plain = value.translate(_PLAIN)
    digits = "".join(_GROUP.findall(plain))
    return masked(digits) if digits and "*" not in plain else value


def mask_numbers(text: str) -> str:
    """Return `text` with the numbers of people and cards, and e-mail addresses, masked."""
    text = _SPOKEN_RUN.sub(lambda run: masked(run[0].translate(_SPOKEN)), text)
    emails = _EMAIL.finditer(text.translate(_PLAIN))
    text = _splice(text, ((m.start(), m.end(), f"{m[1]}***{m[2]}") for m in emails))
    runs = (m for m in _CANDIDATE.finditer(text.translate(_PLAIN)) if m["run"])
    return _splice(text, (hit for run in runs for hit in _Run(run).numbers()))


def _splice(text: str, hits: Iterable[tuple[int, int, str]]) -> str:
    """Return `text` with each hit (from, to, what to put there) replaced."""
    pieces, done = [], 0
    for start, end, instead in hits:
        pieces += [text[done:start], instead]
        done = end
    return "".join([*pieces, text[done:]])


class _Run:
    """Groups of digits with gaps between, in which there may be several numbers."""

    def __init__(self, found: re.Match[str]) -> None:
        self._found = found
        at = found.start("run")
        self._groups = [(at + g.start(), at + g.end()) for g in _GROUP.finditer(found["run"])]
        self._digits = "".join(found.string[start:end] for start, end in self._groups)
        self._length = len(self._digits)
        # Where in `digits` each group begins; and by where it ends, which group that is.
        self._begins: list[int] = []
        self._ends: dict[int, int] = {}
        length = 0
        for index, (start, end) in enumerate(self._groups):
            self._begins.append(length)
            length += end - start
            self._ends[length] = index
        if found["x"]:
            self._digits += "X"
            self._ends[length + 1] = len(self._groups) - 1

    def numbers(self) -> Iterator[tuple[int, int, str]]:
        """Give what to mask: from, to, and what to put there."""
        index = 0
        while self._length >= FEWEST and index < len(self._groups):
            plus = index == 0 and self._found["plus"] is not None
            hit = self._number(index, plus)
            if hit is None:
                index += 1
                continue
            first, last, instead = hit
            end = self._found.end("x") if instead.endswith("X") else self._groups[last][1]
            yield self._groups[first][0], end, instead
            index = last + 1

    def _number(self, index: int, plus: bool) -> tuple[int, int, str] | None:
        """Return the number that begins with group `index`: the first and the last group to
        replace, and the number masked."""
        digits, at = self._digits, self._begins[index]
        found = self._of_kinds(index, _KINDS) or self._phone(index, plus)
        found = found or self._of_kinds(index, _LATER_KINDS)
        if found is not None:
            return found
        for pattern in _BANK_CARDS:
            hit = pattern.match(digits, at)
            fits = hit and hit.end() in self._ends and self._is_even(index, hit.end())
            if hit and fits and luhn.is_valid(hit[0]):
                return index, self._ends[hit.end()], masked(hit[0])
        alone = digits[at : at + self._size(index)]
        if len(alone) >= ALWAYS and not _TIMESTAMP.fullmatch(alone):
            return index, index, masked(alone)
        return None

    def _of_kinds(self, index: int, kinds: Kinds) -> tuple[int, int, str] | None:
        for pattern, test in kinds:
            hit = pattern.match(self._digits, self._begins[index])
            if hit and hit.end() in self._ends and test(hit[0]):
                return index, self._ends[hit.end()], masked(hit[0])
        return None

    def _phone(self, index: int, plus: bool) -> tuple[int, int, str] | None:
        digits, at, ends = self._digits, self._begins[index], self._ends
        hit = _MOBILE.match(digits, at)
        if hit and hit.end() in ends and (self._size(index) > 1 or self._is_even(index, hit.end())):
            # A country code that stands by itself stays as it was written.
            if hit[1] and hit.end(1) in ends:
                return ends[hit.end(1)] + 1, ends[hit.end()], masked(hit[2])
            return index, ends[hit.end()], f"{hit[1]} " * bool(hit[1]) + masked(hit[2])
        lengths: Iterable[int] = ()
        if plus:
            lengths = range(MOST_ABROAD, FEWEST - 1, -1)
        elif _ABROAD.match(digits, at):
            lengths = range(MOST_ABROAD + 2, ALWAYS - 1, -1)
        elif _LANDLINE.match(digits, at) and self._size(index) in (3, 4):
            lengths = (12, 11, 10)
        end = next((at + n for n in lengths if at + n in ends), None)
        if end is None or end > self._length:
            return None
        return index, ends[end], masked(digits[at:end])

    def _size(self, index: int) -> int:
        after = index + 1
        end = self._begins[after] if after < len(self._begins) else self._length
        return end - self._begins[index]

    def _is_even(self, index: int, end: int) -> bool:
        """Whether the groups up to `end` are as people write a long number: of four digits or
        more but for the last, or of one; so that amounts and dates in a row are no card."""
        last = self._ends[end]
        sizes = [self._size(each) for each in range(index, last)]
        return min(sizes, default=SHOWN) >= SHOWN or max(sizes, default=0) == 1
