"""What an agent may say next, and for supervisors how that fares."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.assist.figures import figures
from api.assist.reasons import SOURCES, reason
from api.assist.schemas import Figures, SuggestionOut
from api.assist.service import Assist
from api.people.access import AnyStaff, Supervisor, Transaction

router = APIRouter(prefix="/v1", tags=["staff"])


@router.get("/conversations/{conversation_id}/suggestions")
async def suggestions(conversation_id: str, request: Request, _: AnyStaff) -> list[SuggestionOut]:
    """Return what may be sent now, best first, at most eight; made when it is missing."""
    return await offered(request.app.state.assist, conversation_id)


async def offered(
    assist: Assist, conversation_id: str, *, make: bool = True
) -> list[SuggestionOut]:
    """Return the suggestions with their reasons (`Assist.show`)."""
    shown = await assist.show(conversation_id, make=make)
    return [
        SuggestionOut(
            id=row.id,
            text=row.text,
            source=row.source,
            source_title=SOURCES[row.source],
            score=row.score,
            citations=row.citations,
            asks=row.asks,
            choices=row.choices,
            key=row.key,
            node=row.node,
            reason=reason(row, shown, assist.knowledge),
        )
        for row in shown.suggestions
    ]


@router.get("/suggestions/figures")
async def suggestion_figures(
    request: Request,
    session: Transaction,
    _: Supervisor,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
) -> Figures:
    """Return how suggestions fared in the last days, by source and by step of the tree."""
    return await figures(session, request.app.state.shelf.current, days)
