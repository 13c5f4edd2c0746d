"""The customer's routes between the channels."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.channels.join import codes, links
from api.channels.web import Begun, Mine
from api.conversations import service, tokens
from api.conversations.schemas import MessageOut
from api.errors import NotFound
from api.people.access import Transaction
from api.settings import Settings

router = APIRouter(prefix="/v1/conversations", tags=["customer"])


class LinkIn(BaseModel):
    link: Annotated[str, Field(min_length=1, max_length=1_000)]
    """What stands behind `#join=` in the address."""


class CodeOut(BaseModel):
    code: str
    expires_at: datetime


@router.post("/join")
async def join(body: LinkIn, request: Request, session: Transaction) -> Begun:
    """Open the conversation of a signed link; the token is what opens it again."""
    state = request.app.state
    await state.limits.conversation(request)
    conversation_id = links.read(body.link, state.link_key)
    await service.find(session, conversation_id)
    rows = await service.transcript(session, conversation_id)
    return Begun(
        id=conversation_id,
        token=tokens.issue(conversation_id, state.token_key),
        messages=[MessageOut.model_validate(row) for row in rows],
    )


@router.post("/{conversation_id}/code", status_code=201)
async def code(conversation_id: Mine, request: Request, session: Transaction) -> CodeOut:
    """Give a code that carries this conversation into WeChat; one before it is void."""
    settings: Settings = request.app.state.settings
    if not settings.wechat:
        raise NotFound("这里没有接入微信。", code="wechat_not_configured")
    await request.app.state.limits.code(conversation_id)
    await service.find(session, conversation_id)
    made = await codes.issue(session, conversation_id)
    return CodeOut(code=made.code, expires_at=made.expires_at)
