"""Queries on cases and their facts."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.diagnosis.models import Case, CaseFact


async def case_of(session: AsyncSession, conversation_id: str) -> Case | None:
    return await session.scalar(select(Case).where(Case.conversation_id == conversation_id))


async def facts(session: AsyncSession, case_id: str) -> Sequence[CaseFact]:
    """Return every statement ever made in the case, oldest first."""
    return (
        await session.scalars(
            select(CaseFact).where(CaseFact.case_id == case_id).order_by(CaseFact.id)
        )
    ).all()
