"""Every statement on training runs."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from api.training.runs.models import TrainingRun


async def find(
    session: AsyncSession, run_id: str, *, for_update: bool = False
) -> TrainingRun | None:
    asked = select(TrainingRun).where(TrainingRun.id == run_id)
    return await session.scalar(asked.with_for_update() if for_update else asked)


async def in_state(session: AsyncSession, state: str) -> Sequence[TrainingRun]:
    """Return the runs in a state, the oldest first."""
    asked = select(TrainingRun).where(TrainingRun.state == state).order_by(TrainingRun.created_at)
    return (await session.scalars(asked)).all()


async def latest(session: AsyncSession, limit: int) -> Sequence[TrainingRun]:
    """Return runs without what is long in them, the newest first."""
    long = (TrainingRun.details, TrainingRun.log)
    asked = (
        select(TrainingRun)
        .options(*(defer(column, raiseload=True) for column in long))
        .order_by(TrainingRun.created_at.desc())
        .limit(limit)
    )
    return (await session.scalars(asked)).all()


async def of_candidate(session: AsyncSession, model: str) -> TrainingRun | None:
    """Return the last run whose candidate was put to use or refused."""
    asked = (
        select(TrainingRun)
        .where(TrainingRun.candidate == model, TrainingRun.decision.is_not(None))
        .order_by(TrainingRun.decided_at.desc())
        .limit(1)
    )
    return await session.scalar(asked)
