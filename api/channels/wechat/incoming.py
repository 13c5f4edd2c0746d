"""Taking in what WeChat pushed: once, in one transaction, without waiting for the bot.

The receipt, the customer, their conversation and the message are stored together. What is sent
again finds its receipt and changes nothing, in whichever process it comes and after any restart.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.attachments import service as attachments
from api.channels.join import codes
from api.channels.wechat import customers, repository, sentences
from api.channels.wechat.menu import Menu
from api.channels.wechat.models import WeChatCustomer
from api.channels.wechat.pushed import Pushed
from api.conversations import service
from api.conversations.models import Conversation, Message
from api.conversations.service import Incoming, Utterance
from api.conversations.text import clean
from api.database import Database, after_commit
from api.errors import Invalid
from api.events import Broker
from api.interview.service import Interview
from api.interview.understanding import may_say
from api.interview.wording import choice_text
from api.tickets import service as tickets

log = structlog.get_logger()

MAX_TEXT = 4_000
"""Characters; WeChat itself lets through about 2,000, and nothing of it shall be lost."""

QUIET_AFTER_END = timedelta(days=3)
"""So long after a ticket's end the same conversation goes on; what comes later is a new trouble."""
QUIET_WITHOUT_TICKET = timedelta(days=7)
ENDED = ("resolved", "closed")

_NUMBER = re.compile(r"(?:我?(?:选择?|回复))?\s*[(]?(\d{1,2})[)]?[.、。号]?")
"""1, (1), 回复1, ①: the number of a choice and nothing else."""
_HOUSE = re.compile(r"[A-Za-z]*\d[\dA-Za-z-]*\s*(?:丁目|号楼|号|栋|座|巷|弄|室|层|楼)?,?")
_READABLE = re.compile(r"[A-Za-z\u4e00-\u9fff]")
"""A label of Hangul or Thai letters alone names a place that the bot does not know by them."""
_PRESSED = re.compile(r"(\d{1,9})(\d{2})")
"""The message's number and the choice's; WeChat replaces an id that is not all digits."""


@dataclass(frozen=True)
class _Words:
    """What a push becomes: the message, and what the channel answers by itself (in `auto`, or
    `always`)."""

    incoming: Incoming
    answer: str | None = None
    always: bool = False


