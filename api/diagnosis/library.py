"""Reads data/diagnosis, publishes it as a revision, and gives each case its own revision."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.decision_tree import Library, load
from api.diagnosis.models import TreeRevision


def read_documents(folder: Path) -> dict[str, Any]:
    """Return the parsed YAML files of `folder` by name, the cases left out."""
    return {
        path.stem: read_document(path)
        for path in sorted(folder.glob("*.yml"))
        if not path.name.endswith(".cases.yml")
    }


def read_document(path: Path) -> Any:
    """Return one parsed YAML file of the release's data."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


async def keep(session: AsyncSession, revision: str, documents: Mapping[str, Any]) -> None:
    """Keep a revision's documents for good."""
    if await session.get(TreeRevision, revision) is not None:
        return
    row = TreeRevision(
        revision=revision,
        documents=json.dumps(documents, ensure_ascii=False, default=str),
        published_at=clock.now(),
    )
    with contextlib.suppress(IntegrityError):  # another process was faster
        async with session.begin_nested():
            session.add(row)


class Shelf:
    """The current library and the older ones that running cases still use."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self._documents = documents
        self.current = load(documents)
        self._known = {self.current.revision: self.current}

    async def publish(self, session: AsyncSession) -> None:
        """Keep the current revision for good, so that cases begun with it can end with it."""
        await keep(session, self.current.revision, self._documents)

    def take(self, library: Library, documents: dict[str, Any]) -> None:
        """Let cases that begin from now on begin with `library`, a published one."""
        self._known[library.revision] = library
        self._documents, self.current = documents, library

    async def revision(self, session: AsyncSession, revision: str) -> Library:
        """Return the library of a published revision."""
        library = self._known.get(revision)
        if library is None:
            row = await session.get_one(TreeRevision, revision)
            library = self._known[revision] = load(json.loads(row.documents))
        return library
