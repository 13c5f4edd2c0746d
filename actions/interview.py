"""The only action: every turn is one question to the API, and its answer is what the bot says."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.api_client import ApiClient
from actions.messages import utter
from actions.understood import turn

logger = logging.getLogger(__name__)

CONSOLE = "cmdline"
NEEDS_API = "utter_needs_api"


class ActionInterview(Action):
    """Holds no rule and no state, makes no second call, and never raises."""

    def __init__(self, client: ApiClient | None = None) -> None:
        self._client = client or ApiClient.from_environment()

    def name(self) -> str:
        """As the domain calls it."""
        return "action_interview"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Rasa would lose the events of an action that raised, so nothing gets out of here."""
        channel = tracker.get_latest_input_channel() or "rest"
        try:
            await self._take_turn(dispatcher, tracker, channel)
        except Exception:
            logger.exception("action_interview failed")
            dispatcher.messages.clear()
            if channel == CONSOLE:
                dispatcher.utter_message(response=NEEDS_API)
        return []

    async def _take_turn(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, channel: str
    ) -> None:
        message = tracker.latest_message or {}
        model = (message.get("metadata") or {}).get("model_id")
        answer = await self._client.turn(turn(tracker.sender_id, channel, message, model))
        if answer is not None:
            utter(dispatcher, answer, with_details=channel != CONSOLE)
        elif channel == CONSOLE:
            dispatcher.utter_message(response=NEEDS_API)
