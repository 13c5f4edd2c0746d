"""The practice routes: begin a talk with two bots, say something to both, end it."""

from fastapi import APIRouter, Request

from api.errors import Conflict
from api.people.access import Trainer, Transaction
from api.training.practice.schemas import Begin, Heard, PracticeOut, Words
from api.training.practice.service import Practice
from api.training.runs import repository as runs

router = APIRouter(prefix="/v1/training/practice", tags=["training"])

LOOKED_AT = 20


def _practice(request: Request) -> Practice:
    practice: Practice = request.app.state.practice
    return practice


@router.post("", status_code=202)
async def begin(
    request: Request, session: Transaction, person: Trainer, body: Begin | None = None
) -> PracticeOut:
    """Begin to talk to a candidate beside the model in use; the candidate starts meanwhile."""
    model = body.model if body else None
    if model is None:
        in_use = request.app.state.trainings.runner.workshop.in_use()
        found = (run.candidate for run in await runs.latest(session, LOOKED_AT))
        model = next((name for name in found if name and name != in_use), None)
    if model is None:
        raise Conflict("还没有候选模型，请先训练一次。", code="no_candidate")
    return await _practice(request).begin(model, person)


@router.get("/{talk_id}")
async def look(talk_id: str, request: Request, person: Trainer) -> PracticeOut:
    return _practice(request).look(talk_id, person)


@router.post("/{talk_id}/messages")
async def say(talk_id: str, body: Words, request: Request, person: Trainer) -> Heard:
    """Say the same to both bots; nothing of it is kept."""
    return await _practice(request).say(talk_id, person, body)


@router.delete("/{talk_id}", status_code=204)
async def end(talk_id: str, request: Request, person: Trainer) -> None:
    await _practice(request).end(talk_id, person)
