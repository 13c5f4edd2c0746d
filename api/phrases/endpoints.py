"""The common replies: read by all staff, kept by supervisors and admins."""

from fastapi import APIRouter, Request

from api.decision_tree import Library
from api.errors import Invalid
from api.people.access import AnyStaff, Supervisor, Transaction
from api.phrases import repository, service
from api.phrases.schemas import NewPhrase, PhraseChange, PhraseOut

router = APIRouter(prefix="/v1/phrases", tags=["staff"])


@router.get("")
async def phrases(session: Transaction, _: AnyStaff, active: bool | None = None) -> list[PhraseOut]:
    return [PhraseOut.model_validate(p) for p in await repository.phrases(session, active=active)]


@router.post("", status_code=201)
async def add(
    body: NewPhrase, request: Request, session: Transaction, person: Supervisor
) -> PhraseOut:
    _check_node(request, body.node)
    return PhraseOut.model_validate(service.add(session, body, person.username))


@router.patch("/{phrase_id}")
async def change(
    phrase_id: str, body: PhraseChange, request: Request, session: Transaction, person: Supervisor
) -> PhraseOut:
    _check_node(request, body.node)
    changed = await service.change(session, phrase_id, body, person.username)
    return PhraseOut.model_validate(changed)


@router.delete("/{phrase_id}", status_code=204)
async def remove(phrase_id: str, session: Transaction, _: Supervisor) -> None:
    await service.remove(session, phrase_id)


def _check_node(request: Request, node: str | None) -> None:
    library: Library = request.app.state.shelf.current
    if node is None:
        return
    tree, _, name = node.partition("/")
    if tree not in library.trees or name not in library.trees[tree].nodes:
        raise Invalid("诊断树里没有这一步。", code="node_not_found", node=node)
