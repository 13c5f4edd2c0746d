"""What is answered to one message, and what that does to the ticket and the queue.

A reply is a short list of utterances: first what the message itself wants (a question about
a term, a person, the state of the ticket), then the step of the tree.
"""

import re
from dataclasses import replace
from typing import Any

from api.conversations import service as conversations
from api.conversations.service import Utterance
from api.decision_tree import Ask, Conclude
from api.interview import care, complaints, fallback, wording
from api.interview.casework import WAITING, Desk, bubble
from api.interview.endings import SOLVED, Endings
from api.interview.language import Line, foreign, in_other_language
from api.interview.understanding import (
    GIVES_UP,
    NONE_OF_THESE,
    RESUMES,
    SERVICE_BY_INTENT,
    Meaning,
    Report,
)
from api.knowledge.search import ASKED_FOR
from api.tickets import service as tickets

__all__ = ["WAITING", "Desk", "Replies"]

SMALL_TALK = {
    "greet": "utter_greet",
    "thank": "utter_thank",
    "goodbye": "utter_goodbye",
    "chitchat": "utter_chitchat",
    "out_of_scope": "utter_out_of_scope",
}
NOT_SAYING = frozenset(
    {*SMALL_TALK, "affirm", "deny", "unsure", "inform", "correct", "nlu_fallback"}
)
"""Intents of messages that by themselves want nothing of us."""
CARED_FOR = ("danger", "worry", "for_another")
"""Kinds that something is said to before all else, once in a conversation."""
_BRAND = (
    "苹果|华为|小米|红米|荣耀|三星|魅族|一加|中兴|联想|诺基亚|安卓"
    r"|iphone|android|oppo|vivo|mate ?\d"
)
PHONE_MODEL = re.compile(
    rf"(?=.*(?:{_BRAND}))(?:{_BRAND}|pro|max|手机|机型|型号|是|用|我|的|了|呢|系统|\d|[ ,.])+"
)
"""What phone it is: told by many, asked by nobody, and no reason to call a person."""


