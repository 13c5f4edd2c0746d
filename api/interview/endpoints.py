"""What the bot's action asks of us, and the staff's ways to state a fact and to hand back."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, Field

from api.bot_gateway import BotGateway, BotSilent
from api.conversations.schemas import ConversationOut, ModeIn
from api.conversations.text import clean, for_bot
from api.diagnosis.service import Said
from api.errors import Unauthorised, Unavailable
from api.interview import complaints
from api.interview.service import Interview
from api.interview.understanding import LONGEST_VALUE, Intent, Mention, Report, meaning
from api.people.access import Agent, AnyStaff
from api.tickets.endpoints import ticket_view
from api.tickets.schemas import FactIn, TicketOut

router = APIRouter()

PRACTICE = "practice-"
"""How the ids of practice talks begin: their turns are not a customer's and are kept elsewhere."""


class ParseIn(BaseModel):
    text: str = Field(min_length=1, max_length=2_000)


def own_process(request: Request, x_roamdesk_key: Annotated[str, Header()] = "") -> None:
    """Let pass only the product's own processes.

    Raises:
        Unauthorised: the caller does not show the internal key.
    """
    key: str = request.app.state.internal_key
    if not secrets.compare_digest(x_roamdesk_key.encode(), key.encode()):
        raise Unauthorised("只有本系统的进程可以调用这里。", code="internal_only")


InternalOnly = Depends(own_process)


@router.post("/internal/turns", include_in_schema=False, dependencies=[InternalOnly])
async def take_turn(report: Report, request: Request) -> dict[str, Any]:
    """Take what the bot understood of a message; return what it shall say."""
    state = request.app.state
    practised = report.conversation_id.startswith(PRACTICE)
    interview: Interview = state.practice.interview if practised else state.interview
    report.model = None if practised else await state.gateway.named(report.model)
    return await interview.take_turn(report)


@router.put("/v1/conversations/{conversation_id}/mode", tags=["staff"])
async def set_mode(
    conversation_id: str, body: ModeIn, request: Request, person: Agent
) -> ConversationOut:
    """Take a conversation over, or hand it back to the bot, which then goes on by itself."""
    interview: Interview = request.app.state.interview
    memo = clean(body.memo) if body.memo and body.memo.strip() else None
    changed = await interview.set_mode(conversation_id, body.mode, person, memo)
    return ConversationOut.model_validate(changed)


@router.post("/v1/tickets/{number}/facts", tags=["staff"])
async def set_fact(number: str, body: FactIn, request: Request, person: Agent) -> TicketOut:
    """State a fact in the name of the operator; the case moves on and the customer is told."""
    interview: Interview = request.app.state.interview
    said = Said(body.fact, body.value, "agent", staff_id=person.id, note=body.note)
    await interview.set_fact_by_staff(number, said, person.username)
    async with interview.database.reading() as session:
        return await ticket_view(session, interview.shelf, number)


@router.post("/v1/parse", tags=["staff"])
async def parse(body: ParseIn, request: Request, _: AnyStaff) -> dict[str, Any]:
    """Say what the bot understands of a text; nothing is stored."""
    gateway: BotGateway = request.app.state.gateway
    text = for_bot(body.text)
    try:
        seen = await gateway.parse(text)
    except BotSilent as silence:
        raise Unavailable("机器人现在没有响应，请稍后再试。", code="bot_silent") from silence
    intent = Intent(name=seen.intent, confidence=seen.confidence)
    mentions = [Mention(fact=f, value=v) for f, v in seen.facts.items() if len(v) <= LONGEST_VALUE]
    report = Report(
        conversation_id="parse",
        text=text,
        intent=intent,
        facts=mentions,
        category=seen.category,
    )
    meant = meaning(report, request.app.state.interview.shelf.current, asks=None, known={})
    return {
        "intent": intent.model_dump(),
        "ranking": seen.ranking,
        "facts": meant.facts,
        "category": meant.category and complaints.settled(meant.category),
        "model": await gateway.model(),
    }
