"""Keeping the common replies, and filling an empty table with those that come with the product."""

import uuid
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.database import Database
from api.errors import NotFound
from api.phrases import repository
from api.phrases.models import Phrase
from api.phrases.schemas import NewPhrase, PhraseChange

FIRST = "system"
"""Who is said to have written what comes with the product."""

_OURS = uuid.UUID("6b0f0a53-5a0f-4b7e-9d0a-3c1f5c6e2d11")
"""Two processes that start at once give a first phrase the same id, so it is kept once."""


def read_phrases(path: Path) -> list[NewPhrase]:
    """Read the first phrases.

    Raises ValueError, naming the file, when one does not fit or two have the same title.
    """
    try:
        rows = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["phrases"]
        phrases = TypeAdapter(list[NewPhrase]).validate_python(rows)
    except (ValidationError, YAMLError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name}: {error}") from error
    if len({phrase.title for phrase in phrases}) < len(phrases):
        raise ValueError(f"{path.name}: two phrases have the same title")
    return phrases


async def seed(database: Database, first: list[NewPhrase]) -> int:
    """Put the first phrases into an empty table; return how many were put there."""
    async with database.reading() as session:
        if await repository.phrases(session):
            return 0
    try:
        async with database.transaction() as session:
            for phrase in first:
                _add(session, phrase, FIRST, str(uuid.uuid5(_OURS, phrase.title)))
    except IntegrityError:
        return 0  # another process was faster
    return len(first)


async def every(session: AsyncSession) -> Sequence[Phrase]:
    """Return all phrases in the order of their titles."""
    return await repository.phrases(session)


async def known(session: AsyncSession, phrase_id: str) -> Phrase | None:
    """Return the phrase with this id, or None."""
    return await repository.by_id(session, phrase_id)


def add(session: AsyncSession, new: NewPhrase, by: str, phrase_id: str | None = None) -> Phrase:
    """Add a phrase, under an id of the caller's where one is given."""
    return _add(session, new, by, phrase_id or str(uuid.uuid4()))


async def change(session: AsyncSession, phrase_id: str, change: PhraseChange, by: str) -> Phrase:
    """Change what `change` names.

    Raises:
        NotFound: there is no such phrase.
    """
    phrase = await _find(session, phrase_id)
    for name in change.model_fields_set:
        value = getattr(change, name)
        if value is not None or name == "node":
            setattr(phrase, name, value)
    phrase.updated_by, phrase.updated_at = by, clock.now()
    return phrase


async def remove(session: AsyncSession, phrase_id: str) -> None:
    """Delete a phrase; suggestions made from it keep their words.

    Raises:
        NotFound: there is no such phrase.
    """
    await session.delete(await _find(session, phrase_id))


async def _find(session: AsyncSession, phrase_id: str) -> Phrase:
    phrase = await repository.by_id(session, phrase_id, for_update=True)
    if phrase is None:
        raise NotFound("没有这条常用语。", code="phrase_not_found")
    return phrase


def _add(session: AsyncSession, new: NewPhrase, by: str, phrase_id: str) -> Phrase:
    phrase = Phrase(id=phrase_id, **new.model_dump(), updated_by=by, updated_at=clock.now())
    session.add(phrase)
    return phrase
