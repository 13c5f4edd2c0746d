"""Trees, articles and common replies as drafts, for trainers.

Most routes use no transaction of the request: a check takes seconds, and nobody may wait for it.
"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.database import Database
from api.errors import Conflict, NotFound
from api.people.access import Trainer
from api.training.changes import patch
from api.training.changes.git import Change
from api.training.drafts import outline, repository, showing
from api.training.drafts.publishing import Publisher
from api.training.drafts.schemas import (
    DiffOut,
    DocumentOut,
    DocumentRow,
    DraftOut,
    DraftRow,
    Edits,
    ImpactOut,
    Kind,
    NewDraft,
    PublicationOut,
    PublicationRow,
    Publish,
    PutFile,
    PutText,
    Rebase,
    Reject,
    Restore,
    State,
    Submit,
    Walk,
    WalkOut,
)
from api.training.drafts.service import Drafts

router = APIRouter(prefix="/v1/training", tags=["training"])


@router.get("/documents")
async def documents(request: Request, _: Trainer, kind: Kind = "tree") -> list[DocumentRow]:
    drafts = _drafts(request)
    if kind == "tree":
        drafts.warm()
    async with _database(request).reading() as session:
        return await showing.listing(session, drafts, kind)


@router.get("/documents/{kind}/{name}")
async def document(kind: Kind, name: str, request: Request, _: Trainer) -> DocumentOut:
    return await showing.document(_database(request), _drafts(request), kind, name)


@router.post("/trees/walk")
async def walk_live(body: Walk, request: Request, _: Trainer) -> WalkOut:
    """Walk the published trees."""
    drafts = _drafts(request)
    library = drafts.live.shelf.current
    seen = outline.walked(library, body.facts)
    return WalkOut(**seen, diagram=outline.drawing(library, body.facts))


@router.get("/drafts")
async def all_drafts(
    request: Request,
    _: Trainer,
    kind: Kind | None = None,
    document: str | None = None,
    state: Annotated[list[State] | None, Query()] = None,
) -> list[DraftRow]:
    """Drafts that are open (or in the states asked for), those changed last first."""
    async with _database(request).reading() as session:
        found = await repository.drafts(
            session, kind=kind, document=document, states=state or repository.OPEN
        )
        return await showing.rows(session, found)


@router.post("/drafts", status_code=201)
async def begin(body: NewDraft, request: Request, person: Trainer) -> DraftOut:
    drafts = _drafts(request)
    made = await drafts.begin(person, body.kind, body.document, new=body.new)
    return await _shown(request, made.id)


@router.get("/drafts/{draft_id}")
async def draft(draft_id: str, request: Request, _: Trainer) -> DraftOut:
    return await _shown(request, draft_id, fully=True)


@router.put("/drafts/{draft_id}/text")
async def put_text(draft_id: str, body: PutText, request: Request, person: Trainer) -> DraftOut:
    await _drafts(request).put_text(person, draft_id, body.version, body.file, body.text)
    return await _shown(request, draft_id)


@router.post("/drafts/{draft_id}/edits")
async def edit(draft_id: str, body: Edits, request: Request, person: Trainer) -> DraftOut:
    await _drafts(request).edit(person, draft_id, body.version, body.edits)
    return await _shown(request, draft_id)


@router.post("/drafts/{draft_id}/files")
async def add_file(draft_id: str, body: PutFile, request: Request, person: Trainer) -> DraftOut:
    await _drafts(request).add_file(person, draft_id, body.version, body.file)
    return await _shown(request, draft_id)


@router.post("/drafts/{draft_id}/walk")
async def walk(draft_id: str, body: Walk, request: Request, _: Trainer) -> WalkOut:
    """Walk the draft's tree by facts chosen by hand; nothing is stored."""
    opened = await _drafts(request).open(draft_id, fully=False)
    judged = opened.checked.judged
    if judged is None or judged.library is None:
        raise Conflict("这份草稿还走不通，请先改好检查出的问题。", code="not_walkable")
    seen = outline.walked(judged.library, body.facts)
    return WalkOut(**seen, diagram=judged.drawing(None, body.facts))


