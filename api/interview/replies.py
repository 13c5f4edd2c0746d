"""What is answered to one message, and what that does to the ticket and the queue.

A reply is a short list of utterances: first what the message itself wants (a question about
a term, a person, the state of the ticket), then the step of the tree.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations import service as conversations
from api.conversations.models import Conversation
from api.conversations.service import Utterance
from api.decision_tree import Ask, Conclude, Wait
from api.diagnosis.service import RunningCase
from api.interview import complaints, fallback, wording
from api.interview.language import Line, foreign, in_other_language
from api.interview.local_time import spoken
from api.interview.shown import was_said
from api.interview.understanding import NONE_OF_THESE, SERVICE_BY_INTENT, Meaning, Report
from api.knowledge import KnowledgeBase
from api.knowledge.search import ASKED_FOR
from api.tickets import service as tickets
from api.tickets.calendar import WorkCalendar
from api.tickets.models import Ticket

SMALL_TALK = {
    "greet": "utter_greet",
    "thank": "utter_thank",
    "goodbye": "utter_goodbye",
    "chitchat": "utter_chitchat",
    "out_of_scope": "utter_out_of_scope",
}
WAITING = "waiting_back_office"
_BEFORE_SOLVED = (
    "嗯|哦|噢|啊|那个|不用了|现在|已经|刚才?|都|又|又都|自己"
    "|我?(?:重启|关机|重新开机|换卡|设置|弄)[^,。]{0,6}|[,。! ]"
)
SOLVED = re.compile(
    rf"^(?:{_BEFORE_SOLVED})*(?:就|又|都)?"
    r"(?:好了|恢复了?|能用了|可以用?了|有信号了|正常了|通了|解决了|行了|搞定)"
)
"""现在好了, 重启以后恢复了: the trouble is over."""
_BRAND = (
    "苹果|华为|小米|红米|荣耀|三星|魅族|一加|中兴|联想|诺基亚|安卓"
    r"|iphone|android|oppo|vivo|mate ?\d"
)
PHONE_MODEL = re.compile(
    rf"(?=.*(?:{_BRAND}))(?:{_BRAND}|pro|max|手机|机型|型号|是|用|我|的|了|呢|系统|\d|[ ,.])+"
)
"""What phone it is: told by many, asked by nobody, and no reason to call a person."""
NOTHING_ELSE = re.compile(r"(?:没有?|不用|不需要|不必)(?:了|啦|别的|其他的?|问题|事|，|,| |谢谢)*")
"""还有别的要帮忙吗？没有了。"""


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
        own_words: str = "",
    ) -> None:
        self.desk = desk
        self.session = session
        self.conversation = conversation
        self.case = case
        self.ticket = ticket
        self.own_words = own_words
        self.country = case.facts.get("location")

    async def to(
        self, report: Report, meant: Meaning, added: dict[str, str], replaced: bool
    ) -> list[dict[str, Any]]:
        """Return the messages that answer `report`, as the bot's action takes them."""
        said = await self._answer(report, meant, added, replaced)
        if said and not report.is_pressed and in_other_language(report.words):
            await self._explain_in(foreign(report.text), said)
        return said

    async def _answer(
        self, report: Report, meant: Meaning, added: dict[str, str], replaced: bool
    ) -> list[dict[str, Any]]:
        intent = meant.intent
        if meant.wants_help is not None:
            return [bubble(w) for w in await self.step(meant.wants_help)]
        if not added and self._is_asked({}) and PHONE_MODEL.fullmatch(report.words.strip()):
            return [bubble(w) for w in await self.step(wording.MODEL_NOTED)]
        if not added and self._tells_the_end(report.words):
            return await self._solved()
        said = await self._aside(meant, report.text)
        if intent == "request_human":
            return said
        # Without a trouble told, a complaint or a question does not begin an interview.
        goes_on = self._is_asked(added) or intent == "greet"
        if added or meant.answers_question or meant.place is not None:
            self.conversation.misses = 0
            heard = wording.read_back(self.case.library, added, replaced)
            if meant.unsure_of is not None:
                heard += self.case.library.facts[meant.unsure_of].unsure
            return said + await self._go_on(heard, meant) if goes_on or not said else said
        if said:
            if intent not in ("chitchat", "out_of_scope"):
                self.conversation.misses = 0
            closing = intent in ("goodbye", "thank")
            return said + await self._ask_again() if goes_on and not closing else said
        return await self._nothing_new(report, meant)

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

    def _is_asked(self, added: dict[str, str]) -> bool:
        """Tell whether an interview goes on: a trouble was told, or a first question answered."""
        before = self.case.facts.keys() - added.keys()
        return "service" in self.case.facts or bool(before and self.conversation.asks)

    async def _go_on(self, heard: str, meant: Meaning) -> list[dict[str, Any]]:
        """Say the step; with the first trouble the ticket opens and is told at once (P1, P2)."""
        said: list[dict[str, Any]] = []
        if self.ticket is None and "service" in self.case.facts:
            await self._ticket("network_quality")
            due, card = await self._deadline("first_answer")
            asks_on = self.case.step().kind == "ask"
            words = wording.acknowledgement(card, due, self.country, heard, asks_on)
            said.append(bubble(words))
            heard = ""
        step = self.case.step()
        if isinstance(step, Conclude) and self.ticket and self.ticket.outcome == step.outcome:
            return [*said, bubble(await self._with_card(heard + wording.SAME_END))]
        if meant.place is not None:
            name, countries = meant.place.name, meant.place.countries
            return [*said, bubble(wording.which_place(self.case.library, name, countries, heard))]
        return said + [bubble(words) for words in await self.step(heard)]

    async def _explain_in(self, line: Line | None, said: list[dict[str, Any]]) -> None:
        """Say once, in the language of a message that was understood, how the chat works."""
        if line is None or any(line.how in (b.get("text") or "") for b in said):
            return
        if await was_said(self.session, self.conversation, line.how):
            return
        if said[-1].get("text") is None:  # a standing sentence of the domain
            said.append(bubble(Utterance(line.how)))
        else:
            said[-1]["text"] += f"\n{line.how}"

    async def _aside(self, meant: Meaning, text: str) -> list[dict[str, Any]]:
        """Answer what a message wants besides the interview."""
        intent = meant.intent
        if intent in SMALL_TALK:
            return [{"response": SMALL_TALK[intent]}]
        if intent == "ask_knowledge":
            return [bubble(self._article(text, meant.chosen))]
        if intent == "ask_progress":
            return [bubble(await self._progress())]
        if intent == "request_human":
            return [bubble(await self._person())]
        if meant.category is not None:
            return [bubble(await self._complaint(meant.category))]
        return []

    def _article(self, text: str, chosen: bool) -> Utterance:
        if chosen:
            return Utterance(wording.KNOWLEDGE_WANTED)
        hits = self.desk.knowledge.search(text, limit=1, at_least=ASKED_FOR)
        if not hits:
            return Utterance(wording.NO_ARTICLE)
        article = hits[0].article
        source = {
            "id": article.id,
            "title": article.title,
            "text": article.text,
            "source": article.source,
        }
        cites = wording.citations(self.case.library, article.cites) or [source]
        return Utterance(article.text, citations=cites)

    async def _person(self) -> Utterance:
        """A person is called at once; whoever asks again is told so shortly."""
        again = self.conversation.waiting and await was_said(
            self.session, self.conversation, wording.PERSON
        )
        await self._ticket(None)
        conversations.wait_for_person(self.conversation)
        self.conversation.misses = 0
        if not again:
            return await self._with_card(wording.PERSON)
        turn = self.conversation.last_seq // 2 % len(wording.PERSON_AGAIN)
        return Utterance(wording.PERSON_AGAIN[turn])

    async def _complaint(self, category: str) -> Utterance:
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
        return await self._with_card(sentence)

    async def _ask_again(self) -> list[dict[str, Any]]:
        """After an aside the open question is asked again, if a trouble is being looked into."""
        if self.case.step().kind != "ask":
            return []
        prefix = wording.ASK_AGAIN if self.ticket is not None or self.case.facts else ""
        return [bubble(words) for words in await self.step(prefix)]

    async def _nothing_new(self, report: Report, meant: Meaning) -> list[dict[str, Any]]:
        """Answer what adds no fact: after the end, said before, or not understood."""
        intent = meant.intent
        ended = self.ticket is not None and self.ticket.outcome not in (None, WAITING)
        reported = intent in SERVICE_BY_INTENT
        asks = self.case.step().kind == "ask"
        if ended and (reported or report.correction or intent in ("deny", "affirm")):
            return await self._after_the_end(intent, report.words)
        if reported or meant.facts:
            self.conversation.misses = 0
            heard = wording.already_known(self.case.library, meant.facts)
            return await self._go_on(heard, meant) if asks else [bubble(await self._progress())]
        if intent == "affirm" and not asks:
            return [bubble(await self._progress())]
        return await self._not_understood(report, meant)

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
        if self.ticket.status == "answered":
            await tickets.move(self.session, self.ticket, "investigating", "customer")
        conversations.wait_for_person(self.conversation)
        return [bubble(await self._with_card(wording.STILL_BROKEN))]

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

    async def _not_understood(self, report: Report, meant: Meaning) -> list[dict[str, Any]]:
        """Ask what was meant; the second time in a row, or after 都不是, a person is called."""
        wanted = meant.intent == NONE_OF_THESE
        self.conversation.misses += 1
        library, step = self.case.library, self.case.step()
        open_ = step if isinstance(step, Ask) and self._is_asked({}) else None
        if wanted or self.conversation.misses >= fallback.MISSES_BEFORE_PERSON:
            conversations.wait_for_person(self.conversation)
            words = fallback.called(library, report, self.conversation.misses, wanted)
            if open_ is None:
                return [bubble(Utterance(words))]
            return [bubble(w) for w in await self.step(words + fallback.GO_ON)]
        excuse, line = fallback.excuse(report, meant.intent, open_, library)
        service = self.case.facts.get("service")
        if open_ is None or fallback.points_elsewhere(report.ranking, library, service):
            question = fallback.did_you_mean(library, report.ranking, excuse, line)
            if question is not None:
                return [bubble(question)]
        if line:
            excuse = f"{excuse}\n{line}\n"
        elif open_ is not None:
            excuse += library.facts[open_.fact].help
        return [bubble(w) for w in await self.step(excuse)]

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
