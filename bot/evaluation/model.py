"""The model in use, asked as the product asks it: Rasa's own parse, one message at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.evaluation.scores import Prediction

FALLBACK = "nlu_fallback"
CATEGORY = "complaint_category"
NOT_ABOUT_THE_CASE = frozenset(["out_of_scope", "ask_billing", "complain_service"])
"""The API takes no `service` from these (api/interview/understanding.py)."""


def predictions(archive: Path, texts: Iterable[str]) -> list[Prediction]:
    """What the model makes of each text. Imports Rasa, so call bot.environment.prepare() first."""
    return asyncio.run(_predictions(archive, list(texts)))


async def _predictions(archive: Path, texts: list[str]) -> list[Prediction]:
    from rasa.core.agent import Agent

    agent = Agent.load(model_path=str(archive))
    if agent.processor is None:
        raise FileNotFoundError(f"there is no usable model in {archive}")
    for text in texts[:3]:  # dictionaries and caches are read at the first messages
        await agent.parse_message(text)
    found = []
    for text in texts:
        started = time.perf_counter()
        parsed = await agent.parse_message(text)
        found.append(prediction(parsed, (time.perf_counter() - started) * 1000))
    return found


def prediction(parsed: Mapping[str, Any], milliseconds: float) -> Prediction:
    """The classifier's first choice, also where it was too unsure to be followed."""
    ranking = [one for one in parsed.get("intent_ranking") or [] if one["name"] != FALLBACK]
    first = ranking[0] if ranking else parsed["intent"]
    facts = {entity["entity"]: str(entity["value"]) for entity in parsed.get("entities") or []}
    category = facts.pop(CATEGORY, None)
    if first["name"] in NOT_ABOUT_THE_CASE:
        facts.pop("service", None)
    return Prediction(
        intent=str(first["name"] or FALLBACK),
        confidence=float(first["confidence"]),
        facts=facts,
        category=category,
        milliseconds=milliseconds,
    )
