"""Makes the suggestions of a conversation, once for each state it is in.

Read first, written in a short transaction that looks again: two calls at once make one list,
and a conversation that moved on meanwhile is looked at anew.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.assist import candidates, personal, repository, situation
from api.assist.candidates import Candidate
from api.assist.situation import Situation
from api.conversations import service as conversations
from api.conversations.models import Conversation
from api.database import Database, after_commit
from api.decision_tree import Library
from api.diagnosis.library import Shelf
from api.events import CLAIMS, EVERYTHING, Broker
from api.interview.replies import Desk
from api.knowledge import KnowledgeBase
from api.knowledge.search import ASKED_FOR, THRESHOLD
from api.phrases.search import Cut, PhraseBook, PhraseIndex
from api.suggestions import service as suggestions
from api.suggestions.models import Suggestion

log = structlog.get_logger()

OF_CONVERSATION = conversations.topic("")
"""How the topics begin that name a conversation."""

TRIES = 3
"""How often a conversation that moves on while it is looked at is looked at again."""
BATCH_SECONDS = 0.02
PHRASES_LOOKED_AT = 6
HINT_COUNTS = 0.8
"""What a phrase counts that suits the situation, beside one that suits what was said."""
NOT_WEIGHED = 1.0
"""The score of a draft that no list was made with yet; every weighed one is below."""


@dataclass(frozen=True)
class Shown:
    """What may be sent now, best first, and what the reasons need."""

    suggestions: list[Suggestion]
    conversation: Conversation
    phrases: PhraseIndex
    library: Library


class Assist:
    """The suggestions of this process's conversations."""

    def __init__(
        self, *, database: Database, broker: Broker, shelf: Shelf, desk: Desk, cut: Cut
    ) -> None:
        self._database = database
        self._broker = broker
        self._shelf = shelf
        self._desk = desk
        self._phrases = PhraseBook(cut)
        self.held: frozenset[str] = frozenset()
        """The conversations that a person holds, in whichever process they took them."""

    @property
    def knowledge(self) -> KnowledgeBase:
        return self._desk.knowledge

    async def show(self, conversation_id: str, *, make: bool = True) -> Shown:
        """Return the suggestions of a conversation, made now where they are missing.

        With `make=False` only what was made before: a list costs 15 ms that somebody who merely
        watches the bot would take from a customer's turn.

        Raises:
            NotFound: there is no such conversation.
        """
        shown, current = await self._kept(conversation_id)
        if make and not current:
            await self.ensure(conversation_id)
            shown, _ = await self._kept(conversation_id)
        return shown

    async def _kept(self, conversation_id: str) -> tuple[Shown, bool]:
        """Return the suggestions that are there, and whether they are of where it stands now."""
        async with self._database.reading() as session:
            conversation = await conversations.find(session, conversation_id)
            rows = await suggestions.newest(session, conversation_id)
            phrases = await self._phrases.index(session)
        still_open = [row for row in reversed(rows) if row.state == "open"]
        best = sorted(still_open, key=lambda row: -row.score)[: candidates.MOST]
        shown = Shown(best, conversation, phrases, self._shelf.current)
        return shown, _is_current(conversation, rows)

    async def ensure(self, conversation_id: str) -> bool:
        """Make the suggestions for where the conversation stands; True when any changed.

        Raises:
            NotFound: there is no such conversation.
        """
        for _ in range(TRIES):
            async with self._database.reading() as session:
                conversation = await conversations.find(session, conversation_id)
                rows = await suggestions.newest(session, conversation_id)
                if _is_current(conversation, rows):
                    return False
                seen = await situation.look(session, self._shelf, conversation)
                if seen.bot_is_composing:
                    return False
                found = await self._candidates(session, conversation_id, seen)
            changed = await self._store(conversation_id, seen, found)
            if changed is not None:
                return changed
        return False

    async def follow(self) -> None:
        """Make suggestions wherever a person holds a conversation and something is new there."""
        with self._broker.subscribe_all() as news:
            topics = [EVERYTHING]
            while True:
                try:
                    await self._after(topics)
                    topics = []
                except Exception as error:  # an open console asks for what is missing here
                    log.warning("suggestions_failed", error=type(error).__name__)
                    topics = [EVERYTHING]
                await news.wait()
                await asyncio.sleep(BATCH_SECONDS)
                topics += news.take()

    async def _after(self, topics: Sequence[str]) -> None:
        if CLAIMS in topics or EVERYTHING in topics:
            async with self._database.reading() as session:
                self.held = frozenset(await repository.held(session))
        for topic in topics:
            conversation_id = topic.removeprefix(OF_CONVERSATION)
            if topic.startswith(OF_CONVERSATION) and conversation_id in self.held:
                await self.ensure(conversation_id)

    async def _candidates(
        self, session: AsyncSession, conversation_id: str, seen: Situation
    ) -> list[Candidate]:
        asked = seen.intent == "ask_knowledge"
        hits = self._desk.knowledge.search(
            seen.words, limit=2, at_least=ASKED_FOR if asked else THRESHOLD
        )
        phrases = _phrases(await self._phrases.index(session), seen)
        replies = (
            await repository.replies_at(session, seen.node, conversation_id) if seen.node else []
        )
        general = [(key, text) for key, text in replies if personal.is_general(text)]
        tree = candidates.of_tree(seen.case, seen.ticket, seen.clocks, self._desk.smsc_number)
        return [
            *(each for each in tree if not _was_told(each, seen)),
            *candidates.of_knowledge(seen.case.library, hits),
            *phrases,
            *candidates.of_history(general),
        ]

    async def _store(
        self, conversation_id: str, seen: Situation, found: Sequence[Candidate]
    ) -> bool | None:
        """Keep the best of what was found; None when the conversation has moved on."""
        async with self._database.transaction() as session:
            conversation = await conversations.find(session, conversation_id, for_update=True)
            rows = await suggestions.newest(session, conversation_id)
            if _is_current(conversation, rows):
                return False
            if (conversation.last_seq, conversation.node) != (seen.seq, seen.node):
                return None
            changed = self._renew(session, conversation, rows, seen, found)
            conversation.suggested_seq = seen.seq
            if changed:
                topic = conversations.topic(conversation_id)
                after_commit(session, lambda: self._broker.publish(topic))
            return changed

    def _renew(
        self,
        session: AsyncSession,
        conversation: Conversation,
        rows: Sequence[Suggestion],
        seen: Situation,
        found: Sequence[Candidate],
    ) -> bool:
        """Weigh the drafts, keep the rows that are offered again, add the new, close the rest."""
        offered = [row for row in rows if row.state == "open"]
        drafts = [row for row in offered if row.source == "bot"]
        changed = False
        for row in drafts:
            changed |= row.score >= NOT_WEIGHED
            row.score = candidates.bot_score(conversation.sure if row.reply_to else None)
        last = seen.last_of_customer
        refused = [
            row.text
            for row in rows
            if row.state == "rejected" and (last is None or row.created_at >= last.created_at)
        ]
        chosen = candidates.choose(
            [row.text for row in drafts], found, [*_told_to(seen, found), *refused]
        )
        old = {(row.source, row.text): row for row in offered if row.source != "bot"}
        for candidate in chosen:
            known = old.pop((candidate.source, candidate.text), None)
            if known is not None:
                known.score, known.node = candidate.score, conversation.node
                continue
            changed = True
            suggestions.propose(
                session,
                conversation.id,
                candidate.text,
                reply_to=last.id if last is not None else None,
                source=candidate.source,
                asks=candidate.asks,
                choices=candidate.choices,
                citations=candidate.citations,
                score=candidate.score,
                key=candidate.key,
                node=conversation.node,
            )
        for row in old.values():
            changed = True
            row.state, row.decided_at = "ignored", clock.now()
        return changed


