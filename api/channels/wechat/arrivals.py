"""What WeChat pushes goes before the turns it begins: each push has five seconds, a turn has not.

When many customers write at once, their turns would take the time that the last ones' receipts
need. So a turn waits until nothing is being received here, but never long.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from api.conversations.models import Message
from api.conversations.turn import Turn, Turns

LONGEST_WAIT_SECONDS = 1.5


class Arrivals:
    """Counts what is being received in this process and begins the turns behind it, in order."""

    def __init__(self, turns: Turns, begun: Callable[[str, Turn], None]) -> None:
        """`begun` is told each turn with the customer's openid."""
        self._turns = turns
        self._begun = begun
        self._receiving = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._waiting: asyncio.Queue[tuple[Message, str, float]] = asyncio.Queue()

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Count one push for as long as it is being taken in."""
        self._receiving += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._receiving -= 1
            if not self._receiving:
                self._quiet.set()

    def answer(self, message: Message, openid: str) -> None:
        """Let the turn of a stored message begin when there is room. A stop before that loses
        nothing: the message is queued in the database."""
        until = asyncio.get_running_loop().time() + LONGEST_WAIT_SECONDS
        self._waiting.put_nowait((message, openid, until))

    async def run(self) -> None:
        """Begin turns until cancelled."""
        while True:
            message, openid, until = await self._waiting.get()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await self._quiet.wait()
            turn = self._turns.running(message.id) or self._turns.begin(message)
            self._begun(openid, turn)
