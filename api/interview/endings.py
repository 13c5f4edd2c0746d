"""When it is over, and when it is not: solved, given up, taken up again, broken again."""

import re
from typing import Any

from api.conversations import service as conversations
from api.conversations.service import Utterance
from api.decision_tree import Conclude
from api.interview import wording
from api.interview.casework import WAITING, Casework, bubble
from api.tickets import service as tickets

_BEFORE_SOLVED = (
    "嗯|哦|噢|啊|那个|不用了|现在|已经|刚才?|都|又|又都|自己"
    "|我?(?:重启|关机|重新开机|换卡|设置|弄)[^,。]{0,6}|[,。! ]"
)
SOLVED = re.compile(
    rf"^(?:{_BEFORE_SOLVED})*(?:就|又|都)?"
    r"(?:好了|恢复了?|能用了|可以用?了|有信号了|正常了|通了|解决了|行了|搞定)"
)
"""现在好了, 重启以后恢复了: the trouble is over."""
NOTHING_ELSE = re.compile(r"(?:没有?|不用|不需要|不必)(?:了|啦|别的|其他的?|问题|事|，|,| |谢谢)*")
"""还有别的要帮忙吗？没有了。"""
REOPENS = frozenset({"answered", "resolved"})
"""From these a ticket goes back to be looked into; a closed one only by an appeal."""


class Endings(Casework):
    """What is said where an interview ends, and where an end did not hold."""

    async def _after_the_end(self, intent: str, words: str) -> list[dict[str, Any]]:
        self.conversation.misses = 0
        if intent == "affirm" and SOLVED.search(words):
            return [{"response": "utter_glad"}]
        if intent == "affirm":
            return [bubble(await self._with_card(wording.WAIT_FOR_US))]
        if intent == "deny" and NOTHING_ELSE.fullmatch(words):
            return [{"response": "utter_goodbye"}]
        assert self.ticket is not None
        tickets.record(self.session, self.ticket, "advice_did_not_help", "customer")
        if self.ticket.status in REOPENS:
            await tickets.move(self.session, self.ticket, "investigating", "customer")
        conversations.wait_for_person(self.conversation)
        sentence = wording.AGAIN_BROKEN if "又" in words else wording.STILL_BROKEN
        if await self._was_said(sentence):
            return [bubble(Utterance(await self._fresh(wording.PERSON_AGAIN)))]
        return [bubble(await self._with_card(sentence))]

    def _ended(self) -> bool:
        """Whether a diagnosis was told."""
        return self.ticket is not None and self.ticket.outcome not in (None, WAITING)

    async def _relapsed(self, words: str, changed: bool) -> list[dict[str, Any]] | None:
        """Answer 又断了, 还是不行; None where the message is to be answered by what else it says.

        After an end it goes to a person; before it, it only says that the trouble goes on.
        """
        step = self.case.step()
        if self._ended():
            assert self.ticket is not None
            same = isinstance(step, Conclude) and step.outcome == self.ticket.outcome
            return await self._after_the_end("deny", words) if same else None
        if self.ticket is None or "service" not in self.case.facts:
            return None
        if self.conversation.asks is None and await self._was_said(wording.SOLVED):
            told = await self._after_the_end("deny", words)
            return told + await self._ask_again()
        if changed:
            return None
        self.conversation.misses = 0
        if step.kind == "ask":
            return [bubble(w) for w in await self.step(wording.NOT_YET)]
        return [bubble(await self._progress())]

    async def _gives_up(self) -> list[dict[str, Any]]:
        """Accept it and ask nothing more; the ticket stays."""
        self.conversation.misses = 0
        self.conversation.asks = None
        if self._ended() or await self._was_said(wording.STOPPED):
            return [{"response": "utter_goodbye"}]
        if self.ticket is None:
            return [bubble(Utterance(wording.STOPPED_EARLY))]
        tickets.record(self.session, self.ticket, "customer_stops", "customer")
        _, card = await self._deadline("result")
        return [bubble(Utterance(f"{wording.STOPPED}工单号 {card['number']}。", ticket=card))]

    async def _taken_up(self) -> list[dict[str, Any]]:
        """继续: ask where we stopped, or say what we wait for."""
        self.conversation.misses = 0
        if self.case.step().kind == "ask" and not self._complains_only():
            return [bubble(w) for w in await self.step(wording.TAKEN_UP)]
        return [bubble(await self._progress())]

    async def _paused(self, intent: str, words: str) -> list[dict[str, Any]] | None:
        """好的 while no question is open asks for nothing."""
        open_ = self.conversation.asks is not None or self.ticket is None
        if open_ or not (intent == "affirm" or NOTHING_ELSE.fullmatch(words)):
            return None
        self.conversation.misses = 0
        if self.conversation.waiting:
            return [bubble(await self._with_card(wording.WAIT_FOR_US))]
        return [{"response": "utter_goodbye"}]

    def _tells_the_end(self, words: str) -> bool:
        """Whether the customer says, while being asked, that the trouble has gone."""
        told = self.ticket is not None and "service" in self.case.facts
        return told and self.case.step().kind == "ask" and SOLVED.match(words) is not None

    async def _solved(self) -> list[dict[str, Any]]:
        """Stop asking; the ticket stays, and a colleague closes it."""
        assert self.ticket is not None
        self.conversation.misses = 0
        self.conversation.asks = None
        tickets.record(self.session, self.ticket, "customer_says_solved", "customer")
        conversations.wait_for_person(self.conversation)
        return [bubble(await self._with_card(wording.SOLVED))]
