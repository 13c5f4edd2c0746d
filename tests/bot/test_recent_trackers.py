"""The tracker store forgets what is old, and only that."""

import asyncio

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.recent_trackers import RecentTrackerStore


def _conversation(name: str, turns: int, channel: str) -> DialogueStateTracker:
    events = []
    for turn in range(turns):
        events.append(UserUttered(f"第 {turn} 句", {"name": "inform"}, input_channel=channel))
        events.append(ActionExecuted("action_interview"))
        events.append(ActionExecuted("action_listen"))
    return DialogueStateTracker.from_events(name, events)


def _store(**bounds: int) -> RecentTrackerStore:
    return RecentTrackerStore(Domain.empty(), **bounds)


def test_a_long_conversation_keeps_its_last_events() -> None:
    store = _store(events_each=12)
    asyncio.run(store.save(_conversation("long", 500, "rest")))
    kept = asyncio.run(store.retrieve("long"))
    assert kept is not None
    assert len(kept.events) == 12
    assert kept.latest_message.text == "第 499 句"
    assert kept.latest_action_name == "action_listen"


def test_what_a_trainer_types_in_the_shell_is_kept_whole() -> None:
    store = _store(events_each=12)
    asyncio.run(store.save(_conversation("trainer", 50, "cmdline")))
    kept = asyncio.run(store.retrieve("trainer"))
    assert kept is not None
    assert len(kept.events) == 150


def test_the_least_recently_used_conversation_is_forgotten() -> None:
    store = _store(conversations=2)
    for name in ("a", "b", "a", "c"):
        asyncio.run(store.save(_conversation(name, 1, "rest")))
    assert asyncio.run(store.retrieve("b")) is None
    assert list(asyncio.run(store.keys())) == ["a", "c"]


def test_what_is_retrieved_can_change_without_changing_what_is_kept() -> None:
    store = _store()
    asyncio.run(store.save(_conversation("a", 1, "rest")))
    taken = asyncio.run(store.retrieve("a"))
    assert taken is not None
    taken.update(ActionExecuted("action_listen"))
    again = asyncio.run(store.retrieve("a"))
    assert again is not None
    assert len(again.events) == 3
