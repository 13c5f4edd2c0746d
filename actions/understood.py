"""The request to the API, made from Rasa's tracker: pure, nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CATEGORY, PLACE = "complaint_category", "ambiguous_place"
NOT_FACTS = frozenset({"number", "ordinal", "correction", CATEGORY, PLACE})
NORMALISED = "normalised_text"
FALLBACK = "nlu_fallback"
RANKING_LENGTH = 3


def turn(
    conversation_id: str, channel: str, message: Mapping[str, Any], model: str | None
) -> dict[str, Any]:
    """The body of POST /internal/turns for the tracker's latest message."""
    entities = message.get("entities") or []
    metadata = message.get("metadata") or {}
    text = message.get("text") or ""
    normalised = message.get(NORMALISED)
    return {
        "conversation_id": conversation_id,
        "message_id": metadata.get("message_id"),
        "channel": channel,
        "text": text,
        # An emoji alone is normalised to nothing, and that is told too.
        "normalised": text if normalised is None else normalised,
        "intent": _intent(message.get("intent") or {}),
        "ranking": [
            _intent(one)
            for one in message.get("intent_ranking") or []
            if one.get("name") not in (FALLBACK, None)
        ][:RANKING_LENGTH],
        "facts": [_fact(text, one) for one in entities if one["entity"] not in NOT_FACTS],
        "numbers": _numbers(text, entities),
        "ordinal": next((int(e["value"]) for e in entities if e["entity"] == "ordinal"), None),
        "correction": any(e["entity"] == "correction" for e in entities),
        "category": next((str(e["value"]) for e in entities if e["entity"] == CATEGORY), None),
        "ambiguous_place": next(
            (_place(text, one) for one in entities if one["entity"] == PLACE), None
        ),
        "model": model,
    }


def _intent(intent: Mapping[str, Any]) -> dict[str, Any]:
    confidence = intent.get("confidence")
    return {"name": intent.get("name"), "confidence": float(confidence or 0.0)}


def _place(text: str, entity: Mapping[str, Any]) -> dict[str, str]:
    """A name that is in several countries: their codes, and the name as it was typed."""
    fact = _fact(text, entity)
    return {"value": fact["value"], "text": fact["text"]}


def _fact(text: str, entity: Mapping[str, Any]) -> dict[str, Any]:
    start, end = entity.get("start"), entity.get("end")
    if text.startswith("/") or start is None or end is None:  # a pressed choice has no place
        return {"fact": entity["entity"], "value": str(entity["value"]), "text": "",
                "start": None, "end": None}  # fmt: skip
    return {
        "fact": entity["entity"],
        "value": str(entity["value"]),
        "text": text[start:end],
        "start": start,
        "end": end,
    }


def _numbers(text: str, entities: list[Mapping[str, Any]]) -> list[str]:
    """Digits no fact has claimed. A bare 2 may be a choice's place or a number: both go on."""
    bare = text.strip()
    return [
        str(e["value"])
        for e in entities
        if e["entity"] == "number"
        or (e["entity"] == "ordinal" and bare == text[e["start"] : e["end"]] and bare[:1].isdigit())
    ]
