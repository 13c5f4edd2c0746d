"""Carries wake-ups between API processes that share a PostgreSQL database (LISTEN/NOTIFY).

Nothing is kept for who is not there: after a lost connection everybody here reads anew once.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import psycopg
import structlog

from api.events import EVERYTHING, Broker, Reader

log = structlog.get_logger()

CHANNEL = "roamdesk"
PAYLOAD_BYTES = 7_900
"""PostgreSQL takes less than 8000."""
PING_SECONDS = 20.0
ANSWER_SECONDS = 5.0
FIRST_SECONDS = 3.0
BACKOFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

Connection = psycopg.AsyncConnection[Any]


class PostgresRelay:
    """Sends what is published here, and wakes the local listeners for what is sent elsewhere.

    One connection listens and another sends: a connection that waits cannot be written to.
    """

    def __init__(self, url: str, broker: Broker) -> None:
        """`url` is libpq's or SQLAlchemy's for psycopg."""
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._broker = broker
        self._me = uuid.uuid4().hex[:12]
        self._unsent = Reader()
        self._listening = asyncio.Event()
        self._sending = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin; return when others hear and are heard, or after a few seconds without that."""
        self._broker.carry_by(lambda topic: self._unsent.tell([topic]))
        self._tasks = [
            asyncio.create_task(self._keep(self._listen)),
            asyncio.create_task(self._keep(self._send)),
        ]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_SECONDS):
                await self._listening.wait()
                await self._sending.wait()

    async def close(self) -> None:
        self._broker.carry_by(None)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, use: Callable[[Connection, Callable[[], None]], Awaitable[None]]) -> None:
        """Use a connection for as long as it lives, then another one."""
        failures = 0

        def works() -> None:
            nonlocal failures
            failures = 0

        while True:
            try:
                async with await self._connect() as connection:
                    await use(connection, works)
            except Exception as error:  # a database that is away comes back
                log.warning("relay_lost", part=use.__name__, error=type(error).__name__)
            await asyncio.sleep(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
            failures += 1

    async def _connect(self) -> Connection:
        return await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            connect_timeout=int(ANSWER_SECONDS),
            application_name="roamdesk-events",
        )

    async def _listen(self, connection: Connection, works: Callable[[], None]) -> None:
        await connection.execute(f"listen {CHANNEL}")
        if self._listening.is_set():
            self._broker.wake([EVERYTHING])
        self._listening.set()
        works()
        while True:
            async with contextlib.aclosing(connection.notifies(timeout=PING_SECONDS)) as notices:
                async for notice in notices:
                    sender, *topics = notice.payload.split("\n")
                    if sender != self._me:
                        self._broker.wake(topics)
            # A line that died without a word is found by what it does not answer.
            await asyncio.wait_for(connection.execute("select 1"), ANSWER_SECONDS)

    async def _send(self, connection: Connection, works: Callable[[], None]) -> None:
        # A wake-up that a crash swallows is no loss: it need not wait for the disk.
        await connection.execute("set synchronous_commit = off")
        self._sending.set()
        while True:
            await self._unsent.wait()
            # Whatever is published in one go, or while one sending runs, goes out together.
            topics = self._unsent.take()
            try:
                for payload in self._payloads(topics):
                    sending = connection.execute("select pg_notify(%s, %s)", (CHANNEL, payload))
                    await asyncio.wait_for(sending, ANSWER_SECONDS)
            except BaseException:
                self._unsent.tell(topics)
                raise
            works()

    def _payloads(self, topics: list[str]) -> Iterator[str]:
        payload = self._me
        for topic in topics:
            longer = f"{payload}\n{topic}"
            if len(longer.encode()) > PAYLOAD_BYTES:
                yield payload
                longer = f"{self._me}\n{topic}"
            payload = longer
        yield payload
