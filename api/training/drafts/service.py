"""The life of a draft: begun, edited by its author, submitted, recalled, rejected, brought onto
what was published since. Publishing is `publishing`.

Checking takes up to seconds of CPU, so it is done in a thread between two transactions; what is
written says which version it was made from.
"""

import asyncio
import uuid
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.database import Database
from api.errors import Conflict, Invalid, NotFound
from api.people.models import Staff
from api.training.changes.files import Files
from api.training.drafts import checking, documents, edits, judging, repository, texts
from api.training.drafts.documents import Beside, Kind
from api.training.drafts.edits import Edit
from api.training.drafts.live import LiveTexts
from api.training.drafts.models import Draft, DraftFile
from api.training.drafts.rules import (
    Opened,
    check_author,
    check_other,
    check_ready,
    check_state,
    check_version,
    find,
)
from api.training.drafts.texts import Keep

LONGEST_TEXT = 300_000
"""Characters of one file; the longest shipped one has 20,000."""
MOST_FILES = 12

EDITABLE = ("draft", "rejected")


class Drafts:
    """The drafts of this product."""

    def __init__(self, database: Database, files: Files, live: LiveTexts) -> None:
        self._database = database
        self.project = files
        self.live = live
        self._warming: asyncio.Task[object] | None = None

    @property
    def beside(self) -> Beside:
        return Beside(self.project.root, self.live.shelf.current, self.live.knowledge)

    # ---- reading ---------------------------------------------------------------------------

    def warm(self) -> None:
        """Read the trees' texts in a thread: whoever lists them will open one, and the first
        reading takes seconds."""
        if self._warming is None:
            texts = asyncio.to_thread(lambda: judging.judge(judging.read(self.project.root)))
            self._warming = asyncio.create_task(texts)
            # What cannot be read is said to whoever opens it.
            self._warming.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def close(self) -> None:
        if self._warming is not None:
            await asyncio.wait([self._warming])

    async def open(self, draft_id: str, *, fully: bool = True) -> Opened:
        """Return a draft with its check.

        Raises:
            NotFound: there is no such draft.
            Conflict: a published file cannot be read.
        """
        async with self._database.reading() as session:
            draft = await find(session, draft_id)
            files = await repository.files(session, draft_id)
            kind: Kind = draft.kind  # type: ignore[assignment]
            names = [row.file for row in files]
            current = await documents.texts(session, self.project, kind, draft.document, names)
        checked = await asyncio.to_thread(
            checking.check, draft.kind, files, self.beside, fully=fully
        )
        return Opened(draft, files, current, checked)

    # ---- writing ---------------------------------------------------------------------------

    async def begin(self, person: Staff, kind: Kind, name: str, *, new: bool = False) -> Draft:
        """Begin a draft of a document as it is published now, or of a new one.

        Raises:
            NotFound: there is no such document.
            Conflict: there is one already, or it cannot be read.
        """
        if new:
            name = str(uuid.uuid4()) if kind == "phrase" else documents.check_name(name)
        wanted = documents.files_of(kind, name)
        async with self._database.reading() as session:
            current = await documents.texts(session, self.project, kind, name, wanted)
            there = current[wanted[0]] is not None
            if new and there:
                raise Conflict("已经有同名的内容。", code="document_exists", document=name)
            if not new and not there:
                raise NotFound("没有这份内容。", code="document_not_found", document=name)
            title = documents.NEW[kind]
            if not new:
                title = await documents.title_of(session, self.beside, kind, name)
        first = documents.begun(kind, name) if new else {}
        begun = {file: first.get(file, current[file]) for file in wanted}
        return await self._begin(
            _new(person, kind, name, title),
            {file: (current[file], text) for file, text in begun.items() if text is not None},
        )

    async def restore(self, person: Staff, publication_id: int, *, before: bool) -> Draft:
        """Begin a draft with the texts as they were after a publication, or before it.

        Raises:
            NotFound: there is no such publication.
        """
        async with self._database.reading() as session:
            old = await repository.publication(session, publication_id)
            if old is None:
                raise NotFound("没有这次发布。", code="publication_not_found")
            rows = await repository.published_files(session, publication_id)
            kind: Kind = old.kind  # type: ignore[assignment]
            wanted = [row.file for row in rows]
            current = await documents.texts(session, self.project, kind, old.document, wanted)
        draft = _new(person, kind, old.document, old.title)
        draft.restores = old.id
        draft.reason = f"恢复到第 {old.id} 次发布{'之前' if before else '当时'}的内容"
        return await self._begin(
            draft,
            {row.file: (current[row.file], row.before if before else row.after) for row in rows},
        )

    async def _begin(
        self, draft: Draft, files: Mapping[str, tuple[str | None, str | None]]
    ) -> Draft:
        """Keep a new draft with its files, each with its base and its text."""
        async with self._database.transaction() as session:
            session.add(draft)
            await session.flush()
            for file, (base, text) in files.items():
                session.add(DraftFile(draft_id=draft.id, file=file, base=base, text=text))
        return draft

    async def put_text(
        self, person: Staff, draft_id: str, version: int, file: str, text: str | None
    ) -> None:
        """Replace one text of a draft; None takes the file away when it is published.

        Raises:
            Conflict: it was edited since, or cannot be edited now.
            Invalid: it is no file of the draft, or too long.
        """
        if text is not None and len(text) > LONGEST_TEXT:
            raise Invalid("这份文本太长了。", code="text_too_long", most=LONGEST_TEXT)
        async with self._database.transaction() as session:
            draft = await self._editable(session, person, draft_id, version)
            files = await repository.files(session, draft_id)
            row = next((row for row in files if row.file == file), None)
            if row is None:
                raise Invalid("草稿里没有这个文件。", code="file_not_in_draft", file=file)
            if text is None and draft.kind == "phrase":
                raise Invalid("常用语要停用，请把 active 改成 false。", code="text_needed")
            row.text = None if text is None else text.replace("\r\n", "\n")
            _edited(draft)

    async def add_file(self, person: Staff, draft_id: str, version: int, file: str) -> None:
        """Take another file of the trees' data into a draft.

        Raises:
            Invalid: it is none of these files.
        """
        files, current = await self._seen(draft_id, version, [file])
        self._with_file(files, file, current)
        await self._put(person, draft_id, version, files)

    async def edit(self, person: Staff, draft_id: str, version: int, given: Sequence[Edit]) -> None:
        """Do the outline's edits, all or none; files they need are taken into the draft.

        Raises:
            Conflict: it was edited since, or cannot be edited now.
            Invalid: an edit cannot be done in the text.
        """
        wanted = [edits.file_of(edit) for edit in given]
        files, current = await self._seen(draft_id, version, wanted)
        for edit, file in zip(given, wanted, strict=True):
            row = self._with_file(files, file, current)
            if row.text is None:
                raise Invalid("这个文件还没有内容。", code="file_empty", file=file)
            row.text = await asyncio.to_thread(edits.apply, edit, row.text)
        await self._put(person, draft_id, version, files)

    async def rebase(
        self, person: Staff, draft_id: str, version: int, keep: Keep | None = None
    ) -> None:
        """Bring a draft onto the texts that are published now; it is a draft again then.

        Raises:
            Conflict: both changed the same lines, and `keep` does not say whose stay.
        """
        files, current = await self._seen(draft_id, version)
        clashes = []
        for row in files:
            now = current.get(row.file)
            merged = texts.merge(row.base or "", row.text or "", now or "", keep or "mine")
            clashes += [
                {"file": row.file, "line": c.line, "mine": c.mine, "theirs": c.theirs}
                for c in merged.clashes
            ]
            row.base, row.text = now, merged.text or None
        if clashes and keep is None:
            raise Conflict(
                "这几处您和已发布的内容都改过，请选择保留哪一边，再逐处核对。",
                code="draft_clashes",
                clashes=clashes[:50],
            )
        await self._put(person, draft_id, version, files)

    async def submit(self, person: Staff, draft_id: str, version: int, reason: str) -> None:
        """Hand a draft to whoever publishes it.

        Raises:
            Conflict: it is not all green, changes nothing, or something was published since.
        """
        reason = " ".join(reason.split())[:500]
        if not reason:
            raise Invalid("请写明为什么要改。", code="reason_needed")
        opened = await self.open(draft_id)
        check_ready(opened)
        async with self._database.transaction() as session:
            draft = await self._editable(session, person, draft_id, version)
            draft.state, draft.reason = "submitted", reason
            draft.submitted_at = draft.updated_at = clock.now()
            draft.decided_by = draft.decided_at = draft.decision = None

    async def recall(self, person: Staff, draft_id: str) -> None:
        """Take a submitted draft back to edit it.

        Raises:
            Conflict: it is not submitted.
        """
        async with self._database.transaction() as session:
            draft = await find(session, draft_id, for_update=True)
            check_author(draft, person)
            check_state(draft, "submitted")
            draft.state, draft.updated_at = "draft", clock.now()
            draft.version += 1

    async def reject(self, person: Staff, draft_id: str, reason: str) -> None:
        """Give a submitted draft back to its author, and say why.

        Raises:
            Conflict: it is not submitted, or one's own.
        """
        reason = reason.strip()[:1_000]
        if not reason:
            raise Invalid("请写明退回的原因。", code="reason_needed")
        async with self._database.transaction() as session:
            draft = await find(session, draft_id, for_update=True)
            check_other(draft, person)
            check_state(draft, "submitted")
            draft.state, draft.decision, draft.decided_by = "rejected", reason, person.id
            draft.decided_at = draft.updated_at = clock.now()
            draft.version += 1

    async def drop(self, person: Staff, draft_id: str) -> None:
        """Put a draft away; it is kept, and shown nowhere.

        Raises:
            Conflict: it is submitted or published.
        """
        async with self._database.transaction() as session:
            draft = await find(session, draft_id, for_update=True)
            check_author(draft, person)
            check_state(draft, *EDITABLE)
            draft.state, draft.updated_at = "dropped", clock.now()

    # ---- helpers ---------------------------------------------------------------------------

    async def _seen(
        self, draft_id: str, version: int, more: Iterable[str] = ()
    ) -> tuple[list[DraftFile], checking.Texts]:
        """Return copies of a draft's files, and the published texts of these and of `more`.

        Raises:
            Conflict: the draft was edited since `version`.
        """
        async with self._database.reading() as session:
            draft = await find(session, draft_id)
            check_version(draft, version)
            files = await repository.files(session, draft_id)
            kind: Kind = draft.kind  # type: ignore[assignment]
            more = [file for file in more if file not in {row.file for row in files}]
            for file in more:
                documents.check_file(kind, file)
            names = [*(row.file for row in files), *more]
            current = await documents.texts(session, self.project, kind, draft.document, names)
        return files, current

    async def _put(
        self, person: Staff, draft_id: str, version: int, files: Sequence[DraftFile]
    ) -> None:
        """Keep the files of a draft as they were made from `version`."""
        async with self._database.transaction() as session:
            draft = await self._editable(session, person, draft_id, version)
            for row in files:
                kept = DraftFile(draft_id=draft.id, file=row.file, base=row.base, text=row.text)
                await session.merge(kept)
            _edited(draft)

    async def _editable(
        self, session: AsyncSession, person: Staff, draft_id: str, version: int
    ) -> Draft:
        draft = await find(session, draft_id, for_update=True)
        check_author(draft, person)
        check_state(draft, *EDITABLE)
        check_version(draft, version)
        return draft

    @staticmethod
    def _with_file(files: list[DraftFile], file: str, current: checking.Texts) -> DraftFile:
        row = next((row for row in files if row.file == file), None)
        if row is not None:
            return row
        if len(files) >= MOST_FILES:
            raise Invalid("一份草稿里的文件太多了。", code="too_many_files", most=MOST_FILES)
        base = current[file]
        row = DraftFile(file=file, base=base, text=documents.EMPTY if base is None else base)
        files.append(row)
        return row


def _new(person: Staff, kind: Kind, name: str, title: str) -> Draft:
    now = clock.now()
    return Draft(
        id=str(uuid.uuid4()),
        kind=kind,
        document=name,
        title=title[:120],
        author_id=person.id,
        state="draft",
        version=1,
        created_at=now,
        updated_at=now,
    )


def _edited(draft: Draft) -> None:
    draft.state, draft.updated_at = "draft", clock.now()
    draft.version += 1
