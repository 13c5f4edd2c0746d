"""Training runs and models: trainers promote what lost nothing, supervisors by a reason more."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.people.access import Trainer, Transaction
from api.training.runs import repository, service
from api.training.runs.schemas import (
    GivenReason,
    ModelsOut,
    Promoted,
    Reason,
    RunOut,
    RunRow,
    Started,
)
from api.training.runs.service import Trainings

router = APIRouter(prefix="/v1/training", tags=["training"])


def _trainings(request: Request) -> Trainings:
    trainings: Trainings = request.app.state.trainings
    return trainings


@router.post("/runs", status_code=202)
async def order(request: Request, person: Trainer) -> Started:
    """Train what is in data/ and compare it with the model in use, in the background."""
    return Started(id=await _trainings(request).order(person))


@router.get("/runs")
async def runs(
    session: Transaction, _: Trainer, limit: Annotated[int, Query(ge=1, le=100)] = 30
) -> list[RunRow]:
    return [RunRow.model_validate(run) for run in await repository.latest(session, limit)]


@router.get("/runs/{run_id}")
async def run(run_id: str, session: Transaction, _: Trainer) -> RunOut:
    return RunOut.model_validate(await service.run(session, run_id))


@router.post("/runs/{run_id}/cancel", status_code=204)
async def cancel(run_id: str, request: Request, person: Trainer) -> None:
    await _trainings(request).cancel(run_id, person)


@router.post("/runs/{run_id}/promote")
async def promote(
    run_id: str, request: Request, person: Trainer, body: Reason | None = None
) -> Promoted:
    """Put the candidate to use; 409 `worse_model` unless a supervisor gives a reason."""
    reason = body.reason if body else ""
    return await _trainings(request).promote(run_id, person, reason)


@router.post("/runs/{run_id}/refuse", status_code=204)
async def refuse(run_id: str, body: GivenReason, request: Request, person: Trainer) -> None:
    """Keep the candidate from being served, by the next start of the product too."""
    await _trainings(request).refuse(run_id, person, body.reason)


@router.get("/models")
async def models(request: Request, _: Trainer) -> ModelsOut:
    return await _trainings(request).models()


@router.post("/models/rollback")
async def roll_back(request: Request, person: Trainer, body: Reason | None = None) -> Promoted:
    """Go back to the model that was in use before."""
    return await _trainings(request).roll_back(person, body.reason if body else "")
