"""How often one caller may do a thing; off for a load test.

The limits guard against a loop gone wild, not against a busy office: a hundred customers
behind one address stay far below them.
"""

import time

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from api.errors import TooMany

CONVERSATIONS_PER_ADDRESS = RateLimitItemPerMinute(600)
MESSAGES_PER_CONVERSATION = RateLimitItemPerMinute(90)
TYPING_PER_CONVERSATION = RateLimitItemPerMinute(60)
CODES_PER_CONVERSATION = RateLimitItemPerMinute(6)
LOGINS_PER_ADDRESS = RateLimitItemPerMinute(30)


class Limits:
    """Counts in this process; `on=False` lets everything pass."""

    def __init__(self, on: bool) -> None:
        self._on = on
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)

    async def conversation(self, request: Request) -> None:
        await self._hit(CONVERSATIONS_PER_ADDRESS, "conversation", _address(request))

    async def message(self, conversation_id: str) -> None:
        await self._hit(MESSAGES_PER_CONVERSATION, "message", conversation_id)

    async def typing(self, conversation_id: str) -> None:
        await self._hit(TYPING_PER_CONVERSATION, "typing", conversation_id)

    async def code(self, conversation_id: str) -> None:
        await self._hit(CODES_PER_CONVERSATION, "code", conversation_id)

    async def login(self, request: Request) -> None:
        await self._hit(LOGINS_PER_ADDRESS, "login", _address(request))

    async def _hit(self, limit: RateLimitItem, *who: str) -> None:
        if not self._on or await self._limiter.hit(limit, *who):
            return
        window = await self._limiter.get_window_stats(limit, *who)
        seconds = max(1, round(window.reset_time - time.time()))
        raise TooMany(
            f"您发得太快了，请 {seconds} 秒后再试。",
            headers={"Retry-After": str(seconds)},
            retry_after_seconds=seconds,
        )


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