def _phrases(index: PhraseIndex, seen: Situation) -> list[Candidate]:
    """Return the phrases for the customer's words and step; one for each hint after them."""
    found = candidates.of_phrases(index.search([seen.words], seen.nodes, PHRASES_LOOKED_AT))
    for hint in seen.hints:
        hinted = candidates.of_phrases(index.search([hint], (), 1))
        found += [replace(each, score=round(each.score * HINT_COUNTS, 4)) for each in hinted]
    return found


def _is_current(conversation: Conversation, rows: Sequence[Suggestion]) -> bool:
    """Whether a list was made for this message and node, with every draft that is there."""
    if conversation.suggested_seq != conversation.last_seq:
        return False
    if any(r.source == "bot" and r.state == "open" and r.score >= NOT_WEIGHED for r in rows):
        return False
    made = [row for row in rows if row.source != "bot" and row.state != "ignored"]
    return any(row.node == conversation.node for row in made) and all(
        row.node == conversation.node for row in made if row.state == "open"
    )


def _was_told(tree: Candidate, seen: Situation) -> bool:
    """Whether the tree's step was said already; a question may be asked again later."""
    if tree.asks is not None:
        return any(message.asks == tree.asks for message in seen.told_since)
    # The same advice may have been said with another deadline.
    beginning = tree.text.split("\n")[0].split("，最晚")[0]
    return any(beginning in text for text in seen.told)


def _told_to(seen: Situation, found: Sequence[Candidate]) -> list[str]:
    """Return what must not be said twice: everything, but a question that was not answered."""
    question = next((each.asks for each in found if each.source == "tree"), None)
    since = {message.id for message in seen.told_since}
    return [
        message.text
        for message in seen.messages
        if message.sender != "customer"
        and (question is None or message.asks != question or message.id in since)
    ]
