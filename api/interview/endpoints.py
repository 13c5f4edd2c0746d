"""What the bot's action asks of us, and the staff's way to state a fact."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, Field

from api.bot_gateway import BotGateway, BotSilent
from api.conversations.text import for_bot
from api.diagnosis.service import Said
from api.errors import Unauthorised, Unavailable
from api.interview import complaints
from api.interview.service import Interview
from api.interview.understanding import LONGEST_VALUE, Intent, Mention, Report, meaning
from api.people.access import Agent, AnyStaff
from api.tickets.endpoints import ticket_view
from api.tickets.schemas import FactIn, TicketOut

router = APIRouter()


class ParseIn(BaseModel):
    text: str = Field(min_length=1, max_length=2_000)


@router.post("/internal/turns", include_in_schema=False)
async def take_turn(
    report: Report, request: Request, x_roamdesk_key: Annotated[str, Header()] = ""
) -> dict[str, Any]:
    """Take what the bot understood of a message; return what it shall say."""
    key: str = request.app.state.internal_key
    if not secrets.compare_digest(x_roamdesk_key.encode(), key.encode()):
        raise Unauthorised("只有机器人可以调用这里。", code="internal_only")
    interview: Interview = request.app.state.interview
    return await interview.take_turn(report)


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
