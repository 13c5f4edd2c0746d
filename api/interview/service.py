"""One turn of the interview: understand, ask the back office, replay the tree, say the step.

Idempotent by message id: the step given for a message is kept with it and given again.
No transaction is open while the back office is asked.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api.backoffice import BackOffice, Subscriber
from api.conversations import claims
from api.conversations import service as conversations
from api.conversations.models import Conversation, Message
from api.conversations.service import Utterance
from api.database import Database, after_commit
from api.decision_tree import Ask, Library, Step, Wait, walk
from api.diagnosis import service as diagnosis
from api.diagnosis.library import Shelf
from api.diagnosis.service import RunningCase, Said
from api.errors import Invalid, NotFound
from api.events import Broker
from api.interview import wording
from api.interview.replies import WAITING, Desk, Replies
from api.interview.shown import choices_shown, was_said
from api.interview.understanding import WHERE, Meaning, Report, is_value, meaning
from api.people.models import Staff
from api.tickets import notices
from api.tickets import service as tickets
from api.tickets.models import Ticket

log = structlog.get_logger()


BACK_OFFICE_SECONDS = 5.0
"""For all questions of one turn together; the bot's action gives up after 8 s."""

HANDED_BACK = "接下来由机器人继续为您服务，需要人工时请说“转人工”。"


@dataclass
class Turn:
    """What one turn works on; lives as long as its transaction."""

    session: AsyncSession
    conversation: Conversation
    message: Message | None
    case: RunningCase
    ticket: Ticket | None
    report: Report
    meaning: Meaning = field(default_factory=Meaning)
    added: dict[str, str] = field(default_factory=dict)
    replaced: bool = False
    """The customer took back what they had said before."""


