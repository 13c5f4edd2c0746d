"""The routes of change sets."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.errors import Conflict
from api.interview.names import CATEGORIES, INTENTS
from api.people.access import Trainer, Transaction
from api.people.models import Staff
from api.training.changes import git, patch, repository, service
from api.training.changes.files import Files
from api.training.changes.models import Change, ChangeSet
from api.training.changes.schemas import (
    Author,
    ChangeOut,
    ChangeSetOut,
    ChangeSetRow,
    Problem,
    ReasonIn,
)

router = APIRouter(prefix="/v1/training/changes", tags=["training"])

STATES = {
    "draft": "草稿",
    "applying": "正在写入",
    "applied": "已写入并提交",
    "exported": "已写入，未提交",
    "failed": "写入失败",
    "reverted": "已撤回",
}


@router.get("")
async def change_sets(
    session: Transaction, person: Trainer, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[ChangeSetRow]:
    """Return change sets, the newest first."""
    rows = await repository.change_sets(session, limit=limit)
    return [_row(found, name, username, n, person) for found, name, username, n in rows]


@router.get("/{set_id}")
async def change_set(set_id: str, request: Request, person: Trainer) -> ChangeSetOut:
    """Return a change set with its proposals and what they do to the files."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await service.find(session, set_id)
        author = await repository.author(session, found)
        changes = await repository.changes(session, set_id)
        written = await repository.files(session, set_id)
    texts = {row.file: git.Change(row.before, row.after) for row in written}
    problem = None
    if not texts and changes:
        try:
            texts = await service.preview(state.files, changes)
        except Conflict as conflict:
            problem = _problem(conflict)
    return ChangeSetOut(
        change_set=_row(found, author.name, author.username, len(changes), person),
        changes=[
            ChangeOut(
                id=change.id,
                kind=change.kind,
                kind_title=service.KINDS.get(change.kind, change.kind),
                file=change.file,
                title=change.title,
                payload=change.payload,
                label_title=_label_title(change),
                message_id=change.message_id,
                created_at=change.created_at,
            )
            for change in changes
        ],
        patch=patch.patch(texts),
        problem=problem,
    )


@router.post("/{set_id}/apply")
async def apply(set_id: str, body: ReasonIn, request: Request, person: Trainer) -> ChangeSetRow:
    """Write a change set into the project's files, as one commit where they are a checkout."""
    database, files = request.app.state.database, request.app.state.files
    reason = service.checked_reason(body.reason)
    found = await service.apply(database, files, set_id, person, reason)
    return await _shown(request, found, person)


@router.post("/{set_id}/revert")
async def revert(set_id: str, body: ReasonIn, request: Request, person: Trainer) -> ChangeSetRow:
    """Take a written change set back, with a commit of its own."""
    database, files = request.app.state.database, request.app.state.files
    reason = service.checked_reason(body.reason)
    found = await service.revert(database, files, set_id, person, reason)
    return await _shown(request, found, person)


@router.delete("/{set_id}/items/{change_id}", status_code=204)
async def take_out(set_id: str, change_id: str, session: Transaction, person: Trainer) -> None:
    """Take a proposal out of a set that is not written yet."""
    await service.take_out(session, change_id, person)


@router.get("/{set_id}/export")
async def export(set_id: str, request: Request, _: Trainer) -> Response:
    """Return a change set as a zip with a patch, to be carried into another checkout."""
    files: Files = request.app.state.files
    async with request.app.state.database.reading() as session:
        packed = await service.export(session, files, set_id)
    headers = {"content-disposition": f'attachment; filename="change-set-{set_id[:8]}.zip"'}
    return Response(packed, media_type="application/zip", headers=headers)


async def _shown(request: Request, found: ChangeSet, person: Staff) -> ChangeSetRow:
    async with request.app.state.database.reading() as session:
        author = await repository.author(session, found)
        changes = await repository.changes(session, found.id)
    return _row(found, author.name, author.username, len(changes), person)


def _row(found: ChangeSet, name: str, username: str, changes: int, person: Staff) -> ChangeSetRow:
    return ChangeSetRow(
        id=found.id,
        author=Author(username=username, name=name),
        reason=found.reason,
        state=found.state,
        state_title=STATES[found.state],
        commit=found.commit,
        error=found.error,
        changes=changes,
        mine=found.author_id == person.id,
        created_at=found.created_at,
        applied_at=found.applied_at,
        reverted_by=found.reverted_by,
    )


def _label_title(change: Change) -> str | None:
    label = change.payload.get("label")
    if not label:
        return None
    category = CATEGORIES.get(label.get("category") or "")
    title = INTENTS.get(label["intent"], label["intent"])
    return f"{title}（{category}）" if category else title


def _problem(conflict: Conflict) -> Problem:
    details: dict[str, Any] = conflict.details
    return Problem(
        code=conflict.code,
        message=conflict.message,
        file=details.get("file"),
        line=details.get("line"),
    )
