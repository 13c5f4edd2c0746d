"""A bot at the gateway's seam: it understands what a test taught it, and can be unwell."""

import asyncio
import re
from dataclasses import dataclass, field

from api.bot_gateway import BotAnswer, BotSilent, Understanding
from api.conversations.text import for_bot
from api.interview.understanding import Intent, Mention, Report

RESPONSES = {"utter_greet": "您好。", "utter_thank": "不客气。", "utter_glad": "好的。"}


@dataclass
class Understood:
    intent: str
    facts: dict[str, str] = field(default_factory=dict)
    correction: bool = False
    ordinal: int | None = None


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

    async def turn(self, conversation_id, message_id, text, choice=None):
        self.turns.append(message_id)
        if self.pause is not None:
            await self.pause.wait()
        if self.silent:
            raise BotSilent("told to be")
        seen = self.lessons.get(text, Understood("nlu_fallback"))
        if choice:
            seen = Understood("inform", {choice["fact"]: choice["value"]})
        report = Report(
            conversation_id=conversation_id,
            message_id=message_id,
            text=text,
            intent=Intent(name=seen.intent, confidence=0.99),
            facts=[Mention(fact=f, value=v) for f, v in seen.facts.items()],
            numbers=re.findall(r"\d+", text),
            ordinal=seen.ordinal,
            correction=seen.correction,
            model="fake",
        )
        answer = await self.app.state.interview.take_turn(report)
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
        return Understanding(seen.intent, 0.99, [], seen.facts)

    async def model(self):
        return None if self.silent else "fake"

    async def actions_answer(self):
        return not self.silent

    async def close(self):
        pass