class Replies(Endings):
    """Composes the reply of one turn inside its transaction."""

    async def to(
        self, report: Report, meant: Meaning, added: dict[str, str], replaced: bool
    ) -> list[dict[str, Any]]:
        """Return the messages that answer `report`, as the bot's action takes them."""
        if self._wants_only_care(report, meant, bool(added)):
            self.conversation.misses = 0
            said = await self._ask_again()
        else:
            said = await self._answer(report, meant, added, replaced)
        said = await self._with_care(meant.kinds, said) or [bubble(await self._progress())]
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
        if intent == GIVES_UP:
            return await self._gives_up()
        if intent == RESUMES:
            return await self._taken_up()
        if "relapse" in meant.kinds and intent in (*SERVICE_BY_INTENT, *NOT_SAYING):
            changed = bool(added) or meant.answers_question
            relapsed = await self._relapsed(report.words, changed)
            if relapsed is not None:
                return relapsed
        said = await self._aside(meant, report.text)
        if intent == "request_human":
            return said
        # Without a trouble told, a complaint or a question does not begin an interview.
        called = self.conversation.waiting
        greeted = intent == "greet" and not called and not self._complains_only()
        goes_on = self._is_asked(added) or greeted
        if added or meant.answers_question or meant.place is not None:
            self.conversation.misses = 0
            heard = wording.read_back(self.case.library, added, replaced)
            if meant.unsure_of is not None:
                heard += self.case.library.facts[meant.unsure_of].unsure
            if self._complains_only():
                noted = f"{heard}{complaints.FACT_NOTED}"
                return said or [bubble(await self._with_card(noted))]
            return said + await self._go_on(heard, meant) if goes_on or not said else said
        if said:
            if intent not in ("chitchat", "out_of_scope"):
                self.conversation.misses = 0
            closing = intent in ("goodbye", "thank")
            return said + await self._ask_again() if goes_on and not closing else said
        return await self._nothing_new(report, meant)

    def _is_asked(self, added: dict[str, str]) -> bool:
        """Tell whether an interview goes on: a trouble was told, or a first question answered."""
        if self._complains_only():
            return False
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
        if await self._was_said(line.how):
            return
        if said[-1].get("text") is None:  # a standing sentence of the domain
            said.append(bubble(Utterance(line.how)))
        else:
            said[-1]["text"] += f"\n{line.how}"

    async def _aside(self, meant: Meaning, text: str) -> list[dict[str, Any]]:
        """Answer what a message wants besides the interview."""
        intent = meant.intent
        scolded = meant.kinds & {"anger", "insult"} and meant.category is None
        if scolded and intent in (*NOT_SAYING, "complain_service"):
            lines = wording.PERSON_AGAIN if self.conversation.waiting else care.lines("anger")
            return [bubble(Utterance(await self._fresh(lines)))]
        if intent == "greet" and self.conversation.waiting:
            # 有人吗, 喂: they look for the person who was called.
            return [bubble(Utterance(await self._fresh(wording.PERSON_AGAIN)))]
        if intent == "greet" and "service" in self.case.facts:
            return [bubble(Utterance(wording.STILL_HERE))]
        if intent in SMALL_TALK:
            return [{"response": SMALL_TALK[intent]}]
        if intent == "ask_knowledge":
            return [bubble(self._article(text, meant.chosen))]
        if intent == "ask_progress":
            return [bubble(await self._progress())]
        if intent == "request_human":
            return [bubble(await self._person())]
        if meant.category is not None:
            threatens = "authority" in meant.kinds
            return [bubble(await self._complaint(meant.category, threatens))]
        if intent == "ask_billing":
            # It only asks for a price: said where prices are found, and no complaint.
            kind = "asks_price"
            return [bubble(Utterance(care.lines(kind)[0], citations=care.sources(kind)))]
        return []

    def _wants_only_care(self, report: Report, meant: Meaning, added: bool) -> bool:
        """Tell whether a message says nothing beside its danger, worry or whose phone it is.

        In danger the classifier is not believed where it sees a complaint or another subject.
        """
        kinds = meant.kinds
        if kinds.isdisjoint(CARED_FOR) or meant.wants_help is not None or meant.place is not None:
            return False
        if added or meant.answers_question or meant.facts or "relapse" in kinds:
            return False
        if SOLVED.match(report.words) or meant.intent in (*SERVICE_BY_INTENT, "request_human"):
            return False
        if "danger" in kinds:
            return "authority" not in kinds and "投诉" not in report.words
        return meant.intent in NOT_SAYING

    async def _with_care(
        self, kinds: frozenset[str], said: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Say first what a need calls for, each once in a conversation; in danger call a person."""
        told = [k for k in CARED_FOR if k in kinds and not await self._was_said(care.lines(k)[0])]
        if "danger" in kinds:
            return await self._in_danger("danger" in told, said)
        if "worry" in told and await self._was_said(care.lines("danger")[0]):
            told.remove("worry")
        words = "".join(care.lines(kind)[0] for kind in told)
        if not words:
            return said
        if not said or said[0].get("text") is None:
            return [bubble(Utterance(words)), *said]
        return [{**said[0], "text": words + said[0]["text"]}, *said[1:]]

    async def _in_danger(self, first: bool, said: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ticket = await self._ticket(None)
        tickets.raise_priority(self.session, ticket, "urgent", "bot")
        conversations.wait_for_person(self.conversation)
        if not first:
            return said or [bubble(Utterance(await self._fresh(wording.PERSON_AGAIN)))]
        tickets.record(self.session, ticket, "danger", "customer", self.own_words)
        _, card = await self._deadline("first_answer")
        numbered = any(card["number"] in (message.get("text") or "") for message in said)
        words = care.lines("danger")[0] + ("" if numbered else f"工单号 {card['number']}。")
        return [bubble(Utterance(words, citations=care.sources("danger"), ticket=card)), *said]

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

    async def _nothing_new(self, report: Report, meant: Meaning) -> list[dict[str, Any]]:
        """Answer what adds no fact: after the end, said before, or not understood."""
        intent = meant.intent
        ended = self._ended()
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
        paused = await self._paused(intent, report.words)
        if paused is not None:
            return paused
        return await self._not_understood(report, meant)

    async def _not_understood(self, report: Report, meant: Meaning) -> list[dict[str, Any]]:
        """Ask what was meant; the second time in a row, or after 都不是, a person is called."""
        wanted = meant.intent == NONE_OF_THESE
        self.conversation.misses += 1
        library, step = self.case.library, self.case.step()
        open_ = step if isinstance(step, Ask) and self._is_asked({}) else None
        if wanted or self.conversation.misses >= fallback.MISSES_BEFORE_PERSON:
            called = self.conversation.waiting and (
                await self._was_said(fallback.PERSON_WANTED) or await self._was_said(wording.PERSON)
            )
            conversations.wait_for_person(self.conversation)
            if called:
                coming = Utterance(await self._fresh(fallback.PERSON_COMING))
                if open_ is None:
                    return [bubble(coming)]
                # The question stays open, with its choices, but is not said again and again.
                asked = (await self.step())[0]
                return [bubble(replace(coming, asks=asked.asks, choices=asked.choices))]
            words = fallback.called(library, report, wanted)
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
