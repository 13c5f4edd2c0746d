"""Publishes a submitted draft: the files first, then the database, then every process at once.

No transaction is open while files are written; the draft is `publishing` meanwhile, and only one
draft is at a time, whoever's. Publishing again after a crash finds the files written already and
goes on from there.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.database import Database
from api.errors import Conflict
from api.people.models import Staff
from api.phrases import service as phrases
from api.phrases.schemas import NewPhrase, PhraseChange
from api.training.changes.files import Edit
from api.training.changes.git import Checkout
from api.training.changes.yaml_text import BrokenYaml
from api.training.drafts import repository, splice, yaml_places
from api.training.drafts.documents import PHRASES
from api.training.drafts.live import KNOWLEDGE, TREES, LiveTexts, locked, revision_of
from api.training.drafts.models import DraftFile, Publication, PublicationFile
from api.training.drafts.rules import Opened, check_other, check_ready, check_version, find
from api.training.drafts.service import Drafts

log = structlog.get_logger()

CUT_OFF = timedelta(seconds=60)
"""What has been `publishing` for longer was left behind by a process that ended."""

TRAILER = "Draft"
KINDS = {"tree": "诊断树", "article": "知识文章", "phrase": "常用语"}


class Publisher:
    def __init__(self, database: Database, drafts: Drafts, live: LiveTexts) -> None:
        self._database = database
        self._drafts = drafts
        self._live = live

    async def publish(self, person: Staff, draft_id: str, version: int) -> Publication:
        """Make a submitted draft live.

        Raises:
            Conflict: it is one's own, not submitted, not all green, was changed since, something
                was published since it began, or somebody publishes just now.
            Unavailable: the disk does not take it. Nothing was changed then.
        """
        author = await self._claim(person, draft_id, version)
        try:
            opened = await self._drafts.open(draft_id)
            check_ready(opened)
            commit = await self._write(opened, author, person)
            return await self._finish(opened, person, commit)
        except BaseException:
            await asyncio.shield(self._release(draft_id))
            raise

    async def _claim(self, person: Staff, draft_id: str, version: int) -> Staff:
        """Make the draft `publishing`; return its author."""
        await self._live.catch_up()
        async with self._database.transaction() as session:
            await locked(session, TREES)  # whoever comes second waits here
            draft = await find(session, draft_id, for_update=True)
            check_other(draft, person)
            now = clock.now()
            left = draft.state == "publishing" and (draft.decided_at or now) <= now - CUT_OFF
            if draft.state != "submitted" and not left:
                raise Conflict(
                    "这份草稿没有在等审核，可能刚刚被发布或退回。",
                    code="draft_not_submitted",
                    state=draft.state,
                )
            check_version(draft, version)
            other = await repository.publishing(session, now - CUT_OFF)
            if other is not None:
                raise Conflict(
                    "另一份草稿正在发布，请稍后再试。", code="publishing_now", draft=other.id
                )
            draft.state, draft.decided_by, draft.decided_at = "publishing", person.id, now
            return await session.get_one(Staff, draft.author_id)

    async def _release(self, draft_id: str) -> None:
        with suppress(Exception):  # a claim that cannot be given back runs out by itself
            async with self._database.transaction() as session:
                draft = await find(session, draft_id, for_update=True)
                if draft.state == "publishing":
                    draft.state, draft.decided_by, draft.decided_at = "submitted", None, None

    async def _write(self, opened: Opened, author: Staff, person: Staff) -> str | None:
        """Write the files and commit them; return the commit, None where there is no checkout."""
        draft = opened.draft
        message = (
            f"{draft.reason}\n\n训练师工作台：{KINDS[draft.kind]}《{draft.title}》\n\n"
            f"Published-By: {person.name} ({person.username})\n{TRAILER}: {draft.id}\n"
        )
        signature = author.name, f"{author.username}@roamdesk.invalid"
        files = self._drafts.project

        def write() -> str | None:
            written = files.write(_edits(opened), message, signature)
            if written.commit is not None or written.changes:
                return written.commit
            checkout = Checkout.of(files.root)  # written before a crash?
            return checkout.find(f"{TRAILER}: {draft.id}") if checkout is not None else None

        return await asyncio.to_thread(write)

    async def _finish(self, opened: Opened, person: Staff, commit: str | None) -> Publication:
        checked, now = opened.checked, clock.now()
        async with self._database.transaction() as session:
            draft = await find(session, opened.draft.id, for_update=True)
            name = TREES if draft.kind == "tree" else KNOWLEDGE
            before = None if draft.kind == "phrase" else (await locked(session, name)).revision
            revision = None
            if draft.kind == "tree":
                assert checked.judged is not None
                library = checked.judged.library
                assert library is not None
                revision = library.revision
                await self._live.announce_trees(session, library, checked.judged.documents)
            elif draft.kind == "article":
                assert checked.knowledge is not None
                revision = revision_of(checked.knowledge.articles)
                await self._live.announce_articles(session, checked.knowledge)
            else:
                assert checked.phrase is not None
                await _put_phrase(session, draft.document, checked.phrase, person)
            draft.state, draft.decided_by = "published", person.id
            draft.decided_at = draft.updated_at = now
            made = Publication(
                draft_id=draft.id,
                kind=draft.kind,
                document=draft.document,
                title=_title(opened),
                author_id=draft.author_id,
                publisher_id=person.id,
                reason=draft.reason,
                revision_before=before,
                revision=revision,
                commit=commit,
                at=now,
            )
            session.add(made)
            await session.flush()
            session.add_all(
                PublicationFile(
                    publication_id=made.id, file=row.file, before=row.base, after=row.text
                )
                for row in opened.files
                if row.base != row.text
            )
            log.info("published", kind=draft.kind, document=draft.document, revision=revision)
            return made


def _title(opened: Opened) -> str:
    """Return the document's title as it is from now on."""
    draft, checked = opened.draft, opened.checked
    if checked.judged is not None and checked.judged.library is not None:
        tree = checked.judged.library.trees.get(draft.document)
        return tree.title if tree else draft.title
    if checked.phrase is not None:
        return checked.phrase.title
    article = checked.knowledge.get(draft.document) if checked.knowledge else None
    return article.title if article else draft.title


