"""The API's answer as Rasa utterances: text and buttons, then what is shown beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rasa_sdk.executor import CollectingDispatcher


def utter(
    dispatcher: CollectingDispatcher, answer: Mapping[str, Any], *, with_details: bool
) -> None:
    """One utterance a message; with details a second one follows that carries no text."""
    for message in answer["messages"]:
        asks, choices = message.get("asks"), message.get("choices") or []
        buttons = [
            {"title": choice["label"], "payload": payload(asks, choice["value"])}
            for choice in choices
            if asks
        ]
        if message.get("response"):
            dispatcher.utter_message(response=message["response"], buttons=buttons)
        else:
            dispatcher.utter_message(text=message["text"], buttons=buttons)
        if with_details:
            details = {k: v for k, v in message.items() if k not in ("text", "response")}
            dispatcher.utter_message(json_message={**details, "step": answer.get("step")})


def payload(fact: str, value: str) -> str:
    """A pressed choice as Rasa reads it back: an intent with an entity."""
    return f"/inform{json.dumps({fact: value}, ensure_ascii=False)}"
