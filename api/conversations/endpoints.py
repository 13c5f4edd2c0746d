"""The staff's side of a conversation: the list, the transcript, who speaks, a reply."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.conversations import repository, service
from api.conversations.schemas import (
    ConversationOut,
    ConversationWithMessages,
    MessageForStaff,
    MessageOut,
    Mode,
    ModeIn,
    RejectIn,
    ReplyIn,
    SuggestionOut,
)
from api.conversations.text import clean
from api.people.access import Agent, AnyStaff, Transaction
from api.suggestions import service as suggestions

router = APIRouter(prefix="/v1", tags=["staff"])


@router.get("/conversations")
async def conversations(
    session: Transaction,
    _: AnyStaff,
    mode: Mode | None = None,
    waiting: bool | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[ConversationOut]:
    """Return conversations, those who wait for a person first."""
    rows = await repository.conversations(session, mode=mode, waiting=waiting, limit=limit)
    return [ConversationOut.model_validate(row) for row in rows]


@router.get("/conversations/{conversation_id}")
async def conversation(
    conversation_id: str, session: Transaction, _: AnyStaff
) -> ConversationWithMessages:
    found = await service.find(session, conversation_id)
    rows = await repository.messages(session, conversation_id)
    return ConversationWithMessages(
        **ConversationOut.model_validate(found).model_dump(),
        messages=[MessageForStaff.model_validate(row) for row in rows],
    )


@router.put("/conversations/{conversation_id}/mode")
async def set_mode(
    conversation_id: str, body: ModeIn, request: Request, session: Transaction, person: Agent
) -> ConversationOut:
    broker = request.app.state.broker
    changed = await service.set_mode(session, broker, conversation_id, body.mode, person)
    return ConversationOut.model_validate(changed)


@router.post("/conversations/{conversation_id}/replies", status_code=201)
async def reply(
    conversation_id: str, body: ReplyIn, request: Request, session: Transaction, person: Agent
) -> MessageOut:
    message = await service.reply(
        session,
        request.app.state.broker,
        conversation_id,
        client_id=body.client_id,
        text=clean(body.text),
        person=person,
        suggestion_id=body.suggestion_id,
    )
    return MessageOut.model_validate(message)


@router.get("/conversations/{conversation_id}/suggestions")
async def open_suggestions(
    conversation_id: str, session: Transaction, _: AnyStaff
) -> list[SuggestionOut]:
    await service.find(session, conversation_id)
    rows = await suggestions.open_ones(session, conversation_id)
    return [SuggestionOut.model_validate(row) for row in rows]


@router.post("/suggestions/{suggestion_id}/reject", status_code=204)
async def reject(
    suggestion_id: str, session: Transaction, person: Agent, body: RejectIn | None = None
) -> None:
    reason = body.reason if body else None
    await suggestions.decide(session, suggestion_id, "rejected", by=person.id, reason=reason)
