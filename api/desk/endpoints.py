"""The routes of the agents' desk."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.assist import endpoints as assist
from api.conversations.schemas import Mode
from api.desk import back_office, cockpit, overview, queue, reveal, wechat
from api.desk.schemas import (
    BackOfficeRow,
    Cockpit,
    Overview,
    QueueNews,
    QueueOut,
    Revealed,
    RevealIn,
)
from api.interview.endpoints import InternalOnly
from api.people.access import Agent, AnyStaff, Supervisor, Transaction

router = APIRouter()

MOST_ASKED = 100
"""Rows that are asked for by name; an address has to end somewhere."""

Seq = Annotated[int | None, Query(ge=0, le=2**31 - 1)]


@router.get("/internal/queue", include_in_schema=False, dependencies=[InternalOnly])
async def shared_queue(
    request: Request,
    session: Transaction,
    of: Annotated[list[str] | None, Query(max_length=MOST_ASKED)] = None,
) -> QueueNews:
    """Return the queue once for all open consoles; of its rows only some, where `of` names them."""
    return await queue.read_news(session, request.app.state.shelf.current, of)


@router.get("/v1/desk/queue", tags=["desk"])
async def staff_queue(
    request: Request,
    session: Transaction,
    person: AnyStaff,
    mode: Mode | None = None,
    waiting: bool | None = None,
    mine: bool = False,
    channel: Annotated[str | None, Query(max_length=16)] = None,
    country: Annotated[str | None, Query(max_length=2)] = None,
) -> QueueOut:
    """Return the conversations of the last 7 days and all open ones, at most 300; the counts
    are of all whatever is filtered."""
    return await queue.read(
        session,
        request.app.state.shelf.current,
        mode=mode,
        waiting=waiting,
        holder=person.id if mine else None,
        channel=channel,
        country=country,
    )


@router.get("/v1/desk/conversations/{conversation_id}", tags=["desk"])
async def conversation(
    conversation_id: str,
    request: Request,
    person: AnyStaff,
    after: Seq = None,
    before: Seq = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Cockpit:
    """Return a conversation with its case, ticket and suggestions; that it was opened is audited.

    In mode `auto` the suggestions are those that somebody asked for; nothing is made anew.
    `after` gives all newer messages, else the latest `limit`, or those before `before`.
    """
    state = request.app.state
    async with state.cockpits:
        async with state.database.reading() as session:
            seen = await cockpit.read(
                session,
                state.shelf,
                conversation_id,
                cockpit.Page(after, before, limit),
                thinking=await state.turns.thinking(session, conversation_id),
            )
            if state.wechat is not None:
                await wechat.add(session, state.wechat.rules, seen)
        number = seen.ticket.number if seen.ticket else None
        await state.looks.note(person.username, conversation_id, number)
        # While the bot speaks nobody can send them: they are made for who asks for them alone.
        held = seen.conversation.mode != "auto"
        return Cockpit(
            conversation=seen.conversation,
            messages=seen.messages,
            has_older=seen.has_older,
            case=seen.case,
            ticket=seen.ticket,
            suggestions=await assist.offered(state.assist, conversation_id, make=held),
            summary=seen.summary,
        )


@router.post("/v1/desk/conversations/{conversation_id}/reveal", tags=["desk"])
async def reveal_personal(
    conversation_id: str, body: RevealIn, request: Request, session: Transaction, person: Agent
) -> Revealed:
    """Return personal data unmasked; who saw what and why is recorded."""
    return await reveal.reveal(
        session, request.app.state.shelf, conversation_id, body.fields, body.reason, person
    )


@router.get("/v1/desk/back-office", tags=["desk"])
async def waiting_for_back_office(
    request: Request, session: Transaction, _: AnyStaff
) -> list[BackOfficeRow]:
    """Return what waits for an answer of a system's people, and who has still to be told."""
    return await back_office.read(session, request.app.state.shelf)


@router.get("/v1/desk/overview", tags=["desk"])
async def supervision(request: Request, session: Transaction, _: Supervisor) -> Overview:
    """Return who handles what, waiting times and how suggestions fare."""
    return await overview.read(session, request.app.state.shelf.current)
