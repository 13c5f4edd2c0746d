"""The customer's routes: the web widget, and whoever else speaks the contract."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field, model_validator

from api import clock
from api.channels.stream import follow
from api.conversations import service, tokens
from api.conversations.schemas import MessageOut
from api.conversations.service import Incoming
from api.conversations.text import MAX_TEXT, clean
from api.conversations.turn import Turns
from api.database import Database
from api.errors import Invalid, NotFound
from api.events import customer_types
from api.interview.service import Interview
from api.interview.understanding import may_say
from api.interview.wording import choice_text
from api.people.access import Transaction
from api.tickets import service as tickets
from api.tickets.endpoints import customer_view
from api.tickets.schemas import CustomerTicket

router = APIRouter(prefix="/v1/conversations", tags=["customer"])

MAX_WAIT_SECONDS = 30


class NewConversation(BaseModel):
    channel: str = Field(default="web", pattern="^web$")


class Begun(BaseModel):
    id: str
    token: str
    messages: list[MessageOut]


class Chosen(BaseModel):
    fact: str = Field(max_length=32)
    value: str = Field(max_length=64)


class MessageIn(BaseModel):
    """Either words or a pressed choice."""

    client_id: str = Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")
    text: str | None = None
    choice: Chosen | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "MessageIn":
        if (self.text is None) == (self.choice is None):
            raise ValueError("give either text or choice")
        return self


class Sent(BaseModel):
    message: MessageOut
    replies: list[MessageOut] | None = None


class Rating(BaseModel):
    score: int = Field(ge=1, le=5)
    comment: str | None = Field(default=None, max_length=MAX_TEXT)


def bearer(
    conversation_id: str, request: Request, authorization: Annotated[str, Header()] = ""
) -> str:
    """Return the conversation's id once the caller has shown its token."""
    scheme, _, token = authorization.partition(" ")
    key: str = request.app.state.token_key
    tokens.check(token if scheme.lower() == "bearer" else None, conversation_id, key)
    return conversation_id


Mine = Annotated[str, Depends(bearer)]


@router.post("", status_code=201)
async def begin(
    request: Request, session: Transaction, body: NewConversation | None = None
) -> Begun:
    """Open a conversation; the token is what opens it again."""
    await request.app.state.limits.conversation(request)
    interview: Interview = request.app.state.interview
    conversation, messages = service.begin(session, "web", interview.greeting())
    return Begun(
        id=conversation.id,
        token=tokens.issue(conversation.id, request.app.state.token_key),
        messages=[MessageOut.model_validate(message) for message in messages],
    )


@router.post("/{conversation_id}/messages", status_code=202, response_model_exclude_none=False)
async def send(
    conversation_id: Mine,
    body: MessageIn,
    request: Request,
    response: Response,
    wait: Annotated[float | None, Query(ge=0, le=MAX_WAIT_SECONDS)] = None,
) -> Sent:
    """Store a message and let the bot answer; with `wait`, return the answers too.

    The same `client_id` again changes nothing and returns what the first one did.
    """
    state = request.app.state
    incoming = _incoming(body, state.interview)
    await state.limits.message(conversation_id)
    database: Database = state.database
    turns: Turns = state.turns
    received = await service.receive(database, state.broker, conversation_id, incoming)
    message = received.message
    out = MessageOut.model_validate(message)
    turn = turns.running(message.id)
    if received.fresh and message.turn == "queued":
        turn = turns.begin(message)
    if wait is None:
        return Sent(message=out)
    if turn is None:
        async with database.reading() as session:
            replies = list(await service.replies_to(session, message.id))
    else:
        await asyncio.wait([turn], timeout=wait)
        if not turn.done() or turn.cancelled() or turn.exception() is not None:
            return Sent(message=out)
        replies = turn.result()
    response.status_code = 200
    return Sent(message=out, replies=[MessageOut.model_validate(reply) for reply in replies])


@router.post("/{conversation_id}/typing", status_code=204)
async def typing(conversation_id: Mine, request: Request) -> None:
    """Say that the customer is typing now; who watches sees it, and nothing is stored."""
    await request.app.state.limits.typing(conversation_id)
    request.app.state.broker.publish(customer_types(conversation_id))


@router.get("/{conversation_id}/messages")
async def messages(
    conversation_id: Mine,
    session: Transaction,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> list[MessageOut]:
    await service.find(session, conversation_id)
    rows = await service.transcript(session, conversation_id, after=after)
    return [MessageOut.model_validate(row) for row in rows]


@router.get("/{conversation_id}/stream", response_class=EventSourceResponse)
async def stream(
    conversation_id: Mine,
    request: Request,
    last_event_id: Annotated[str, Header()] = "",
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> AsyncIterator[ServerSentEvent]:
    """Follow the conversation: `message` (id = seq) and `state` events."""
    seen = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else after
    async for event in follow(request.app.state, conversation_id, seen):
        yield event


@router.get("/{conversation_id}/ticket")
async def ticket(conversation_id: Mine, request: Request, session: Transaction) -> CustomerTicket:
    found = await tickets.of_conversation(session, conversation_id)
    if found is None:
        raise NotFound("这段对话还没有工单。", code="no_ticket_yet")
    return await customer_view(session, request.app.state.shelf, found)


@router.post("/{conversation_id}/rating")
async def rate(conversation_id: Mine, body: Rating, session: Transaction) -> dict[str, Any]:
    conversation = await service.find(session, conversation_id, for_update=True)
    conversation.score = body.score
    conversation.updated_at = clock.now()
    conversation.comment = clean(body.comment) if body.comment and body.comment.strip() else None
    return {"score": body.score, "comment": conversation.comment}


def _incoming(body: MessageIn, interview: Interview) -> Incoming:
    if body.text is not None:
        return Incoming(body.client_id, clean(body.text))
    assert body.choice is not None
    library = interview.shelf.current
    fact, value = body.choice.fact, body.choice.value
    if not may_say(library, fact, value):
        raise Invalid("这个选项不在可选范围内。", code="choice_not_valid", fact=fact)
    return Incoming(
        body.client_id, choice_text(library, fact, value), {"fact": fact, "value": value}
    )
