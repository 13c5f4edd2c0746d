"""Change sets: collecting proposals, writing them as one commit, taking them back.

While files are written and committed no transaction is open: the set is `applying` meanwhile.
Writing twice is the same as writing once, so a set that was cut off is simply written again.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.database import Database
from api.errors import ApiError, Conflict, Forbidden, Invalid, NotFound
from api.people.models import Staff
from api.training.changes import git, patch, proposals, repository
from api.training.changes.files import Edit, Files, Written
from api.training.changes.merge import merge
from api.training.changes.models import Change, ChangedFile, ChangeSet

log = structlog.get_logger()

CUT_OFF = timedelta(seconds=60)
"""A set that has been `applying` for longer was left behind by a process that ended."""

KINDS = {"example": "例句", "story": "故事", "test_story": "测试对话", "text": "文件"}
TRAILER = "Change-Set"


async def add(
    session: AsyncSession,
    person: Staff,
    *,
    kind: str,
    file: str,
    title: str,
    payload: dict[str, Any],
    message_id: str | None = None,
) -> Change:
    """Add a proposal to the person's draft; one is begun where there is none."""
    assert kind in proposals.KINDS
    draft = await repository.draft_of(session, person.id)
    if draft is None:
        draft = ChangeSet(
            id=str(uuid.uuid4()), author_id=person.id, state="draft", created_at=clock.now()
        )
        session.add(draft)
        await session.flush()
    change = Change(
        id=str(uuid.uuid4()),
        set_id=draft.id,
        position=await repository.last_position(session, draft.id) + 1,
        kind=kind,
        file=file,
        title=title[:200],
        payload=payload,
        message_id=message_id,
        created_at=clock.now(),
    )
    session.add(change)
    return change


async def take_out(session: AsyncSession, change_id: str, person: Staff) -> Change:
    """Take a proposal out of a set that is not written yet.

    Raises:
        NotFound: there is no such proposal.
        Forbidden: it is somebody else's.
        Conflict: it is written already.
    """
    change = await repository.change(session, change_id)
    if change is None:
        raise NotFound("没有这项修改。", code="change_not_found")
    found = await find(session, change.set_id, for_update=True)
    _check_own(found, person)
    _check_open(found)
    await session.delete(change)
    return change


async def find(session: AsyncSession, set_id: str, *, for_update: bool = False) -> ChangeSet:
    """Return a change set.

    Raises:
        NotFound: there is none of this id.
    """
    found = await repository.change_set(session, set_id, for_update=for_update)
    if found is None:
        raise NotFound("没有这个修改集。", code="change_set_not_found")
    return found


async def preview(files: Files, changes: Sequence[Change]) -> dict[str, git.Change]:
    """Return what the proposals would make of the files as they are now.

    Raises:
        Conflict: a file is broken, or clashes.
    """
    return await asyncio.to_thread(files.preview, proposals.edits(changes))


async def apply(
    database: Database, files: Files, set_id: str, person: Staff, reason: str
) -> ChangeSet:
    """Write a set's proposals and commit them.

    Raises:
        Conflict: it is written already or just now, it is empty, or the files do not allow it.
        Unavailable: the disk does not take it. Nothing was written then, and the set is kept.
    """
    async with database.transaction() as session:
        found = await find(session, set_id, for_update=True)
        _check_own(found, person)
        _check_open(found)
        changes = await repository.changes(session, set_id)
        if not changes:
            raise Conflict("这个修改集还是空的。", code="change_set_empty")
        found.state, found.reason, found.error = "applying", reason, None
        found.applied_at = clock.now()
        author = await repository.author(session, found)
    message = _message(reason, Counter(change.kind for change in changes), set_id)
    edits = proposals.edits(changes)
    written = await _write(database, files, set_id, edits, message, author)
    return await _done(database, set_id, written)


async def revert(
    database: Database, files: Files, set_id: str, person: Staff, reason: str
) -> ChangeSet:
    """Take a written set back, as far as nobody has changed the same lines since.

    Raises:
        Conflict: it is not written, or its lines were changed since.
    """
    async with database.transaction() as session:
        found = await find(session, set_id, for_update=True)
        if found.state not in ("applied", "exported"):
            raise Conflict("只有写入了的修改集可以撤回。", code="not_applied", state=found.state)
        before = found.state
        found.state, found.applied_at = "applying", clock.now()
        rows = await repository.files(session, set_id)
    edits = {row.file: _taken_back(row) for row in rows}
    message = f"Revert: {reason}\n\n{TRAILER}-Reverted: {set_id}"
    try:
        written = await asyncio.to_thread(files.write, edits, message, _signature(person))
    except BaseException as error:
        await _set_state(database, set_id, before, error)
        raise
    async with database.transaction() as session:
        found = await find(session, set_id, for_update=True)
        found.state, found.reverted_by, found.error = "reverted", person.username, None
        found.commit = written.commit or found.commit
        return found


