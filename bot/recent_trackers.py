"""A tracker store in memory with bounds: the last conversations, and of each the last events.

The API keeps every message for ever. Rasa needs only what the next prediction reads, and replays
all of it several times a turn, so a long conversation must not become a slow one.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot import rasa_patches

rasa_patches.apply()


CUSTOMERS = "rest"
"""The channel behind which the API stands."""


class RecentTrackerStore(TrackerStore):
    """Least recently used conversations are forgotten first.

    Only customers' conversations are cut: `rasa shell` and `rasa interactive` keep theirs whole,
    because a story is written from it.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: EventBroker | None = None,
        conversations: int = 2000,
        events_each: int = 12,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("host", None)  # Rasa passes the endpoint's url, which we have none of
        super().__init__(domain, event_broker, **kwargs)
        self._conversations = conversations
        self._events_each = events_each
        self._kept: OrderedDict[str, deque[Event]] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the last events of a conversation."""
        await self.stream_events(tracker)
        is_customer = tracker.get_latest_input_channel() == CUSTOMERS
        kept = deque(tracker.events, maxlen=self._events_each if is_customer else None)
        self._kept[tracker.sender_id] = kept
        self._kept.move_to_end(tracker.sender_id)
        while len(self._kept) > self._conversations:
            self._kept.popitem(last=False)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """A tracker rebuilt from the kept events, or None for a conversation we do not know."""
        events = self._kept.get(sender_id)
        if events is None:
            return None
        return DialogueStateTracker.from_events(
            sender_id, list(events), self.domain.slots, max_event_history=None, domain=self.domain
        )

    async def delete(self, sender_id: str) -> None:
        """Forget a conversation."""
        self._kept.pop(sender_id, None)

    async def keys(self) -> Iterable[str]:
        """Conversations in memory."""
        return list(self._kept)