class Intake:
    """Takes pushes in; several processes may share the database."""

    def __init__(
        self, database: Database, broker: Broker, interview: Interview, menu: Menu
    ) -> None:
        self._database = database
        self._broker = broker
        self._interview = interview
        self._menu = menu

    async def take(self, pushed: Pushed) -> Message | None:
        """Store a push; return the message whose turn is to begin, if one is.

        None also for what was here before, and for events that begin no turn.
        """
        if pushed.kind == "ignored":
            return None
        async with self._database.transaction() as session:
            if not await repository.receive(session, pushed.key, pushed.openid, clock.now()):
                log.info("wechat_seen_before", kind=pushed.kind)
                return None
            customer = await customers.take(session, pushed.openid)
            if pushed.kind == "unfollow":
                await self._unfollow(session, customer)
                return None
            (customers.acted if pushed.counts_as_event else customers.wrote)(customer)
            if pushed.kind in ("follow", "scan"):
                await self._welcome(session, customer)
                return None
            message = await self._message(session, customer, pushed)
            await repository.note_message(session, pushed.key, message.id)
        return message if message.turn == "queued" else None

    async def _unfollow(self, session: AsyncSession, customer: WeChatCustomer) -> None:
        customer.subscribed = False
        if customer.conversation_id is None:
            return
        self._tell(session, customer.conversation_id)
        ticket = await tickets.of_conversation(session, customer.conversation_id)
        if ticket is not None:
            note = "客户取消关注了公众号，微信消息送不到。"
            tickets.record(session, ticket, "unreachable", "system", note)

    async def _welcome(self, session: AsyncSession, customer: WeChatCustomer) -> None:
        conversation = await self._open_conversation(session, customer)
        if conversation is None:
            conversation, _ = service.begin(session, "wechat", self._interview.greeting())
            await self._give(session, customer, conversation)
            customer.planned_seq = 0  # the greeting is to be sent
        else:
            service.say(session, conversation, "system", Utterance(sentences.WELCOME_BACK))
        self._tell(session, conversation.id)

    async def _message(
        self, session: AsyncSession, customer: WeChatCustomer, pushed: Pushed
    ) -> Message:
        code = codes.code_in(pushed.text) if pushed.kind == "text" else None
        if code is not None:
            return await self._bind(session, customer, pushed, code)
        conversation = await self._conversation(session, customer)
        words = await self._words(session, conversation, pushed)
        return await self._store(session, conversation, words, pushed)

    async def _bind(
        self, session: AsyncSession, customer: WeChatCustomer, pushed: Pushed, code: str
    ) -> Message:
        """Go on here with a conversation of the web page, if the code is good."""
        redeemed = await codes.redeem(session, code, pushed.openid)
        if redeemed.conversation_id is None:
            conversation = await self._conversation(session, customer)
        else:
            conversation = await service.find(session, redeemed.conversation_id, for_update=True)
            await self._leave(session, customer, conversation.id)
            await customers.move(session, customer, conversation)
        said = Incoming(pushed.client_id, clean(pushed.text, MAX_TEXT), answered=True)
        answer = redeemed.refusal or codes.BOUND
        return await self._store(session, conversation, _Words(said, answer, always=True), pushed)

    async def _leave(self, session: AsyncSession, customer: WeChatCustomer, for_id: str) -> None:
        """Note in the open conversation before that its customer is not there any more."""
        if customer.conversation_id == for_id:
            return
        before = await self._open_conversation(session, customer)
        if before is None:
            return
        service.say(session, before, "system", Utterance(sentences.MOVED))
        self._tell(session, before.id)
        ticket = await tickets.of_conversation(session, before.id)
        if ticket is not None:
            note = "客户在微信里接上了网页上的另一段对话，这里的回复送不到微信。"
            tickets.record(session, ticket, "unreachable", "system", note)

    async def _conversation(self, session: AsyncSession, customer: WeChatCustomer) -> Conversation:
        """Return the customer's open conversation, or a new one: who writes needs no greeting."""
        conversation = await self._open_conversation(session, customer)
        if conversation is None:
            conversation, _ = service.begin(session, "wechat", [])
            await self._give(session, customer, conversation)
        return conversation

    async def _open_conversation(
        self, session: AsyncSession, customer: WeChatCustomer
    ) -> Conversation | None:
        if customer.conversation_id is None:
            return None
        conversation = await service.find(session, customer.conversation_id, for_update=True)
        if conversation.mode != "auto" or conversation.waiting:
            return conversation
        quiet = clock.now() - conversation.updated_at
        ticket = await tickets.of_conversation(session, conversation.id)
        if ticket is None:
            return conversation if quiet < QUIET_WITHOUT_TICKET else None
        ended = ticket.status in ENDED and quiet >= QUIET_AFTER_END
        return None if ended else conversation

    async def _give(
        self, session: AsyncSession, customer: WeChatCustomer, conversation: Conversation
    ) -> None:
        await session.flush()
        await customers.move(session, customer, conversation)

    async def _store(
        self, session: AsyncSession, conversation: Conversation, words: _Words, pushed: Pushed
    ) -> Message:
        await session.flush()
        message = await service.store(session, self._broker, conversation.id, words.incoming)
        if pushed.kind == "image" and pushed.ref:
            await attachments.expect(session, self._broker, conversation.id, message.id, pushed.ref)
        # A person who holds the conversation sees what came and answers it themselves.
        if words.answer is not None and (words.always or conversation.mode == "auto"):
            await session.refresh(conversation)
            answer = Utterance(words.answer)
            service.say(session, conversation, "system", answer, reply_to=message.id)
        return message

    async def _words(
        self, session: AsyncSession, conversation: Conversation, pushed: Pushed
    ) -> _Words:
        by_itself = {
            "image": (sentences.PICTURE_SHOWN, sentences.PICTURE),
            "voice": (sentences.VOICE_SHOWN, sentences.NO_VOICE_TEXT),
            "text": (sentences.EMPTY_SHOWN, sentences.EMPTY),
            "click": ("〔菜单〕", sentences.OLD_MENU),
            "location": (_where(pushed), _no_place(pushed)),
        }
        other = sentences.OTHER_KIND.format(kind=sentences.other_kind(pushed.ref))
        shown, answer = by_itself.get(pushed.kind, (sentences.shown(pushed.ref), other))
        text = self._text(pushed)
        if text is None:
            incoming = Incoming(pushed.client_id, shown, trace=_trace(pushed), answered=True)
            return _Words(incoming, answer)
        if pushed.kind == "text" and codes.lacks_code(text):
            return _Words(Incoming(pushed.client_id, text, answered=True), codes.NO_CODE)
        if pushed.kind == "text":
            chosen = await self._chosen(session, conversation, pushed, text)
            if chosen is not None:
                return _Words(chosen)
        return _Words(Incoming(pushed.client_id, text, trace=_trace(pushed)))

    def _text(self, pushed: Pushed) -> str | None:
        """Return the words of a push that the bot can read, or None."""
        text = pushed.text
        if pushed.kind == "click":
            text = self._menu.says.get(pushed.ref, "")
            if not text:
                log.warning("wechat_menu_key_unknown", key=pushed.ref[:64])
        if pushed.kind in ("image", "other"):
            return None
        try:
            readable = clean(text, MAX_TEXT)
        except Invalid:
            return None
        if pushed.kind != "location":
            return readable
        # As customers say it themselves: the words before a place decide whether it is understood.
        return f"我在{_area(readable)}" if _READABLE.search(readable) else None

    async def _chosen(
        self, session: AsyncSession, conversation: Conversation, pushed: Pushed, text: str
    ) -> Incoming | None:
        """Return the choice that was pressed in a menu, or named by its number."""
        pressed = _PRESSED.fullmatch(pushed.ref)
        folded = unicodedata.normalize("NFKC", text).strip()
        number = _NUMBER.fullmatch(folded)
        if pressed is not None:
            question = await _said(session, conversation.id, Message.seq == int(pressed[1]))
            chosen = _nth(question, int(pressed[2]))
            if chosen is None or chosen["label"] != text:
                return None
        elif number is not None and conversation.asks is not None:
            question = await _said(session, conversation.id, Message.asks == conversation.asks)
            if not self._is_numbered(question):
                return None
            chosen = _nth(question, int(number[1]))
        else:
            return None
        if question is None or question.asks is None or chosen is None:
            return None
        library, fact, value = self._interview.shelf.current, question.asks, chosen["value"]
        if not may_say(library, fact, value):
            return None
        choice = {"fact": fact, "value": value}
        shown = choice_text(library, fact, value)
        return Incoming(pushed.client_id, shown, choice, {"wechat": {"typed": text[:40]}})

    def _is_numbered(self, question: Message | None) -> bool:
        """Tell whether a bare number names a choice, or is itself the answer (a PRL version)."""
        fact = self._interview.shelf.current.facts.get((question and question.asks) or "")
        return fact is not None and fact.kind not in ("digits", "count")

    def _tell(self, session: AsyncSession, conversation_id: str) -> None:
        topic = service.topic(conversation_id)
        after_commit(session, lambda: self._broker.publish(topic))


