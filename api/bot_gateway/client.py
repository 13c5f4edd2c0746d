"""Talking to Rasa: one customer turn, a try-out parse, and whether it is there.

Rasa swallows what goes wrong inside a turn and answers 200 with an empty list, so an empty
answer is tried once more (a turn is idempotent by its message id) and then is a failure.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx2
import structlog

log = structlog.get_logger()

CONNECT_SECONDS = 1.0
PROBE_SECONDS = 1.0

CATEGORY = "complaint_category"
"""The entity by which Rasa hands on the category of a complaint."""


class BotSilent(Exception):
    """The bot gave no usable answer: gone, too slow, or something failed inside it."""


class _ConnectionLost(BotSilent):
    """The connection broke: an idle one the bot had closed, or the bot died."""


@dataclass(frozen=True)
class BotAnswer:
    """One bubble of the bot's."""

    text: str
    asks: str | None = None
    choices: list[dict[str, str]] = field(default_factory=list)
    citations: list[dict[str, str]] = field(default_factory=list)
    ticket: dict[str, Any] | None = None
    trace: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Understanding:
    """What the bot's language side makes of a text; facts by name."""

    intent: str
    confidence: float
    ranking: list[dict[str, Any]]
    facts: dict[str, str]
    category: str | None = None
    """Of a complaint, where the bot tells one."""
    spans: list[dict[str, Any]] = field(default_factory=list)
    """Where in the text each entity stands: start, end, entity, value."""


class BotGateway:
    """A client of one Rasa server; safe to share between tasks."""

    serving: str | None = None
    """The model that Rasa served when it was last looked at."""

    def __init__(self, bot_url: str, actions_url: str, timeout_seconds: float) -> None:
        limits = httpx2.Limits(max_connections=100, max_keepalive_connections=50)
        self._client = httpx2.AsyncClient(
            base_url=bot_url,
            timeout=httpx2.Timeout(timeout_seconds, connect=CONNECT_SECONDS),
            limits=limits,
            trust_env=False,
        )
        self._names: dict[str, str] = {}
        self._actions = httpx2.AsyncClient(
            base_url=actions_url, timeout=PROBE_SECONDS, trust_env=False
        )

    async def turn(
        self,
        conversation_id: str,
        message_id: str,
        text: str,
        choice: dict[str, str] | None = None,
    ) -> list[BotAnswer]:
        """Let the bot answer a message; `choice` is a pressed button, not words.

        Raises:
            BotSilent: there is no answer, also after a second try.
        """
        message = f"/inform{json.dumps({choice['fact']: choice['value']})}" if choice else text
        body = {
            "sender": conversation_id,
            "message": message,
            "metadata": {"message_id": message_id},
        }
        for attempt in (1, 2):
            try:
                answers = _bubbles(await self._post("/webhooks/rest/webhook", body))
            except _ConnectionLost:
                answers = []
            if answers:
                return answers
            log.warning("bot_answered_nothing", message_id=message_id, attempt=attempt)
        raise BotSilent("empty answer")

    async def parse(self, text: str) -> Understanding:
        """Say what the bot understands; nothing is stored anywhere.

        Raises:
            BotSilent: there is no answer.
        """
        parsed = await self._post("/model/parse", {"text": text})
        try:
            intent = parsed["intent"]
            facts = {e["entity"]: str(e["value"]) for e in parsed["entities"]}
            ranking = [
                {"name": r["name"], "confidence": r["confidence"]}
                for r in parsed.get("intent_ranking", [])[:5]
            ]
            category = facts.pop(CATEGORY, None)
            spans = [
                {name: e[name] for name in ("start", "end", "entity", "value")}
                for e in parsed["entities"]
                if "start" in e and "end" in e
            ]
            return Understanding(
                intent["name"], intent["confidence"], ranking, facts, category, spans
            )
        except (KeyError, TypeError) as error:
            raise BotSilent("unreadable parse") from error

    async def model(self) -> str | None:
        """Return the name of the model that Rasa serves, or None while it can't."""
        try:
            response = await self._client.get("/status", timeout=PROBE_SECONDS)
            said = response.json()
            self.serving = str(said["model_file"]).removesuffix(".tar.gz")
            self._names[str(said.get("model_id"))] = self.serving
        except (httpx2.HTTPError, ValueError, KeyError, TypeError):
            return None
        return self.serving

    async def named(self, model_id: str | None) -> str | None:
        """Return the name of the model that Rasa calls `model_id`.

        While models are changed two are at work: a turn says which one it was by this id.
        """
        if model_id is not None and model_id not in self._names:
            await self.model()
        return self._names.get(model_id or "")

    async def actions_answer(self) -> bool:
        try:
            return (await self._actions.get("/health")).status_code == 200
        except httpx2.HTTPError:
            return False

    async def close(self) -> None:
        await self._client.aclose()
        await self._actions.aclose()

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        try:
            response = await self._client.post(path, json=body)
            response.raise_for_status()
            return response.json()
        except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError) as error:
            raise _ConnectionLost(type(error).__name__) from error
        except (httpx2.HTTPError, ValueError) as error:
            raise BotSilent(type(error).__name__) from error


def _bubbles(items: Any) -> list[BotAnswer]:
    """Join Rasa's items: a `custom` item holds what belongs to the text before it."""
    bubbles: list[BotAnswer] = []
    if not isinstance(items, list):
        return bubbles
    for item in items:
        if not isinstance(item, dict):
            continue
        if isinstance(item.get("text"), str):
            bubbles.append(BotAnswer(item["text"]))
        elif isinstance(item.get("custom"), dict) and bubbles:
            bubbles[-1] = _with_custom(bubbles[-1].text, item["custom"])
    return bubbles


def _with_custom(text: str, custom: dict[str, Any]) -> BotAnswer:
    return BotAnswer(
        text,
        asks=custom.get("asks"),
        choices=list(custom.get("choices") or []),
        citations=list(custom.get("citations") or []),
        ticket=custom.get("ticket"),
        trace=dict(custom.get("trace") or {}),
    )
