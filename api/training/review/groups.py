"""Which messages are nearly the same: each belongs to the group whose first message it is like."""

import re
import uuid
from datetime import datetime

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.training.corpus import folded
from api.training.review.models import LONGEST_KEY, ReviewGroup

ALIKE = 88.0
"""Per cent from which two messages belong together; 在日本打不了电话, 在韩国打不了电话 do not."""
SHORTEST = 5
"""Shorter messages belong together only when they are equal."""
MOST_COMPARED = 4_000
"""Groups whose likeness is looked at, the newest first: what a message costs stays bounded."""

_OURS = uuid.UUID("0d1c8f0e-6a0b-4f37-9b42-5c4f4b1f7a10")
"""Two processes that meet a new text at once give its group the same id."""

_DIGITS = re.compile(r"[0-9*]+")
_NO_WORD = re.compile(r"[^\w]+")


def key(text: str) -> str:
    """Return what of a text is compared: no punctuation, every number alike."""
    words = _NO_WORD.sub("", _DIGITS.sub("0", folded(text)))
    return (words or folded(text))[:LONGEST_KEY]


class Groups:
    """The groups known to this process."""

    def __init__(self) -> None:
        self._by_key: dict[str, str] = {}
        self._recent: dict[str, str] = {}
        """Group by the text compared, in the order they came."""
        self._read_until: datetime | None = None

    async def read(self, session: AsyncSession) -> None:
        """Learn of the groups that others have made."""
        query = select(ReviewGroup).order_by(ReviewGroup.created_at.desc()).limit(MOST_COMPARED)
        if self._read_until is not None:
            query = query.where(ReviewGroup.created_at >= self._read_until)
        for group in reversed((await session.scalars(query)).all()):
            self._take(group.key, group.id)
            self._read_until = group.created_at

    def of(self, text: str) -> tuple[str, str | None]:
        """Return the group of a text, and the key to keep where the group is new."""
        wanted = key(text)
        known = self._by_key.get(wanted)
        if known is None and len(wanted) >= SHORTEST:
            hit = process.extractOne(
                wanted, self._recent.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE
            )
            known = self._recent[hit[0]] if hit else None
        if known is not None:
            return known, None
        made = str(uuid.uuid5(_OURS, wanted))
        self._take(wanted, made)
        return made, wanted

    def _take(self, words: str, group: str) -> None:
        self._by_key[words] = group
        if len(words) >= SHORTEST:
            self._recent[words] = group
            if len(self._recent) > MOST_COMPARED:
                del self._recent[next(iter(self._recent))]
        if len(self._by_key) > 4 * MOST_COMPARED:
            del self._by_key[next(iter(self._by_key))]
