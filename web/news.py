"""One reader of the API's news for all pages of this process, and the queue they share.

News says only that something is new. The queue is read at most twice a second however many pages
are open, and each page is sent the rows that changed since it was last told.
"""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import structlog

from web.api_client import Api, ApiError

log = structlog.get_logger()

RECONNECT_SECONDS = 1.0
QUEUE_SECONDS = 0.5
QUEUE_REREAD_SECONDS = 20.0
"""Waiting times and clocks move on by themselves."""

Heard = Callable[[str], None]


class News:
    """Topics of the API and whoever listens to them here."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._heard: dict[str, set[Heard]] = defaultdict(set)
        self.queue = Queue()
        self._queue_is_old = asyncio.Event()

    @contextlib.contextmanager
    def listen(self, topic: str, heard: Heard) -> Iterator[None]:
        """Call `heard(topic)` at each publication while inside."""
        self._heard[topic].add(heard)
        try:
            yield
        finally:
            self._heard[topic].discard(heard)
            if not self._heard[topic]:
                del self._heard[topic]

    async def run(self) -> None:
        """Follow the API for as long as the process lives."""
        await asyncio.gather(self._follow(), self._keep_queue())

    async def _follow(self) -> None:
        while True:
            try:
                self._tell_everybody()  # whatever was missed while the line was down
                async for line in self._api.news():
                    for topic in json.loads(line).get("topics", ()):
                        self._tell(str(topic))
            except Exception as error:  # the line is taken up again whatever broke it
                log.info("news_lost", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    def _tell(self, topic: str) -> None:
        if topic == "conversations":
            self._queue_is_old.set()
            return
        if topic == "*":
            self._tell_everybody()
            return
        for heard in list(self._heard.get(topic, ())):
            heard(topic)

    def _tell_everybody(self) -> None:
        self._queue_is_old.set()
        for topic, listeners in list(self._heard.items()):
            if topic != QUEUE and not topic.startswith("typing:"):
                for heard in list(listeners):
                    heard(topic)

    async def _keep_queue(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(QUEUE_REREAD_SECONDS):
                    await self._queue_is_old.wait()
            self._queue_is_old.clear()
            try:
                read = await self._api.internal("/internal/queue")
                if self.queue.take(read):
                    for heard in list(self._heard.get(QUEUE, ())):
                        heard(QUEUE)
            except ApiError as error:
                log.info("queue_not_read", code=error.code)
                self._queue_is_old.set()
            await asyncio.sleep(QUEUE_SECONDS)


QUEUE = "queue"
"""The topic on which pages hear that the queue they share has changed."""


class Queue:
    """The queue as read last, with the version at which each row changed."""

    def __init__(self) -> None:
        self.version = 0
        self.order: list[str] = []
        self.counts: dict[str, int] = {}
        self.rehearsing = False
        """The product's clock was moved: every staff page says so."""
        self._rows: dict[str, dict[str, Any]] = {}
        self._changed_at: dict[str, int] = {}

    def take(self, read: dict[str, Any]) -> bool:
        """Take what was read; tell whether anything is different."""
        rows = {row["id"]: row for row in read["rows"]}
        order = list(rows)
        changed = [key for key, row in rows.items() if self._rows.get(key) != row]
        if not changed and order == self.order:
            return False
        self.version += 1
        self.rehearsing = bool(read.get("rehearsing", False))
        for key in changed:
            self._changed_at[key] = self.version
        for key in self._rows.keys() - rows.keys():
            self._changed_at.pop(key, None)
        self._rows, self.order, self.counts = rows, order, read.get("counts", {})
        return True

    def since(self, version: int) -> dict[str, Any]:
        """Return what a page that knows `version` needs to be up to date."""
        changed = [self._rows[key] for key in self.order if self._changed_at[key] > version]
        return {"order": self.order, "rows": changed, "counts": self.counts}
