"""Following a conversation live. The database is read; a wake-up only says when."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi.sse import ServerSentEvent

from api.attachments import service as attachments
from api.channels.wechat import customers
from api.conversations import service
from api.conversations.schemas import MessageOut
from api.tickets import service as tickets

PING_SECONDS = 15.0
"""Keeps proxies from closing a quiet stream, and finds out that the reader has gone."""


async def follow(state: Any, conversation_id: str, seen: int) -> AsyncIterator[ServerSentEvent]:
    """Yield every message after seq `seen`, then each new one, and the state when it changes."""
    last_state: dict[str, Any] | None = None
    may_go_on_in_wechat = False
    with state.broker.listen(service.topic(conversation_id)) as news:
        while True:
            news.clear()
            async with state.database.reading() as session:
                conversation = await service.find(session, conversation_id)
                fresh = await service.transcript(session, conversation_id, after=seen)
                pictures = (
                    await attachments.of_conversation(session, conversation_id)
                    if conversation.pictures
                    else []
                )
                if state.settings.wechat and (fresh or last_state is None):
                    # What began in WeChat, or was carried there, is there already.
                    there = await customers.of_conversation(session, conversation_id)
                    may_go_on_in_wechat = conversation.channel == "web" and there is None
                thinking = await state.turns.thinking(session, conversation_id)
                ticket = await tickets.of_conversation(session, conversation_id)
                card = (
                    tickets.card(ticket, await tickets.clocks_of(session, ticket))
                    if ticket
                    else None
                )
            for message in fresh:
                seen = message.seq
                shown = MessageOut.model_validate(message).model_dump(mode="json")
                yield ServerSentEvent(event="message", id=str(seen), data=shown)
            now = {
                "mode": conversation.mode,
                "waiting": conversation.waiting,
                "typing": thinking,
                "ticket": card,
                "pictures": [each.model_dump(mode="json") for each in pictures],
                "wechat": may_go_on_in_wechat,
            }
            if now != last_state:
                last_state = now
                yield ServerSentEvent(event="state", data=now)
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await news.wait()
            except TimeoutError:
                yield ServerSentEvent(comment="ping")
