"""Wake-ups between the parts of the product. The database holds what happened; an event only
says that there is something new to read. This is the part inside one process."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

EVERYTHING = "*"
"""Stands for all topics: something was missed, so whoever listens reads anew."""
QUEUE = "conversations"
"""Published with every conversation's own topic: the staff's queue has changed."""

CLAIMS = "claims"
"""Published when a person takes a conversation or lets it go."""

MOST_UNREAD = 1_000
"""Topics kept for a reader who does not come; beyond that it is told to read everything."""

_CONVERSATION = "conversation:"


def conversation(conversation_id: str) -> str:
    """Return the topic of what is new in a conversation."""
    return f"{_CONVERSATION}{conversation_id}"


def customer_types(conversation_id: str) -> str:
    """Return the topic of a customer who is typing now."""
    return f"typing:{conversation_id}"


class Reader:
    """Collects the names of published topics, each once, until they are taken."""

    def __init__(self) -> None:
        self._unread: dict[str, None] = {}
        self._any = asyncio.Event()

    def tell(self, topics: Iterable[str]) -> None:
        self._unread.update(dict.fromkeys(topics))
        if EVERYTHING in self._unread or len(self._unread) > MOST_UNREAD:
            self._unread = {EVERYTHING: None}
        self._any.set()

    async def wait(self) -> None:
        """Return once there is something to take."""
        await self._any.wait()

    def take(self) -> list[str]:
        """Return the topics published since the last time, or `[EVERYTHING]`."""
        taken, self._unread = list(self._unread), {}
        self._any.clear()
        return taken


class Broker:
    """Topics and the listeners that wait on them.

    A listener that is slow misses no news: its flag stays up until it looks.
    """

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._readers: set[Reader] = set()
        self._carry: Callable[[str], None] | None = None

    def carry_by(self, carry: Callable[[str], None] | None) -> None:
        """Hand every topic published here to `carry` as well: it tells the other processes."""
        self._carry = carry

    def publish(self, topic: str) -> None:
        self.wake([topic])
        if self._carry is not None:
            self._carry(topic)

    def wake(self, topics: Iterable[str]) -> None:
        """Tell the listeners of this process only."""
        named = list(topics)
        if EVERYTHING in named:
            named = [EVERYTHING]
            flags = [flag for flags in self._listeners.values() for flag in flags]
        else:
            if any(topic.startswith(_CONVERSATION) for topic in named):
                named.append(QUEUE)
            flags = [flag for topic in named for flag in self._listeners.get(topic, ())]
        for flag in flags:
            flag.set()
        for reader in self._readers:
            reader.tell(named)

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

    @contextmanager
    def subscribe_all(self) -> Iterator[Reader]:
        """Yield a reader of the names of all topics, for who passes them on."""
        reader = Reader()
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)