async def write_now(
    database: Database,
    files: Files,
    person: Staff,
    reason: str,
    changes: Sequence[Mapping[str, Any]],
) -> ChangeSet:
    """Write changes as a set of their own, past the person's draft: for what was reviewed
    elsewhere. Each is {kind, file, title, payload}.

    Raises:
        Conflict, Unavailable: as `apply`.
    """
    set_id = str(uuid.uuid4())
    async with database.transaction() as session:
        # `applying` from the start: it must not be taken for the person's draft.
        now = clock.now()
        session.add(
            ChangeSet(
                id=set_id,
                author_id=person.id,
                reason=reason,
                state="applying",
                created_at=now,
                applied_at=now,
            )
        )
        await session.flush()
        rows = [
            Change(id=str(uuid.uuid4()), set_id=set_id, position=n, created_at=now, **change)
            for n, change in enumerate(changes, start=1)
        ]
        session.add_all(rows)
    message = _message(reason, Counter(change.kind for change in rows), set_id)
    written = await _write(database, files, set_id, proposals.edits(rows), message, person)
    return await _done(database, set_id, written)


async def export(session: AsyncSession, files: Files, set_id: str) -> bytes:
    """Return a set as a zip; of one that is not written, as it would become now."""
    found = await find(session, set_id)
    author = await repository.author(session, found)
    rows = await repository.files(session, set_id)
    changes = await repository.changes(session, set_id)
    if rows:
        texts = {row.file: git.Change(row.before, row.after) for row in rows}
    else:
        texts = await preview(files, changes)
    about = {
        "id": found.id,
        "author": author.username,
        "name": author.name,
        "reason": found.reason,
        "state": found.state,
        "commit": found.commit,
        "created_at": found.created_at.isoformat(),
        "changes": [{"kind": c.kind, "file": c.file, "title": c.title} for c in changes],
    }
    return await asyncio.to_thread(patch.archive, about, texts)


async def _write(
    database: Database,
    files: Files,
    set_id: str,
    edits: Mapping[str, Edit],
    message: str,
    author: Staff,
) -> Written:
    try:
        return await asyncio.to_thread(files.write, edits, message, _signature(author))
    except BaseException as error:
        await _set_state(database, set_id, "failed", error)
        raise


async def _set_state(database: Database, set_id: str, state: str, error: BaseException) -> None:
    async with database.transaction() as session:
        found = await find(session, set_id, for_update=True)
        found.state = state
        told = isinstance(error, ApiError)
        found.error = str(error) if told else f"写入时出错（{type(error).__name__}）。"


async def _done(database: Database, set_id: str, written: Written) -> ChangeSet:
    async with database.transaction() as session:
        found = await find(session, set_id, for_update=True)
        found.state = "applied" if written.commit else "exported"
        found.commit, found.applied_at = written.commit, clock.now()
        for file, change in written.changes.items():
            row = ChangedFile(set_id=set_id, file=file, before=change.before, after=change.after)
            await session.merge(row)
        log.info("change_set_written", id=set_id, commit=written.commit, files=len(written.changes))
        return found


def _taken_back(row: ChangedFile) -> Edit:
    def edit(there: str | None) -> str | None:
        if there is None or row.after is None:
            return row.before
        if row.before is None:
            return None if there == row.after else merge(row.after, "", there)
        return merge(row.after, row.before, there)

    return edit


def _check_own(found: ChangeSet, person: Staff) -> None:
    if found.author_id != person.id and person.role not in ("supervisor", "admin"):
        raise Forbidden("这是别人的修改集。", code="not_your_change_set")


def _check_open(found: ChangeSet) -> None:
    since = clock.now() - CUT_OFF
    left = found.state == "applying" and found.commit is None
    if found.state not in repository.OPEN and not (left and (found.applied_at or since) <= since):
        raise Conflict(
            "这个修改集已经写入，不能再改。", code="change_set_closed", state=found.state
        )


def checked_reason(reason: str) -> str:
    """Return a reason on one line.

    Raises:
        Invalid: there is none.
    """
    line = " ".join(reason.split())
    if not line:
        raise Invalid("请写明这次修改的原因。", code="reason_needed")
    return line[:200]


def _message(reason: str, kinds: Mapping[str, int], set_id: str) -> str:
    what = "、".join(f"{KINDS[kind]} {number} 项" for kind, number in sorted(kinds.items()))
    return f"{reason}\n\n训练师工作台：{what}\n\n{TRAILER}: {set_id}\n"


def _signature(person: Staff) -> tuple[str, str]:
    return person.name, f"{person.username}@roamdesk.invalid"
