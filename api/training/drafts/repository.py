"""Queries on drafts and publications, and on what a change of the trees touches."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.models import Conversation
from api.diagnosis.models import Case
from api.people.models import Staff
from api.phrases.models import Phrase
from api.suggestions.models import Suggestion
from api.tickets.models import Ticket
from api.training.drafts.models import Draft, DraftFile, Publication, PublicationFile

OPEN = ("draft", "submitted", "publishing", "rejected")
ENDED = ("resolved", "closed")
"""Tickets whose case nobody works on any more."""


async def draft(session: AsyncSession, draft_id: str, *, for_update: bool = False) -> Draft | None:
    return await session.get(Draft, draft_id, with_for_update=for_update or None)


async def files(session: AsyncSession, draft_id: str) -> list[DraftFile]:
    query = select(DraftFile).where(DraftFile.draft_id == draft_id).order_by(DraftFile.file)
    return list((await session.scalars(query)).all())


async def drafts(
    session: AsyncSession,
    *,
    kind: str | None = None,
    document: str | None = None,
    states: Collection[str] = OPEN,
    limit: int = 200,
) -> Sequence[Draft]:
    """Return drafts, those changed last first."""
    query = select(Draft).where(Draft.state.in_(states)).order_by(Draft.updated_at.desc(), Draft.id)
    if kind is not None:
        query = query.where(Draft.kind == kind)
    if document is not None:
        query = query.where(Draft.document == document)
    return (await session.scalars(query.limit(limit))).all()


async def publishing(session: AsyncSession, since: datetime) -> Draft | None:
    """Return a draft whose publishing began after `since` and has not ended."""
    query = select(Draft).where(Draft.state == "publishing", Draft.decided_at > since)
    return (await session.scalars(query.limit(1))).first()


async def publications(
    session: AsyncSession, *, kind: str | None = None, document: str | None = None, limit: int = 100
) -> Sequence[Publication]:
    """Return publications, the newest first."""
    query = select(Publication).order_by(Publication.id.desc())
    if kind is not None:
        query = query.where(Publication.kind == kind)
    if document is not None:
        query = query.where(Publication.document == document)
    return (await session.scalars(query.limit(limit))).all()


async def publication(session: AsyncSession, publication_id: int) -> Publication | None:
    return await session.get(Publication, publication_id)


async def publication_of(session: AsyncSession, draft_id: str) -> Publication | None:
    query = select(Publication).where(Publication.draft_id == draft_id)
    return (await session.scalars(query)).one_or_none()


async def published_files(session: AsyncSession, publication_id: int) -> Sequence[PublicationFile]:
    query = select(PublicationFile).where(PublicationFile.publication_id == publication_id)
    return (await session.scalars(query.order_by(PublicationFile.file))).all()


async def names(session: AsyncSession, staff: Iterable[str | None]) -> dict[str, str]:
    """Return the names of people by id."""
    ids = {each for each in staff if each is not None}
    rows = await session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _open_cases(revision: str) -> Any:
    return (
        select(
            Case.conversation_id,
            Case.revision,
            Case.opened_at,
            Conversation.node,
            Ticket.number,
            Ticket.status,
        )
        .join(Conversation, Conversation.id == Case.conversation_id)
        .outerjoin(Ticket, Ticket.conversation_id == Case.conversation_id)
        .where(Case.revision != revision)
        .where(or_(Ticket.number.is_(None), Ticket.status.not_in(ENDED)))
    )


async def count_open_cases(session: AsyncSession, revision: str) -> int:
    """Return how many cases that somebody still works on were begun with another revision."""
    query = select(func.count()).select_from(_open_cases(revision).subquery())
    return int((await session.execute(query)).scalar_one())


async def open_cases(
    session: AsyncSession, revision: str, nodes: Collection[str], limit: int
) -> Sequence[Any]:
    """Return these cases, those that stand at one of `nodes` first, then the newest."""
    here = Conversation.node.in_(list(nodes)).is_(True)
    query = _open_cases(revision).order_by(here.desc(), Case.opened_at.desc()).limit(limit)
    rows: Sequence[Any] = (await session.execute(query)).all()
    return rows


async def open_suggestions(
    session: AsyncSession, *, nodes: Collection[str] = (), article: str | None = None, limit: int
) -> tuple[int, Sequence[Suggestion]]:
    """Return suggestions that wait for an agent, made at one of `nodes` or from an article: how
    many, and the newest."""
    made: ColumnElement[bool] = Suggestion.node.in_(list(nodes))
    if article is not None:
        made = and_(Suggestion.source == "knowledge", Suggestion.key == article)
    conditions = (Suggestion.state == "open", made)
    count = await session.scalar(select(func.count(Suggestion.id)).where(*conditions))
    query = select(Suggestion).where(*conditions).order_by(Suggestion.created_at.desc())
    return count or 0, (await session.scalars(query.limit(limit))).all()


async def phrases_at(session: AsyncSession, nodes: Collection[str]) -> Sequence[Phrase]:
    query = select(Phrase).where(Phrase.node.in_(list(nodes))).order_by(Phrase.title)
    return (await session.scalars(query)).all()
