"""The staff's side of a conversation: the list, the transcript, a reply, holding on to it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api import privacy
from api.conversations import claims, repository, service
from api.conversations.models import Conversation, Message
from api.conversations.schemas import (
    ConversationOut,
    ConversationWithMessages,
    MessageForStaff,
    MessageOut,
    Mode,
    RejectIn,
    ReplyIn,
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
    return [_masked(row) for row in rows]


@router.get("/conversations/{conversation_id}")
async def conversation(
    conversation_id: str, request: Request, person: AnyStaff
) -> ConversationWithMessages:
    """Return a transcript, personal data masked; that it was opened is audited."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await service.find(session, conversation_id)
        rows = await repository.messages(session, conversation_id)
    await state.looks.note(person.username, conversation_id)
    return ConversationWithMessages(
        **_masked(found).model_dump(), messages=[_masked_message(row) for row in rows]
    )


@router.post("/conversations/hold", status_code=204)
async def hold(session: Transaction, person: Agent) -> None:
    """Say that this person's console is still there: all their claims are renewed."""
    await claims.hold(session, person)


@router.post("/conversations/{conversation_id}/replies", status_code=201)
async def reply(
    conversation_id: str, body: ReplyIn, request: Request, session: Transaction, person: Agent
) -> MessageOut:
    message = await claims.reply(
        session,
        request.app.state.broker,
        conversation_id,
        client_id=body.client_id,
        text=clean(body.text),
        person=person,
        suggestion_id=body.suggestion_id,
        reaches=request.app.state.reaches,
    )
    return MessageOut.model_validate(message)


@router.post("/suggestions/{suggestion_id}/reject", status_code=204)
async def reject(
    suggestion_id: str, session: Transaction, person: Agent, body: RejectIn | None = None
) -> None:
    reason = body.reason if body else None
    await suggestions.decide(session, suggestion_id, "rejected", by=person.id, reason=reason)


def _masked(found: Conversation) -> ConversationOut:
    out = ConversationOut.model_validate(found)
    return out.model_copy(update={"memo": out.memo and privacy.mask(out.memo)})


def _masked_message(row: Message) -> MessageForStaff:
    out = MessageForStaff.model_validate(row)
    trace = out.trace
    if trace is not None and trace.get("facts"):
        facts = {fact: privacy.mask_number(fact, value) for fact, value in trace["facts"].items()}
        trace = {**trace, "facts": facts}
    return out.model_copy(update={"text": privacy.mask(out.text), "trace": trace})