@router.get("/drafts/{draft_id}/diff")
async def diff(draft_id: str, request: Request, _: Trainer) -> list[DiffOut]:
    return showing.diff(await _drafts(request).open(draft_id, fully=False))


@router.get("/drafts/{draft_id}/impact")
async def impact(draft_id: str, request: Request, _: Trainer) -> ImpactOut:
    drafts = _drafts(request)
    opened = await drafts.open(draft_id, fully=False)
    return await showing.touches(_database(request), drafts, opened)


@router.post("/drafts/{draft_id}/rebase")
async def rebase(draft_id: str, body: Rebase, request: Request, person: Trainer) -> DraftOut:
    await _drafts(request).rebase(person, draft_id, body.version, body.keep)
    return await _shown(request, draft_id)


@router.post("/drafts/{draft_id}/submit")
async def submit(draft_id: str, body: Submit, request: Request, person: Trainer) -> DraftOut:
    await _drafts(request).submit(person, draft_id, body.version, body.reason)
    return await _shown(request, draft_id)


@router.post("/drafts/{draft_id}/recall")
async def recall(draft_id: str, request: Request, person: Trainer) -> DraftOut:
    await _drafts(request).recall(person, draft_id)
    return await _shown(request, draft_id)


@router.post("/drafts/{draft_id}/reject")
async def reject(draft_id: str, body: Reject, request: Request, person: Trainer) -> DraftOut:
    await _drafts(request).reject(person, draft_id, body.reason)
    return await _shown(request, draft_id)


@router.post("/drafts/{draft_id}/publish")
async def publish(
    draft_id: str, body: Publish, request: Request, person: Trainer
) -> PublicationRow:
    publisher: Publisher = request.app.state.publisher
    made = await publisher.publish(person, draft_id, body.version)
    async with _database(request).reading() as session:
        (row,) = await showing.publications(session, [made])
    return row


@router.delete("/drafts/{draft_id}", status_code=204)
async def drop(draft_id: str, request: Request, person: Trainer) -> None:
    await _drafts(request).drop(person, draft_id)


@router.get("/publications")
async def publications(
    request: Request, _: Trainer, kind: Kind | None = None, document: str | None = None
) -> list[PublicationRow]:
    async with _database(request).reading() as session:
        found = await repository.publications(session, kind=kind, document=document)
        return await showing.publications(session, found)


@router.get("/publications/{publication_id}")
async def publication(
    publication_id: int, request: Request, _: Trainer, against: int | None = None
) -> PublicationOut:
    async with _database(request).reading() as session:
        return await showing.publication(session, publication_id, against)


@router.post("/publications/{publication_id}/restore", status_code=201)
async def restore(
    publication_id: int, body: Restore, request: Request, person: Trainer
) -> DraftOut:
    made = await _drafts(request).restore(person, publication_id, before=body.before)
    return await _shown(request, made.id)


@router.get("/publications/{publication_id}/export")
async def export(publication_id: int, request: Request, _: Trainer) -> Response:
    """A zip with the patch and the files, for a project that is no git checkout."""
    async with _database(request).reading() as session:
        found = await repository.publication(session, publication_id)
        if found is None:
            raise NotFound("没有这次发布。", code="publication_not_found")
        (row,) = await showing.publications(session, [found])
        files = await repository.published_files(session, publication_id)
    about: dict[str, Any] = row.model_dump(mode="json")
    changes = {each.file: Change(each.before, each.after) for each in files}
    made = await asyncio.to_thread(patch.archive, about, changes)
    name = f"publication-{publication_id}.zip"
    return Response(
        made,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _shown(request: Request, draft_id: str, *, fully: bool = False) -> DraftOut:
    opened = await _drafts(request).open(draft_id, fully=fully)
    return await showing.draft(_database(request), opened)


def _drafts(request: Request) -> Drafts:
    drafts: Drafts = request.app.state.drafts
    return drafts


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
