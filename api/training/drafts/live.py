"""The trees and articles this process serves: read from the project's files at its start, and
swapped in place when any process publishes others.

The files are the truth at a start. If somebody broke one by hand, what was published last is
served from the database, and the log says which file it is.
"""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import structlog
from ruamel.yaml.error import YAMLError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.database import Database, after_commit
from api.decision_tree import Library, TreeError
from api.diagnosis.library import Shelf, keep, read_documents
from api.diagnosis.models import TreeRevision
from api.events import Broker
from api.knowledge import Article, KnowledgeBase
from api.training.drafts.models import LiveText

log = structlog.get_logger()

TOPIC = "texts"
"""Other trees or articles are live."""
TREES, KNOWLEDGE = "trees", "knowledge"
AGAIN_SECONDS = 2.0

_BROKEN = (YAMLError, TreeError, ValueError, OSError)


class LiveTexts:
    """`shelf` and `knowledge` are held by whoever needs them; what they hold is swapped."""

    shelf: Shelf
    knowledge: KnowledgeBase

    def __init__(self, database: Database, broker: Broker, data: Path) -> None:
        """`data` is the project's folder of data."""
        self._database = database
        self._broker = broker
        self._data = data

    async def open(self) -> None:
        """Read the files and make them what every process serves.

        Raises:
            Exception: they are broken, and nothing was published before.
        """
        documents = await self._read(TREES)
        self.shelf = Shelf(documents)
        self.knowledge = await self._read(KNOWLEDGE)
        self._articles = revision_of(self.knowledge.articles)
        async with self._database.transaction() as session:
            await self.shelf.publish(session)
            await self.announce(session, TREES, self.shelf.current.revision)
            await self.announce(session, KNOWLEDGE, self._articles, dumped(self.knowledge.articles))

    async def _read(self, name: str) -> Any:
        folder = self._data / {TREES: "diagnosis", KNOWLEDGE: "knowledge"}[name]
        reader: Any = {TREES: _documents, KNOWLEDGE: _knowledge}[name]
        try:
            read = await asyncio.to_thread(lambda: reader(_State.of(folder)))
            if name == TREES:
                Shelf(read)
            return read if name == TREES else read.twin()
        except _BROKEN as error:
            async with self._database.reading() as session:
                row = await session.get(LiveText, name)
                if row is None:
                    raise
                log.error("files_broken", folder=str(folder), error=str(error)[:500])
                if name == KNOWLEDGE:
                    return KnowledgeBase.of(
                        _articles(row.documents or {}), self._data / "words.yml"
                    )
                published = await session.get_one(TreeRevision, row.revision)
                return json.loads(published.documents)

    async def announce(
        self,
        session: AsyncSession,
        name: str,
        revision: str,
        documents: Mapping[str, Any] | None = None,
    ) -> None:
        """Make a revision the one that all processes serve once this transaction is committed."""
        row = await locked(session, name)
        if row.revision == revision:
            return
        log.info("live_texts", name=name, was=row.revision, now=revision)
        row.revision, row.at = revision, clock.now()
        row.documents = dict(documents) if documents is not None else None
        after_commit(session, lambda: self._broker.publish(TOPIC))

    async def announce_trees(
        self, session: AsyncSession, library: Library, documents: dict[str, Any]
    ) -> None:
        await keep(session, library.revision, documents)
        await self.announce(session, TREES, library.revision)
        after_commit(session, lambda: self.shelf.take(library, documents))

    async def announce_articles(self, session: AsyncSession, base: KnowledgeBase) -> None:
        """`base` is warm: it was searched while it was checked."""
        revision = revision_of(base.articles)
        await self.announce(session, KNOWLEDGE, revision, dumped(base.articles))
        after_commit(session, lambda: self._take(base, revision))

    def _take(self, base: KnowledgeBase, revision: str) -> None:
        self.knowledge.take(base)
        self._articles = revision

    async def follow(self) -> None:
        """Serve what another process publishes, for as long as this one lives."""
        with self._broker.listen(TOPIC) as news:
            news.set()  # something may have been published while this process started
            while True:
                await news.wait()
                news.clear()
                try:
                    await self.catch_up()
                except Exception as error:  # a database that is away comes back
                    log.warning("texts_not_read", error=type(error).__name__)
                    await asyncio.sleep(AGAIN_SECONDS)
                    news.set()

    async def catch_up(self) -> None:
        """Swap what is not the live revision."""
        async with self._database.reading() as session:
            trees = await session.get(LiveText, TREES)
            articles = await session.get(LiveText, KNOWLEDGE)
            library = None
            if trees is not None and trees.revision != self.shelf.current.revision:
                library = await self.shelf.revision(session, trees.revision)
                kept = await session.get_one(TreeRevision, trees.revision)
        if library is not None:
            self.shelf.take(library, json.loads(kept.documents))
            log.info("trees_swapped", revision=library.revision)
        if articles is not None and articles.revision != self._articles:
            base = self.knowledge.with_articles(_articles(articles.documents or {}))
            await asyncio.to_thread(base.warm)
            self._take(base, articles.revision)
            log.info("articles_swapped", revision=articles.revision)


async def locked(session: AsyncSession, name: str) -> LiveText:
    """Return what is live, to be changed by this transaction alone; made where there is none."""
    row = await session.get(LiveText, name, with_for_update=True)
    if row is None:
        with contextlib.suppress(IntegrityError):  # another process was faster
            async with session.begin_nested():
                session.add(LiveText(name=name, revision="", at=clock.now()))
        row = await session.get_one(LiveText, name, with_for_update=True)
    return row


def revision_of(articles: tuple[Article, ...]) -> str:
    """Return twelve hexadecimal digits that are others after any change."""
    canonical = json.dumps(dumped(articles), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def dumped(articles: tuple[Article, ...]) -> dict[str, Any]:
    return {article.id: article.model_dump(mode="json") for article in articles}


def _articles(documents: Mapping[str, Any]) -> tuple[Article, ...]:
    return tuple(Article.model_validate(documents[name]) for name in sorted(documents))


@dataclass(frozen=True)
class _State:
    """A folder by what stands in it: the same texts are the same state, wherever they lie."""

    digest: str
    folder: Path = field(compare=False)

    @classmethod
    def of(cls, folder: Path) -> Self:
        digest = hashlib.sha256()
        for path in [*sorted(folder.glob("*.yml")), folder.parent / "words.yml"]:
            if path.exists():
                digest.update(f"{path.name}\n".encode() + path.read_bytes())
        return cls(digest.hexdigest(), folder)


# Read once a process, however many applications a test makes.
@lru_cache(maxsize=4)
def _documents(state: _State) -> dict[str, Any]:
    return read_documents(state.folder)


@lru_cache(maxsize=4)
def _knowledge(state: _State) -> KnowledgeBase:
    return KnowledgeBase.load(state.folder)
