"""What goes to WeChat: planned from the conversation, within what WeChat allows, each message once.

Planning and the mark up to which it is done (`planned_seq`) are one transaction, so any process may
plan at any time. What is not allowed now stays unplanned and goes out after the customer's next
message.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.channels.wechat import customers, repository
from api.channels.wechat.budget import Budget, Rules, budget, spend
from api.channels.wechat.models import WeChatCustomer, WeChatDelivery
from api.channels.wechat.pushed import CLIENT_PREFIX
from api.channels.wechat.unreachable import note_unreachable
from api.channels.wechat.wording import Bubble, bubbles
from api.conversations import service as conversations
from api.conversations.models import Message
from api.database import Database, after_commit
from api.events import EVERYTHING, Broker

log = structlog.get_logger()

SWEEP_SECONDS = 3.0
"""Finds what a wake-up did not bring: news of a process that stopped."""
READ_AT_ONCE = 200
CARD_STAYS = timedelta(days=1)
"""So long a ticket's line and the link to its page need not be said again."""
KEPT_FOR_PEOPLE = 2
"""The bot leaves so many bubbles of an allowance to the agent who may have to say more."""

_TOPIC = "conversation:"


class Outbox:
    """Plans in this process what is said to customers in WeChat."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        rules: Rules,
        *,
        link: Callable[[str], str | None],
        numbered: Callable[[str], bool],
        planned: Callable[[], None],
    ) -> None:
        """`link` gives a conversation's address in the web page; `planned` is called when there
        is something to send; `numbered` as in `wording.bubbles`."""
        self._database = database
        self._broker = broker
        self._rules = rules
        self._link = link
        self._numbered = numbered
        self._planned = planned

    async def run(self) -> None:
        """Plan whatever is said, until cancelled."""
        loop = asyncio.get_running_loop()
        swept = -SWEEP_SECONDS
        with self._broker.subscribe_all() as reader:
            topics = [EVERYTHING]
            while True:
                # Also where news never pauses: what they did not bring is found in time.
                if EVERYTHING in topics or loop.time() - swept >= SWEEP_SECONDS:
                    topics, swept = [EVERYTHING], loop.time()
                try:
                    await self._plan_topics(topics)
                except Exception as error:  # the outbox outlives a database that is away
                    log.warning("wechat_planning_failed", error=type(error).__name__)
                    await asyncio.sleep(SWEEP_SECONDS)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_SECONDS):
                        await reader.wait()
                topics = reader.take()

    async def _plan_topics(self, topics: Sequence[str]) -> None:
        if EVERYTHING in topics:
            await self.sweep()
            return
        heard = [topic.removeprefix(_TOPIC) for topic in topics if topic.startswith(_TOPIC)]
        if heard:
            # One question for all of them: most conversations are not in WeChat.
            async with self._database.reading() as session:
                found = await repository.with_news(session, heard)
            for conversation_id in found:
                await self.plan(conversation_id)

    async def sweep(self) -> None:
        """Plan what is said and not planned, wherever WeChat allows anything now."""
        now = clock.now()
        async with self._database.reading() as session:
            found = await repository.to_plan(
                session, now - self._rules.window, now - self._rules.event_window
            )
        for conversation_id in found:
            await self.plan(conversation_id)

    async def plan(self, conversation_id: str) -> int:
        """Plan what is new in a conversation; return how many bubbles."""
        async with self._database.transaction() as session:
            customer = await customers.of_conversation(session, conversation_id, for_update=True)
            if customer is None:
                return 0
            count = await self._plan(session, customer, conversation_id)
            if count:
                after_commit(session, self._planned)
        return count

    async def _plan(
        self, session: AsyncSession, customer: WeChatCustomer, conversation_id: str
    ) -> int:
        rows = await conversations.transcript(
            session, conversation_id, after=customer.planned_seq, limit=READ_AT_ONCE
        )
        wanted = await for_wechat(session, conversation_id, rows)
        if not wanted:
            if any(row.sender != "customer" for row in rows):
                customer.planned_seq = rows[-1].seq
            return 0
        now = clock.now()
        may = budget(customer, self._rules, now)
        made: list[Bubble] = []
        if customer.subscribed and may.left:
            texts: Sequence[str] = ()
            if any(message.ticket for message in wanted):
                since = now - CARD_STAYS
                texts = await repository.texts_since(session, conversation_id, since)
            made = self._bubbles(wanted, may, conversation_id, now, texts)
        if not made:
            if not (customer.subscribed and may.left):
                await note_unreachable(session, customer, open_window=may.open)
            return 0
        spend(customer, self._rules, now, len(made))
        last = made[-1].seqs[-1]
        customer.planned_seq = rows[-1].seq if last == wanted[-1].seq else last
        for bubble in made:
            add(session, conversation_id, customer.openid, bubble)
        return len(made)

    def _bubbles(
        self,
        wanted: Sequence[Message],
        may: Budget,
        conversation_id: str,
        now: datetime,
        texts: Sequence[str],
    ) -> list[Bubble]:
        by_bot = all(message.sender != "agent" for message in wanted)
        fair = max(1, may.left - KEPT_FOR_PEOPLE) if by_bot else may.left
        link = self._link(conversation_id) if any(m.ticket for m in wanted) else None
        menus = self._may_be_tapped(may, now)
        made: list[Bubble] = []
        for most in (fair, may.left):
            made = bubbles(
                wanted,
                most,
                link,
                numbered=self._numbered,
                menus=menus,
                told=lambda line: any(line in text for text in texts),
            )
            if made and made[-1].seqs[-1] == wanted[-1].seq:
                break
        return made

    def _may_be_tapped(self, may: Budget, now: datetime) -> bool:
        """Tell whether there is enough of the window left to let the customer tap instead of write:
        a tap allows as little as a menu's click, words open the window anew."""
        if may.closes_at is None or may.by_message <= KEPT_FOR_PEOPLE:
            return False
        return may.closes_at - now > self._rules.window / 2


def add(session: AsyncSession, conversation_id: str, openid: str, bubble: Bubble) -> WeChatDelivery:
    """Put a bubble on its way."""
    now = clock.now()
    delivery = WeChatDelivery(
        conversation_id=conversation_id,
        openid=openid,
        body=bubble.body,
        seqs=list(bubble.seqs),
        state="pending",
        attempts=0,
        next_at=now,
        created_at=now,
    )
    session.add(delivery)
    return delivery


async def for_wechat(
    session: AsyncSession, conversation_id: str, rows: Sequence[Message]
) -> list[Message]:
    """Return the messages among `rows` (in order) that go to WeChat.

    An answer goes where its question came from; what else is said goes where the customer wrote
    last. A conversation that began in WeChat and has no message yet is in WeChat.
    """
    here = {row.id: row.client_id for row in rows}
    asked = {row.reply_to for row in rows if row.reply_to and row.reply_to not in here}
    origin = {**here, **await repository.origins(session, sorted(asked))}
    before = None
    if rows:
        before = await repository.last_of_customer(session, conversation_id, rows[0].seq - 1)
    in_wechat = before is None or is_wechats(before.client_id)
    wanted = []
    for row in rows:
        if row.sender == "customer":
            in_wechat = is_wechats(row.client_id)
        elif is_wechats(origin.get(row.reply_to)) if row.reply_to in origin else in_wechat:
            wanted.append(row)
    return wanted


def is_wechats(client_id: str | None) -> bool:
    """Tell whether a customer's message came by WeChat."""
    return client_id is not None and client_id.startswith(CLIENT_PREFIX)