async def _said(session: AsyncSession, conversation_id: str, which: Any) -> Message | None:
    """Return the latest message of ours with choices of which this holds."""
    found: Message | None = await session.scalar(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.sender != "customer", which)
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return found


def _nth(question: Message | None, number: int) -> dict[str, str] | None:
    if question is None or not 1 <= number <= len(question.choices):
        return None
    found: dict[str, str] = question.choices[number - 1]
    return found


def _trace(pushed: Pushed) -> dict[str, Any] | None:
    if pushed.kind == "text":
        return None
    known: dict[str, Any] = {"kind": pushed.kind}
    if pushed.coordinates is not None:
        known["latitude"], known["longitude"] = pushed.coordinates
    return {"wechat": known}


def _area(label: str) -> str:
    """Return a place without house numbers: nobody needs them, and where a number was asked for
    the bot would take one for the answer."""
    return " ".join(_HOUSE.sub("", label).split()) or label


def _where(pushed: Pushed) -> str:
    if pushed.coordinates is None:
        return "〔位置〕"
    latitude, longitude = pushed.coordinates
    named = f"{pushed.text.strip()}，" if pushed.text.strip() else ""
    return f"〔位置〕{named}纬度 {latitude}，经度 {longitude}"


def _no_place(pushed: Pushed) -> str:
    return sentences.PLACE_UNREADABLE if pushed.text.strip() else sentences.PLACE_UNNAMED
