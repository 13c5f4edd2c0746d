"""Who speaks in a conversation: claiming it, replying, handing it back, losing the claim.

A claim is exclusive. A console renews the claims of its person; one that has not been heard of
for CLAIM_LASTS loses them, and the customer is told.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.conversations import repository, service
from api.conversations.models import Conversation, Message
from api.conversations.service import Utterance
from api.database import Database, after_commit
from api.errors import Conflict
from api.events import CLAIMS, Broker
from api.people.models import Staff
from api.suggestions import service as suggestions

CLAIM_LASTS = timedelta(seconds=120)
HEAR_FIRST_SECONDS = 60.0
"""Whoever was away may be this process or its database: consoles are heard before they are
judged."""

CONNECTION_LOST = (
    "抱歉，为您服务的同事连接中断了，正在为您联系其他同事。您说的内容都已保存，"
    "这期间可以继续和机器人说。"
)


@dataclass(frozen=True)
class Changed:
    """A conversation whose mode was set."""

    conversation: Conversation
    handed_back: bool
    """A person spoke here until now, and the bot goes on."""


async def set_mode(
    session: AsyncSession, broker: Broker, conversation_id: str, mode: str, person: Staff
) -> Changed:
    """Let the bot speak (`auto`), draft for `person` (`copilot`), or be silent (`agent`).

    Supervisors and admins may take over from a colleague.

    Raises:
        NotFound: there is no such conversation.
        Conflict: a colleague holds this conversation; `details` names them.
    """
    conversation = await service.find(session, conversation_id, for_update=True)
    await check_mine_or_free(session, conversation, person)
    held = conversation.mode != "auto"
    if mode == "auto" and not held:
        return Changed(conversation, handed_back=False)
    if mode == "auto":
        await _let_go(session, conversation)
    else:
        if conversation.taken_by != person.id:
            conversation.held_until = None
        conversation.mode, conversation.taken_by = mode, person.id
        conversation.waiting, conversation.waiting_since = False, None
        conversation.wants_person = False
    conversation.updated_at = clock.now()
    _tell(session, broker, conversation_id)
    return Changed(conversation, handed_back=held and mode == "auto")


async def check_mine_or_free(
    session: AsyncSession, conversation: Conversation, person: Staff
) -> None:
    """Let pass who holds the conversation, who finds it free, and who may take over.

    Raises:
        Conflict: a colleague holds it.
    """
    if conversation.taken_by in (None, person.id) or person.role != "agent":
        return
    holder = await session.get_one(Staff, conversation.taken_by)
    raise Conflict(
        f"{holder.name}正在处理这段对话。",
        code="taken_by_another",
        id=holder.id,
        name=holder.name,
    )


async def hold(session: AsyncSession, person: Staff) -> None:
    """Renew all claims of a person."""
    await repository.hold(session, person.id, clock.now() + CLAIM_LASTS)


Reaches = Callable[[AsyncSession, Conversation, Utterance], Awaitable[None]]
"""Lets words pass that can be brought to the customer; raises `Conflict` for others."""


async def reply(
    session: AsyncSession,
    broker: Broker,
    conversation_id: str,
    *,
    client_id: str,
    text: str,
    person: Staff,
    suggestion_id: str | None = None,
    reaches: Reaches | None = None,
) -> Message:
    """Say an agent's words, once however often they are sent; other suggestions are then closed.

    Raises:
        NotFound: there is no such conversation or suggestion.
        Conflict: the bot speaks here, a colleague does, the suggestion is not open any more, or
            the customer cannot be reached; nothing is stored then.
    """
    conversation = await service.find(session, conversation_id, for_update=True)
    known = await repository.by_client_id(session, conversation_id, client_id)
    if known is not None:
        return known
    if conversation.mode == "auto":
        raise Conflict("机器人正在接待，请先接手再回复。", code="bot_speaks")
    await check_mine_or_free(session, conversation, person)
    words = Utterance(text)
    if suggestion_id is not None:
        proposed = await suggestions.find(session, suggestion_id, conversation_id)
        edited = proposed.text.strip() != text
        await suggestions.decide(
            session,
            suggestion_id,
            "edited" if edited else "sent",
            by=person.id,
            sent_text=text if edited else None,
        )
        words = Utterance(text, proposed.asks, proposed.choices, proposed.citations)
    if reaches is not None:
        await reaches(session, conversation, words)
    await suggestions.outdate(session, conversation_id, by=person.id)
    message = service.say(
        session, conversation, "agent", words, client_id=client_id, staff_id=person.id
    )
    topic = service.topic(conversation_id)
    after_commit(session, lambda: broker.publish(topic))
    return message


Released = Callable[[AsyncSession, Conversation, str], Awaitable[None]]
"""Called inside the transaction with the conversation and the username of who lost it."""


class ClaimWatch:
    """Releases the claims of consoles that are not heard of any more."""

    def __init__(self, database: Database, broker: Broker, released: Released) -> None:
        self._database = database
        self._broker = broker
        self._released = released
        self._hears_since: float | None = None

    async def look(self) -> None:
        """Release what is lost, once consoles had the time to be heard."""
        now = asyncio.get_running_loop().time()
        try:
            if self._hears_since is None:
                self._hears_since = now
            if now - self._hears_since >= HEAR_FIRST_SECONDS:
                await self.release_lost()
        except BaseException:
            self._hears_since = None
            raise

    async def release_lost(self) -> int:
        """Release every claim that has run out; return how many."""
        async with self._database.reading() as session:
            lost = await repository.not_held(session, clock.now())
        return sum([await self._release(conversation_id) for conversation_id in lost])

    async def _release(self, conversation_id: str) -> bool:
        async with self._database.transaction() as session:
            conversation = await service.find(session, conversation_id, for_update=True)
            until = conversation.held_until
            # Renewed, handed back or released by another process in the meantime.
            if conversation.mode == "auto" or until is None or until >= clock.now():
                return False
            holder = await session.get(Staff, conversation.taken_by)
            await _let_go(session, conversation)
            service.wait_for_person(conversation)
            service.say(session, conversation, "system", Utterance(CONNECTION_LOST))
            await self._released(session, conversation, holder.username if holder else "")
            _tell(session, self._broker, conversation_id)
        return True


def _tell(session: AsyncSession, broker: Broker, conversation_id: str) -> None:
    for topic in (CLAIMS, service.topic(conversation_id)):
        after_commit(session, partial(broker.publish, topic))


async def _let_go(session: AsyncSession, conversation: Conversation) -> None:
    conversation.mode, conversation.taken_by, conversation.held_until = "auto", None, None
    await suggestions.outdate(session, conversation.id)
