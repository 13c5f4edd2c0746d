"""Reading the audit."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from api.audit import repository
from api.people.access import Supervisor, Transaction

router = APIRouter(prefix="/v1/audit", tags=["staff"])

Key = Annotated[str | None, Query(max_length=64)]


class EntryOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    at: datetime
    username: str
    action: Literal["viewed", "revealed", "changed"]
    conversation_id: str | None
    ticket_number: str | None
    fields: list[str]
    reason: str | None


@router.get("")
async def audit(
    session: Transaction,
    _: Supervisor,
    ticket: Key = None,
    conversation: Key = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> list[EntryOut]:
    """Return who saw, revealed and changed what, the newest first."""
    rows = await repository.entries(session, ticket=ticket, conversation=conversation, limit=limit)
    return [EntryOut.model_validate(row) for row in rows]
