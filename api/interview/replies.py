"""What is answered to one message, and what that does to the ticket and the queue.

A reply is a short list of utterances: first what the message itself wants (a question about
a term, a person, the state of the ticket), then the step of the tree.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations import service as conversations
from api.conversations.models import Conversation
from api.conversations.service import Utterance
from api.decision_tree import Ask, Wait
from api.diagnosis.service import RunningCase
from api.interview import wording
from api.interview.local_time import spoken
from api.interview.understanding import SERVICE_BY_INTENT, Meaning, Report
from api.knowledge import KnowledgeBase
from api.knowledge.search import ASKED_FOR
from api.tickets import service as tickets
from api.tickets.calendar import WorkCalendar
from api.tickets.models import Ticket

COMPLAINTS = {
    "ask_billing": ("billing", "您说的是费用问题，机器人不能替您核账。"),
    "complain_service": ("service_attitude", "给您添堵了，您反映的服务问题我已经记下。"),
}
SMALL_TALK = {
    "greet": "utter_greet",
    "thank": "utter_thank",
    "goodbye": "utter_goodbye",
    "chitchat": "utter_chitchat",
    "out_of_scope": "utter_out_of_scope",
}
WAITING = "waiting_back_office"
MISSES_BEFORE_PERSON = 2


@dataclass(frozen=True)
class Desk:
    """What every reply may draw on."""

    knowledge: KnowledgeBase
    calendar: WorkCalendar
    smsc_number: str = ""
    """G2.3: empty while the operator has not configured it."""


class Replies:
    """Composes the reply of one turn inside its transaction."""

    def __init__(
        self,
        desk: Desk,
        session: AsyncSession,
        conversation: Conversation,
        case: RunningCase,
        ticket: Ticket | None,
    ) -> None:
        self.desk = desk
        self.session = session
        self.conversation = conversation
        self.case = case
        self.ticket = ticket
        self.country = case.facts.get("location")

    async def to(
        self, report: Report, meant: Meaning, added: dict[str, str], replaced: bool
    ) -> list[dict[str, Any]]:
        """Return the messages that answer `report`, as the bot's action takes them."""
        intent = report.intent.name
        said: list[dict[str, Any]] = []
        heard = wording.read_back(self.case.library, added, replaced)
        if meant.unsure_of is not None:
            heard += self.case.library.facts[meant.unsure_of].unsure
        said += await self._aside(intent, report.text)
        if intent == "request_human":
            return said
        if added or meant.answers_question:
            self.conversation.misses = 0
            return said + await self._go_on(heard)
        if said:
            return said + (await self._ask_again() if intent not in ("goodbye", "thank") else [])
        if intent in SERVICE_BY_INTENT or intent in ("deny", "affirm") or report.correction:
            if self.ticket is not None and self.ticket.outcome not in (None, WAITING):
                return await self._after_the_end(intent)
            if intent in SERVICE_BY_INTENT:
                return await self._go_on("")
        return await self._not_understood()

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
            tickets.record(self.session, ticket, "notify", "system", to=outcome.notify)
        if not outcome.resolves_alone:
            conversations.wait_for_person(self.conversation)
        due, card = await self._deadline("result" if answers else outcome.clock)
        decided = self.case.latest.get(library.trees[step.tree].nodes[step.node].fact)
        # A back-office answer is told with its own remark: 样例数据 where it is a sample.
        by_system = decided is not None and decided.said_by in ("crm", "noc", "hlr")
        remarks = [decided.note] if decided is not None and by_system and decided.note else []
        return [wording.conclusion(library, step, facts, card, due, prefix, remarks)]

    async def _go_on(self, heard: str) -> list[dict[str, Any]]:
        """Say the step; with the first trouble the ticket opens and is told at once (P1, P2)."""
        said: list[dict[str, Any]] = []
        if self.ticket is None and "service" in self.case.facts:
            await self._ticket("network_quality")
            due, card = await self._deadline("first_answer")
            asks_on = self.case.step().kind == "ask"
            words = wording.acknowledgement(card, due, self.country, heard, asks_on)
            said.append(bubble(words))
            heard = ""
        return said + [bubble(words) for words in await self.step(heard)]

    async def _aside(self, intent: str, text: str) -> list[dict[str, Any]]:
        """Answer what a message wants besides the interview."""
        if intent in SMALL_TALK:
            return [{"response": SMALL_TALK[intent]}]
        if intent == "ask_knowledge":
            hits = self.desk.knowledge.search(text, limit=1, at_least=ASKED_FOR)
            if not hits:
                return [bubble(Utterance(wording.NO_ARTICLE))]
            article = hits[0].article
            source = {
                "id": article.id,
                "title": article.title,
                "text": article.text,
                "source": article.source,
            }
            cites = wording.citations(self.case.library, article.cites) or [source]
            return [bubble(Utterance(article.text, citations=cites))]
        if intent == "ask_progress":
            return [bubble(await self._progress())]
        if intent == "request_human":
            await self._ticket(None)
            conversations.wait_for_person(self.conversation)
            return [bubble(await self._with_card(wording.PERSON))]
        if intent in COMPLAINTS:
            category, sentence = COMPLAINTS[intent]
            ticket = await self._ticket(category)
            tickets.record(self.session, ticket, "complaint", "customer", text, category=category)
            conversations.wait_for_person(self.conversation)
            return [bubble(await self._with_card(sentence))]
        return []

    async def _ask_again(self) -> list[dict[str, Any]]:
        """After an aside the open question is asked again, if a trouble is being looked into."""
        step = self.case.step()
        if step.kind != "ask":
            return []
        prefix = wording.ASK_AGAIN if self.ticket is not None or self.case.facts else ""
        return [bubble(words) for words in await self.step(prefix)]

    async def _after_the_end(self, intent: str) -> list[dict[str, Any]]:
        if intent == "affirm":
            return [{"response": "utter_glad"}]
        assert self.ticket is not None
        tickets.record(self.session, self.ticket, "advice_did_not_help", "customer")
        if self.ticket.status == "answered":
            await tickets.move(self.session, self.ticket, "investigating", "customer")
        conversations.wait_for_person(self.conversation)
        return [bubble(await self._with_card(wording.STILL_BROKEN))]

    async def _not_understood(self) -> list[dict[str, Any]]:
        """Ask once more with the choices; the next time a person is called as well."""
        self.conversation.misses += 1
        step = self.case.step()
        person = self.conversation.misses >= MISSES_BEFORE_PERSON
        if person:
            conversations.wait_for_person(self.conversation)
        if step.kind != "ask":
            return [bubble(await self._progress())]
        prefix = wording.NOT_UNDERSTOOD_AGAIN if person else wording.NOT_UNDERSTOOD
        return [bubble(words) for words in await self.step(prefix)]

    async def _progress(self) -> Utterance:
        if self.ticket is None:
            return Utterance(wording.NO_TICKET)
        _, card = await self._deadline("result")
        return Utterance(wording.progress(card, self.country), ticket=card)

    async def _with_card(self, sentence: str) -> Utterance:
        """Add number and deadline: a promise about a colleague's work has a clock."""
        due, card = await self._deadline("first_answer")
        return Utterance(
            f"{sentence}工单号 {card['number']}，最晚 {spoken(due, self.country)} 答复您。",
            ticket=card,
        )

    async def _ticket(self, category: str | None) -> Ticket:
        if self.ticket is None:
            self.ticket = await tickets.open_ticket(
                self.session, self.desk.calendar, self.conversation.id, category=category
            )
            await tickets.move(self.session, self.ticket, "acknowledged", "bot")
        elif self.ticket.category is None and category is not None:
            tickets.record(self.session, self.ticket, "category", "bot", to=category)
            self.ticket.category = category
        return self.ticket

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
