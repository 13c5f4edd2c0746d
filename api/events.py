"""Wake-ups between the parts of one process. The database holds what happened;
an event only says that there is something new to read."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Broker:
    """Topics and the listeners that wait on them.

    A listener that is slow misses no news: its flag stays up until it looks.
    """

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)

    def publish(self, topic: str) -> None:
        for flag in self._listeners.get(topic, ()):
            flag.set()

    @contextmanager
    def listen(self, topic: str) -> Iterator[asyncio.Event]:
        """Yield a flag that is raised at each publication; the listener lowers it."""
        flag = asyncio.Event()
        self._listeners[topic].add(flag)
        try:
            yield flag
        finally:
            self._listeners[topic].discard(flag)
            if not self._listeners[topic]:
                del self._listeners[topic]