def _edits(opened: Opened) -> dict[str, Edit]:
    if opened.draft.kind == "phrase":
        assert opened.checked.phrase is not None
        return {PHRASES: _phrase_edit(opened.files[0], opened.checked.phrase)}
    return {row.file: _onto(row) for row in opened.files if row.text != row.base}


def _onto(row: DraftFile) -> Edit:
    def edit(there: str | None) -> str | None:
        # Looked at once more, with the lock on the files held.
        if there not in (row.base, row.text):
            raise Conflict(
                f"{row.file} 刚刚被别人改过，请先同步到最新内容。",
                code="draft_outdated",
                files=[row.file],
            )
        return row.text

    return edit


def _phrase_edit(row: DraftFile, phrase: NewPhrase) -> Edit:
    """Put the phrase into the file that new installations begin with, under its old title."""
    old = yaml_places.parse(row.base)["title"] if row.base else phrase.title
    lines = [f"title: {splice.flow(phrase.title)}", f"text: {splice.flow(phrase.text)}"]
    lines.append(f"keywords: {splice.flow(list(phrase.keywords))}")
    lines += [f"node: {phrase.node}"] if phrase.node else []
    lines += ["active: false"] if not phrase.active else []

    def edit(there: str | None) -> str | None:
        text = there or "phrases:\n"
        for title in (old, phrase.title):
            with suppress(BrokenYaml):
                place = splice.place_of(text, ["phrases"], "title", title)
                return splice.replace_item(text, ["phrases", place], "\n".join(lines))
        return splice.insert_item(text, ["phrases"], None, "\n".join(lines))

    return edit


async def _put_phrase(
    session: AsyncSession, phrase_id: str, phrase: NewPhrase, person: Staff
) -> None:
    if await phrases.known(session, phrase_id) is None:
        phrases.add(session, phrase, person.username, phrase_id)
        return
    change = PhraseChange(**phrase.model_dump())
    await phrases.change(session, phrase_id, change, person.username)
