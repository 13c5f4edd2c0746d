"""The news that the process of the staff's pages follows: which topics changed, never what."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.events import EVERYTHING, Broker
from api.interview.endpoints import InternalOnly

router = APIRouter(prefix="/internal", include_in_schema=False, dependencies=[InternalOnly])

BATCH_SECONDS = 0.02
PING_SECONDS = 15.0


@router.get("/news", response_class=EventSourceResponse)
async def news(request: Request) -> AsyncIterator[ServerSentEvent]:
    """Stream `news` events, data `{"topics": [...]}`; the topic `*` stands for all of them."""
    async for event in follow(request.app.state.broker):
        yield event


async def follow(broker: Broker) -> AsyncIterator[ServerSentEvent]:
    """Yield what is published, a batch at a time, and a ping when nothing is."""
    with broker.subscribe_all() as reader:
        # Who comes (again) has missed something; that also says that the line stands.
        yield ServerSentEvent(event="news", data={"topics": [EVERYTHING]})
        while True:
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await reader.wait()
            except TimeoutError:
                yield ServerSentEvent(comment="ping")
                continue
            await asyncio.sleep(BATCH_SECONDS)
            yield ServerSentEvent(event="news", data={"topics": reader.take()})
