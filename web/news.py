"""One reader of the API's news for all pages of this process, and the queue they share.

News says only that something is new. The queue is read at most twice a second however many pages
are open, of it only the rows that there was news of, and not at all while nobody looks. Each page
is sent the rows that changed since it was last told.
"""

import asyncio
import contextlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import takewhile
from typing import Any

import structlog

from web.api_client import Api, ApiError

log = structlog.get_logger()

RECONNECT_SECONDS = 1.0
QUEUE_SECONDS = 0.5
QUEUE_REREAD_SECONDS = 20.0
"""The whole queue is read again: clocks run out by themselves, and conversations grow old."""
MOST_ROWS = 100
"""Rows that the API gives by name; if more have changed, all of them are read."""
ORDERS_KEPT = 20
CONVERSATION = "conversation:"

Heard = Callable[[str], None]


class News:
    """Topics of the API and whoever listens to them here."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._heard: dict[str, set[Heard]] = defaultdict(set)
        self.queue = Queue()
        self._queue_is_old = asyncio.Event()
        self._whole = True
        """The whole queue is to be read; else only the rows that changed."""
        self._changed: set[str] = set()

    @contextlib.contextmanager
    def listen(self, topic: str, heard: Heard) -> Iterator[None]:
        """Call `heard(topic)` at each publication while inside."""
        if topic == QUEUE and QUEUE not in self._heard:
            self._whole = True  # nobody has looked for a while
            self._queue_is_old.set()
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
        if topic.startswith(CONVERSATION):
            self._changed.add(topic.removeprefix(CONVERSATION))
        for heard in list(self._heard.get(topic, ())):
            heard(topic)

    def _tell_everybody(self) -> None:
        self._whole = True
        self._queue_is_old.set()
        for topic, listeners in list(self._heard.items()):
            if topic != QUEUE and not topic.startswith("typing:"):
                for heard in list(listeners):
                    heard(topic)

    async def _keep_queue(self) -> None:
        loop = asyncio.get_running_loop()
        whole_at = 0.0
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(QUEUE_REREAD_SECONDS):
                    await self._queue_is_old.wait()
            self._queue_is_old.clear()
            if QUEUE not in self._heard:
                self._whole = True
                self._changed.clear()
                continue
            self._whole |= loop.time() - whole_at >= QUEUE_REREAD_SECONDS
            if self._whole:
                whole_at = loop.time()
            await self._read_queue()
            await asyncio.sleep(QUEUE_SECONDS)

    async def _read_queue(self) -> None:
        changed, self._changed = self._changed, set()
        whole = self._whole or not changed or len(changed) > MOST_ROWS
        self._whole = False
        try:
            of = None if whole else sorted(changed)
            read = await self._api.internal("/internal/queue", of=of)
        except ApiError as error:
            log.info("queue_not_read", code=error.code)
            self._whole = True
            self._queue_is_old.set()
            return
        if not self.queue.holds(read["order"], read["rows"]):
            self._whole = True  # a row came by whose news did not
            self._queue_is_old.set()
        if self.queue.take(read):
            for heard in list(self._heard.get(QUEUE, ())):
                heard(QUEUE)


QUEUE = "queue"
"""The topic on which pages hear that the queue they share has changed."""


class Queue:
    """The queue as read last, with the version at which each row changed."""

    def __init__(self) -> None:
        self.version = 0
        self.order: list[str] = []
        self.rehearsing = False
        """The product's clock was moved: every staff page says so."""
        self._ahead = 0.0
        """Seconds of the product's clock before this machine's."""
        self._rows: dict[str, dict[str, Any]] = {}
        self._changed_at: dict[str, int] = {}
        self._orders: dict[int, list[str]] = {}
        """The order at the last versions: of a new one most is as it was."""

    def holds(self, order: list[str], rows: list[dict[str, Any]]) -> bool:
        """Tell whether every row of `order` is known or among `rows`."""
        return self._rows.keys() | {row["id"] for row in rows} >= set(order)

    def take(self, read: dict[str, Any]) -> bool:
        """Take the order and the rows that were read; tell whether anything is different."""
        self._ahead = datetime.fromisoformat(read["now"]).timestamp() - time.time()
        known = self._rows | {row["id"]: row for row in read["rows"]}
        rows = {key: known[key] for key in read["order"] if key in known}
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
        self._rows, self.order = rows, order
        self._orders[self.version] = order
        self._orders.pop(self.version - ORDERS_KEPT, None)
        return True

    def since(self, version: int) -> dict[str, Any]:
        """Return what a page that knows `version` needs to be up to date.

        The order is `head` and then the last `tail` of the order that the page has.
        """
        tail = _common_end(self._orders.get(version, []), self.order)
        return {
            "head": self.order[: len(self.order) - tail],
            "tail": tail,
            "rows": [self._rows[key] for key in self.order if self._changed_at[key] > version],
            "now": round((time.time() + self._ahead) * 1000),
        }


def _common_end(one: list[str], other: list[str]) -> int:
    """Return how many of the last entries are the same."""
    same = takewhile(
        lambda pair: pair[0] == pair[1], zip(reversed(one), reversed(other), strict=False)
    )
    return sum(1 for _ in same)