class Interview:
    """The interview's parts, shared by all turns of this process."""

    def __init__(
        self,
        *,
        database: Database,
        broker: Broker,
        shelf: Shelf,
        back_office: BackOffice,
        desk: Desk,
    ) -> None:
        self.database = database
        self.broker = broker
        self.shelf = shelf
        self.back_office = back_office
        self.desk = desk

    def greeting(self) -> list[Utterance]:
        return [wording.greeting(self.shelf.current)]

    async def take_turn(self, report: Report) -> dict[str, Any]:
        """Return what the bot shall say to a message (see the routes' schema `TurnOut`)."""
        async with self.database.transaction() as session:
            turn = await self._open(session, report)
            if turn.message is not None and turn.message.answer is not None:
                return turn.message.answer
            await self._understand(turn)
            asked = self._next_of_back_office(turn)
            if asked is None:
                return await self._answer(turn)
        stated = await self._ask_back_office(turn.case.library, turn.case.facts, asked)
        async with self.database.transaction() as session:
            again = await self._open(session, report)
            again.meaning, again.added, again.replaced = turn.meaning, turn.added, turn.replaced
            again.case.take(session, stated)
            return await self._answer(again)

    async def set_fact_by_staff(self, number: str, said: Said, actor: str) -> None:
        """Take a fact from an agent, move the case on, and tell the customer if it moved.

        Raises:
            NotFound: there is no such ticket.
            Invalid: there is no such fact, or it has no such value.
        """
        async with self.database.transaction() as session:
            ticket, case, _ = await self._case_of_ticket(session, number)
            of_case = said.fact in case.library.facts and case.library.facts[said.fact].of_case
            if not of_case or not is_value(case.library, said.fact, said.value):
                raise Invalid("没有这个字段，或者它不能取这个值。", code="fact_not_valid")
            before = case.step()
            case.take(session, [said])
            tickets.record(
                session, ticket, "fact", actor, said.note, fact=said.fact, value=said.value
            )
            facts, library = case.facts, case.library
        stated = await self._ask_back_office(library, facts, walk(library, facts))
        async with self.database.transaction() as session:
            ticket, case, conversation = await self._case_of_ticket(session, number)
            case.take(session, stated)
            await notices.follow_up(session, ticket, case.facts)
            _note_standing(conversation, case)
            topic = conversations.topic(conversation.id)
            after_commit(session, lambda: self.broker.publish(topic))
            if case.step() == before:
                return
            replies = Replies(self.desk, session, conversation, case, ticket)
            words = await replies.step(prefix="核查有了结果。")
            await conversations.say_or_propose(session, conversation, words)

    async def set_mode(
        self, conversation_id: str, mode: str, person: Staff, memo: str | None = None
    ) -> Conversation:
        """Claim a conversation, or hand it back: then `memo` is kept and the interview goes on.

        Raises:
            NotFound: there is no such conversation.
            Conflict: a colleague holds it.
        """
        async with self.database.transaction() as session:
            changed = await claims.set_mode(session, self.broker, conversation_id, mode, person)
            if changed.handed_back:
                await self.hand_back(session, changed.conversation, person, memo)
            return changed.conversation

    async def hand_back(
        self, session: AsyncSession, conversation: Conversation, person: Staff, memo: str | None
    ) -> None:
        """Say that the bot goes on, and the step where the case stands unless it was said."""
        if memo is not None:
            conversation.memo = memo
        ticket = await tickets.of_conversation(session, conversation.id)
        if ticket is not None:
            tickets.record(session, ticket, "handed_back", person.username, memo)
        said = [Utterance(HANDED_BACK)]
        case = await diagnosis.running(session, self.shelf, conversation.id)
        if case is not None and "service" in case.facts:
            _note_standing(conversation, case)
            step = await Replies(self.desk, session, conversation, case, ticket).step()
            news = isinstance(case.step(), Ask) or not await was_said(
                session, conversation, _beginning(step[0].text)
            )
            said += step if news else []
            # The agent has just seen it: what waits for the back office is on its own desk.
            conversation.waiting, conversation.waiting_since = False, None
        await conversations.say_or_propose(session, conversation, said)

    async def claim_lost(
        self, session: AsyncSession, conversation: Conversation, username: str
    ) -> None:
        """Record on the ticket, if there is one, that the agent's connection was lost."""
        ticket = await tickets.of_conversation(session, conversation.id)
        if ticket is not None:
            tickets.record(session, ticket, "connection_lost", "system", agent=username)

    async def _case_of_ticket(
        self, session: AsyncSession, number: str
    ) -> tuple[Ticket, RunningCase, Conversation]:
        # A turn locks the conversation first, too: the other way round both could wait for ever.
        ticket = await tickets.find(session, number)
        conversation = await conversations.find(session, ticket.conversation_id, for_update=True)
        ticket = await tickets.find(session, number, for_update=True)
        case = await diagnosis.running(session, self.shelf, ticket.conversation_id)
        if case is None:
            raise NotFound("这张工单没有诊断过程。", code="case_not_found")
        return ticket, case, conversation

    async def _open(self, session: AsyncSession, report: Report) -> Turn:
        conversation_id = report.conversation_id
        message = None
        if report.message_id is not None:
            conversation, message = await conversations.find_message(
                session, conversation_id, report.message_id
            )
        else:
            conversation = await self._shell_conversation(session, report)
        case = await diagnosis.running(session, self.shelf, conversation_id)
        case = case or diagnosis.open_case(session, self.shelf, conversation_id)
        ticket = await tickets.of_conversation(session, conversation_id)
        return Turn(session, conversation, message, case, ticket, report)

    async def _shell_conversation(self, session: AsyncSession, report: Report) -> Conversation:
        """A developer's `rasa shell` has no front door: its conversation begins here."""
        try:
            return await conversations.find(session, report.conversation_id, for_update=True)
        except NotFound:
            conversation, _ = conversations.begin(
                session, "shell", self.greeting(), report.conversation_id
            )
            return conversation

    async def _understand(self, turn: Turn) -> None:
        known, asks, library = turn.case.facts, turn.conversation.asks, turn.case.library
        shown = await choices_shown(turn.session, turn.conversation, library, known, turn.report)
        asked = library.facts.get(asks or "")
        help_text = asked.help if asked is not None else ""
        helped = not help_text or (
            WHERE.search(turn.report.words) is not None
            and await was_said(turn.session, turn.conversation, help_text)
        )
        turn.meaning = meaning(turn.report, library, asks, known, shown, helped)
        message_id = turn.message.id if turn.message else None
        stated = {**turn.meaning.facts, **turn.meaning.implied}
        turn.added = turn.case.take(
            turn.session, [Said(f, v, "customer", message_id) for f, v in stated.items()]
        )
        turn.replaced = any(known.get(fact) not in (None, "unsure") for fact in turn.added)

    def _next_of_back_office(self, turn: Turn) -> Step | None:
        """Return the step whose answer is the back office's, when it is worth asking now."""
        step = turn.case.step()
        if step.kind != "wait" or not turn.case.facts.get("service"):
            return None
        asked_before = turn.ticket is not None and turn.ticket.outcome == WAITING
        return step if turn.added or not asked_before else None

    async def _ask_back_office(
        self, library: Library, facts: dict[str, str], step: Step
    ) -> list[Said]:
        """Ask for fact after fact as long as the tree waits for one and it is answered."""
        stated: list[Said] = []
        facts = dict(facts)
        subscriber = Subscriber(*(_number(facts, n) for n in ("msisdn", "iccid", "imsi")))
        try:
            async with asyncio.timeout(BACK_OFFICE_SECONDS):
                while isinstance(step, Wait) and step.fact not in facts:
                    answer = await self.back_office.ask(
                        step.fact, subscriber, facts.get("location")
                    )
                    if answer.value is None:
                        log.info("back_office_silent", fact=step.fact, why=answer.why_not)
                        break
                    facts[step.fact] = answer.value
                    stated.append(Said(step.fact, answer.value, answer.system, note=answer.detail))
                    step = walk(library, facts)
        except TimeoutError:
            log.warning("back_office_slow", answered=len(stated))
        return stated

    async def _answer(self, turn: Turn) -> dict[str, Any]:
        own_words = turn.report.text if turn.message is None else turn.message.text
        replies = Replies(
            self.desk, turn.session, turn.conversation, turn.case, turn.ticket, own_words
        )
        said = await replies.to(turn.report, turn.meaning, turn.added, turn.replaced)
        await notices.follow_up(turn.session, replies.ticket, turn.case.facts)
        step = turn.case.step()
        _note_standing(turn.conversation, turn.case)
        turn.conversation.sure = turn.report.intent.confidence
        if turn.meaning.intent == "request_human" and turn.conversation.taken_by is None:
            turn.conversation.wants_person = True
        by = {"revision": turn.case.library.revision}
        if turn.report.model is not None:
            by["model"] = turn.report.model
        for bubble in said:
            bubble["trace"] = {**by, **(bubble.get("trace") or {})}
        answer = {
            "messages": said,
            "step": {
                "kind": step.kind,
                "tree": step.tree,
                "node": step.node,
                "outcome": getattr(step, "outcome", None),
            },
        }
        if turn.message is not None:
            turn.message.answer = answer
            turn.message.trace = {
                **(turn.message.trace or {}),
                "intent": turn.report.intent.name,
                "confidence": round(turn.report.intent.confidence, 4),
                "ranking": [r.model_dump() for r in turn.report.ranking],
                "taken_as": turn.meaning.intent,
                "facts": turn.meaning.facts,
                "node": f"{step.tree}/{step.node}",
                "revision": turn.case.library.revision,
                "model": turn.report.model,
            }
        return answer


def _note_standing(conversation: Conversation, case: RunningCase) -> None:
    """Keep what the staff's queue shows of the case with the conversation."""
    step, country = case.step(), case.facts.get("location")
    conversation.node = f"{step.tree}/{step.node}"
    conversation.country = None if country == "unsure" else country


def _beginning(text: str) -> str:
    """Return what makes a conclusion or a wait recognisable, without its deadline."""
    return text.split("\n")[0].split("，最晚")[0]


def _number(facts: dict[str, str], name: str) -> str | None:
    value = facts.get(name)
    return None if value in (None, "unsure") else value
