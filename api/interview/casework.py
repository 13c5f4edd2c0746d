"""What a turn does to the ticket and the queue, and how it says where the case stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.conversations import service as conversations
from api.conversations.models import Conversation
from api.conversations.service import Utterance
from api.decision_tree import Ask, Wait
from api.diagnosis.service import RunningCase
from api.interview import complaints, wording
from api.interview.local_time import at_latest
from api.interview.shown import least_recent, was_said
from api.knowledge import KnowledgeBase
from api.tickets import notices
from api.tickets import service as tickets
from api.tickets.calendar import WorkCalendar
from api.tickets.models import Ticket

WAITING = "waiting_back_office"


@dataclass(frozen=True)
class Desk:
    """What every reply may draw on."""

    knowledge: KnowledgeBase
    calendar: WorkCalendar
    smsc_number: str = ""
    """G2.3: empty while the operator has not configured it."""


class Casework:
    """The case, its ticket and its conversation, inside the transaction of one turn."""

    def __init__(
        self,
        desk: Desk,
        session: AsyncSession,
        conversation: Conversation,
        case: RunningCase,
        ticket: Ticket | None,
        own_words: str = "",
    ) -> None:
        self.desk = desk
        self.session = session
        self.conversation = conversation
        self.case = case
        self.ticket = ticket
        self.own_words = own_words
        self.country = case.facts.get("location")

    async def step(self, prefix: str = "") -> list[Utterance]:
        """Say where the case stands: the next question, what we wait for, or the end."""
        step = self.case.step()
        library, facts = self.case.library, self.case.facts
        if isinstance(step, Ask):
            smsc = self.desk.smsc_number
            return [wording.question(library, step, facts, prefix, smsc)]
        ticket = await self._ticket("network_quality")
        if isinstance(step, Wait):
            if ticket.outcome != WAITING:
                ticket.outcome = WAITING
                tickets.record(self.session, ticket, "waits_for", "system", fact=step.fact)
                await tickets.move_towards(self.session, ticket, "investigating", "bot")
            conversations.wait_for_person(self.conversation)
            due, card = await self._deadline("first_answer")
            return [wording.waiting(library, step, facts, card, due, prefix)]
        outcome = library.outcomes[step.outcome]
        # This is the first answer (P5) unless a colleague still owes one before the result.
        answers = outcome.resolves_alone or outcome.clock == "result"
        fresh = await tickets.conclude(
            self.session, ticket, step.outcome, outcome.priority, answers, "bot"
        )
        if fresh and outcome.notify:
            await notices.raise_once(self.session, ticket, outcome.notify)
        if not outcome.resolves_alone:
            conversations.wait_for_person(self.conversation)
        due, card = await self._deadline("result" if answers else outcome.clock)
        decided = self.case.latest.get(library.trees[step.tree].nodes[step.node].fact)
        # A back-office answer is told with its own remark: 样例数据 where it is a sample.
        by_system = decided is not None and decided.said_by in ("crm", "noc", "hlr")
        remarks = [decided.note] if decided is not None and by_system and decided.note else []
        return [wording.conclusion(library, step, facts, card, due, prefix, remarks)]

    async def _ask_again(self) -> list[dict[str, Any]]:
        """After an aside the open question is asked again, if a trouble is being looked into."""
        if self.case.step().kind != "ask" or self._complains_only():
            return []
        prefix = wording.ASK_AGAIN if self.ticket is not None or self.case.facts else ""
        return [bubble(words) for words in await self.step(prefix)]

    async def _person(self) -> Utterance:
        """A person is called at once; whoever asks again is told so shortly."""
        again = self.conversation.waiting and await self._was_said(wording.PERSON)
        await self._ticket(None)
        conversations.wait_for_person(self.conversation)
        self.conversation.misses = 0
        if not again:
            return await self._with_card(wording.PERSON)
        return Utterance(await self._fresh(wording.PERSON_AGAIN))

    async def _complaint(self, category: str, threatens: bool) -> Utterance:
        category = complaints.settled(category)
        again = self.ticket is not None and self.ticket.category == category
        again = again and self.conversation.waiting
        ticket = await self._ticket(category)
        in_fault = "service" in self.case.facts
        if complaints.replaces(ticket.category, category, in_fault):
            self._recategorise(ticket, category)
        tickets.record(
            self.session, ticket, "complaint", "customer", self.own_words, category=category
        )
        conversations.wait_for_person(self.conversation)
        sentence = complaints.ONE_MORE if again else complaints.SENTENCES[category]
        if not threatens or await self._was_said(complaints.RIGHT):
            return await self._with_card(sentence)
        known = [cite for cite in complaints.RIGHT_CITES if cite in self.case.library.citations]
        words = await self._with_card(sentence + complaints.RIGHT)
        return replace(words, citations=wording.citations(self.case.library, known))

    async def _progress(self) -> Utterance:
        if self.ticket is None:
            return Utterance(wording.NO_TICKET)
        _, card = await self._deadline("result")
        return Utterance(wording.progress(card, self.country), ticket=card)

    async def _with_card(self, sentence: str) -> Utterance:
        """Add number and deadline: a promise about a colleague's work has a clock.

        After the first answer the result's clock runs; where none does, no time is named.
        """
        due, card = await self._deadline("first_answer")
        assert self.ticket is not None
        rows = await tickets.clocks_of(self.session, self.ticket)
        running = {row.name for row in rows if row.met_at is None}
        if "first_answer" not in running or due < clock.now():
            due, _ = await self._deadline("result")
            if "result" not in running or due < clock.now():
                return Utterance(f"{sentence}工单号 {card['number']}。", ticket=card)
        return Utterance(
            f"{sentence}工单号 {card['number']}，{at_latest(due, self.country, '答复您')}。",
            ticket=card,
        )

    def _complains_only(self) -> bool:
        """A complaint was taken down, and no fault was told: nothing is asked about roaming."""
        complained = self.ticket is not None and self.ticket.category is not None
        return complained and "service" not in self.case.facts

    async def _was_said(self, line: str) -> bool:
        return await was_said(self.session, self.conversation, line)

    async def _fresh(self, lines: Sequence[str]) -> str:
        """Return the line that was said least recently: never one twice in a row."""
        return await least_recent(self.session, self.conversation, lines)

    async def _ticket(self, category: str | None) -> Ticket:
        if self.ticket is None:
            self.ticket = await tickets.open_ticket(
                self.session, self.desk.calendar, self.conversation.id, category=category
            )
            await tickets.move(self.session, self.ticket, "acknowledged", "bot")
        elif self.ticket.category is None and category is not None:
            self._recategorise(self.ticket, category)
        return self.ticket

    def _recategorise(self, ticket: Ticket, category: str) -> None:
        tickets.record(self.session, ticket, "category", "bot", to=category)
        ticket.category = category

    async def _deadline(self, name: str) -> tuple[datetime, dict[str, Any]]:
        """Return when a clock of the ticket is due, and the ticket's card beside it."""
        assert self.ticket is not None
        rows = await tickets.clocks_of(self.session, self.ticket)
        return tickets.due(rows, name), tickets.card(self.ticket, rows)


def bubble(words: Utterance) -> dict[str, Any]:
    """Return an utterance as the bot's action takes it."""
    return {
        "text": words.text,
        "response": None,
        "asks": words.asks,
        "choices": list(words.choices),
        "citations": list(words.citations),
        "ticket": words.ticket,
        "trace": words.trace,
    }
