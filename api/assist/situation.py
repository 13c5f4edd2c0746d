"""Where a conversation stands, as far as it decides what may be said next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.conversations import service as conversations
from api.conversations.models import Conversation, Message
from api.decision_tree import Conclude, Wait
from api.diagnosis import service as diagnosis
from api.diagnosis.library import Shelf
from api.diagnosis.models import Case
from api.diagnosis.service import RunningCase
from api.tickets import service as tickets
from api.tickets.models import Ticket, TicketClock

REMEMBERED = 50
"""What was told in so many messages back is not offered again."""

PATIENCE = timedelta(seconds=3)
"""While the bot composes, its draft is waited for; an agent does not wait longer than this."""

HINTS = {
    "thank": "道谢",
    "goodbye": "道别",
    "ask_progress": "查进度",
    "ask_billing": "费用",
    "complain_service": "安抚",
}
"""What is looked for among the phrases for an intent whose own words tell nothing (谢谢)."""
TAKES_OVER, WAITS = "接手", "等待核查"


@dataclass(frozen=True)
class Situation:
    """One state of a conversation; `seq` and `node` name it."""

    seq: int
    node: str | None
    mode: str
    messages: Sequence[Message]
    case: RunningCase
    ticket: Ticket | None
    clocks: Sequence[TicketClock]

    @property
    def _last_of_customer(self) -> int:
        """Place of the customer's last message; -1 where there is none."""
        places = [n for n, message in enumerate(self.messages) if message.sender == "customer"]
        return places[-1] if places else -1

    @property
    def last_of_customer(self) -> Message | None:
        place = self._last_of_customer
        return None if place < 0 else self.messages[place]

    @property
    def words(self) -> str:
        """What the customer said last, all of it since somebody else spoke."""
        said: list[str] = []
        for message in reversed(self.messages[: self._last_of_customer + 1]):
            if message.sender != "customer":
                break
            said.insert(0, message.text)
        return "\n".join(said)

    @property
    def told(self) -> list[str]:
        """What was said to the customer."""
        return [m.text for m in self.messages if m.sender != "customer"]

    @property
    def told_since(self) -> list[Message]:
        """What was said to the customer since they spoke last."""
        return [m for m in self.messages[self._last_of_customer + 1 :] if m.sender != "customer"]

    @property
    def intent(self) -> str | None:
        trace: dict[str, Any] = (self.last_of_customer and self.last_of_customer.trace) or {}
        return trace.get("taken_as")

    @property
    def hints(self) -> list[str]:
        """Words to look for among the phrases beside the customer's own."""
        hints = [HINTS[self.intent]] if self.intent in HINTS else []
        if self.mode != "auto" and not any(m.sender == "agent" for m in self.messages):
            hints.append(TAKES_OVER)
        if isinstance(self.case.step(), Wait):
            hints.append(WAITS)
        return hints

    @property
    def nodes(self) -> set[str]:
        """Nodes that ask what is asked now: trees share questions. None at an end."""
        step, library = self.case.step(), self.case.library
        if isinstance(step, Conclude):
            return set()
        return {
            f"{tree.id}/{node.id}"
            for tree in library.trees.values()
            for node in tree.nodes.values()
            if node.fact == step.fact
        }

    @property
    def bot_is_composing(self) -> bool:
        last = self.last_of_customer
        if last is None or last.turn != "queued":
            return False
        return clock.now() - last.created_at < PATIENCE


async def look(session: AsyncSession, shelf: Shelf, conversation: Conversation) -> Situation:
    """Read where the conversation stands; without a case the tree is at its start."""
    after = max(0, conversation.last_seq - REMEMBERED)
    messages = await conversations.transcript(session, conversation.id, after=after)
    case = await diagnosis.running(session, shelf, conversation.id)
    ticket = await tickets.of_conversation(session, conversation.id)
    return Situation(
        seq=conversation.last_seq,
        node=conversation.node,
        mode=conversation.mode,
        messages=messages,
        case=case or RunningCase(Case(), shelf.current, []),
        ticket=ticket,
        clocks=await tickets.clocks_of(session, ticket) if ticket is not None else [],
    )
