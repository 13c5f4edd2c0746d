"""A bot at the gateway's seam: it understands what a test taught it, and can be unwell."""

import asyncio
import json
import re
import unicodedata
from dataclasses import dataclass, field

from api.bot_gateway import BotAnswer, BotSilent, Understanding
from api.conversations.text import for_bot
from api.interview.understanding import AmbiguousPlace, Intent, Mention, Report

RESPONSES = {"utter_greet": "您好。", "utter_thank": "不客气。", "utter_glad": "好的。"}


@dataclass
class Understood:
    intent: str
    facts: dict[str, str] = field(default_factory=dict)
    correction: bool = False
    ordinal: int | None = None
    confidence: float = 0.99
    ranking: list[tuple[str, float]] = field(default_factory=list)
    category: str | None = None
    place: tuple[str, str] | None = None
    """An ambiguous place: its name and the codes it may mean."""


def normalised(text: str) -> str:
    """Nearly what the bot's normaliser makes of a text; traditional characters stay."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LNPZ").strip()


class FakeBot:
    """Understands `lessons` (text to meaning); hands its report to the app as the action does."""

    serving = "fake"

    def __init__(self) -> None:
        self.app = None
        self.lessons: dict[str, Understood] = {}
        self.silent = False
        self.pause: asyncio.Event | None = None
        self.turns: list[str] = []

    def learn(self, text: str, intent: str, **facts: str) -> str:
        self.lessons[for_bot(text)] = Understood(intent, facts)
        return text

    def teach(self, text: str, intent: str, **more) -> str:
        """Like `learn`, for what is not a fact: ranking, category, place, ordinal, …"""
        self.lessons[for_bot(text)] = Understood(intent, **more)
        return text

    async def turn(self, conversation_id, message_id, text, choice=None):
        self.turns.append(message_id)
        if self.pause is not None:
            await self.pause.wait()
        if self.silent:
            raise BotSilent("told to be")
        seen = self.lessons.get(text, Understood("nlu_fallback"))
        if choice:
            seen = Understood("inform", {choice["fact"]: choice["value"]})
            text = f"/inform{json.dumps({choice['fact']: choice['value']})}"
        place = seen.place and AmbiguousPlace(text=seen.place[0], value=seen.place[1])
        report = Report(
            conversation_id=conversation_id,
            message_id=message_id,
            text=text,
            normalised=normalised(text),
            intent=Intent(name=seen.intent, confidence=seen.confidence),
            ranking=[Intent(name=name, confidence=sure) for name, sure in seen.ranking],
            facts=[Mention(fact=f, value=v) for f, v in seen.facts.items()],
            numbers=[] if choice else re.findall(r"\d+", text),
            ordinal=seen.ordinal,
            correction=seen.correction,
            category=seen.category,
            ambiguous_place=place,
            model="fake",
        )
        state = self.app.state
        practised = conversation_id.startswith("practice-")
        interview = state.practice.interview if practised else state.interview
        answer = await interview.take_turn(report)
        return [
            BotAnswer(
                m["text"] or RESPONSES.get(m["response"], m["response"]),
                m.get("asks"),
                m.get("choices") or [],
                m.get("citations") or [],
                m.get("ticket"),
                m.get("trace") or {},
            )
            if m.get("text")
            else BotAnswer(RESPONSES.get(m["response"], m["response"]))
            for m in answer["messages"]
        ]

    async def parse(self, text):
        if self.silent:
            raise BotSilent("told to be")
        seen = self.lessons.get(text, Understood("nlu_fallback"))
        return Understanding(seen.intent, seen.confidence, [], seen.facts, seen.category)

    async def model(self):
        return None if self.silent else "fake"

    async def named(self, model_id):
        return model_id

    async def actions_answer(self):
        return not self.silent

    async def close(self):
        pass
