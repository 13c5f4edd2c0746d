"""Whether two replies say the same: compared without punctuation, spaces and letter case."""

import re
import unicodedata
from difflib import SequenceMatcher

ALIKE = 0.9
"""From this share of common characters on, two replies count as one."""

SHORTEST_PART = 10
"""Characters from which a reply that stands inside another is no reply of its own."""

_MARKS = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """Return what is compared of a text."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text).lower())


def alike(one: str, other: str) -> bool:
    """Tell whether one of two bare texts adds nothing to the other."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= SHORTEST_PART and short in long:
        return True
    # The bound by length is exact, and spares most comparisons.
    if 2 * len(short) < ALIKE * (len(short) + len(long)):
        return False
    matcher = SequenceMatcher(None, short, long, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
