"""Queries on cases and their facts."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.diagnosis.models import Case, CaseFact


async def case_with_facts(
    session: AsyncSession, conversation_id: str
) -> tuple[Case, list[CaseFact]] | None:
    """Return the conversation's case and every statement made in it, oldest first."""
    rows = (
        await session.execute(
            select(Case, CaseFact)
            .outerjoin(CaseFact, CaseFact.case_id == Case.id)
            .where(Case.conversation_id == conversation_id)
            .order_by(CaseFact.id)
        )
    ).all()
    if not rows:
        return None
    return rows[0][0], [fact for _, fact in rows if fact is not None]


async def cases_with_facts(
    session: AsyncSession, conversation_ids: Collection[str]
) -> list[tuple[Case, CaseFact | None]]:
    """Return the conversations' cases, each with every statement made in it, oldest first."""
    rows = await session.execute(
        select(Case, CaseFact)
        .outerjoin(CaseFact, CaseFact.case_id == Case.id)
        .where(Case.conversation_id.in_(conversation_ids))
        .order_by(CaseFact.id)
    )
    return [(row[0], row[1]) for row in rows.all()]
