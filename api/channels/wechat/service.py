"""WeChat as one part of the product: what `main` starts, stops and asks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.channels.wechat import customers, outbox, pushed, reach, repository
from api.channels.wechat.arrivals import Arrivals
from api.channels.wechat.budget import Rules, spend
from api.channels.wechat.client import CallError, Client
from api.channels.wechat.crypto import Opener, Query
from api.channels.wechat.delivery import Delivery
from api.channels.wechat.incoming import Intake
from api.channels.wechat.menu import menu
from api.channels.wechat.models import WeChatDelivery
from api.channels.wechat.outbox import Outbox
from api.channels.wechat.tokens import NoToken, Tokens
from api.channels.wechat.wording import Bubble
from api.conversations import service as conversations
from api.conversations.claims import Reaches
from api.conversations.models import Conversation
from api.conversations.service import Utterance
from api.conversations.turn import Turn, Turns
from api.database import Database, after_commit
from api.errors import Conflict, NotFound
from api.events import Broker
from api.interview.service import Interview
from api.settings import Settings

SLOW_SECONDS = 1.0
"""A turn that takes longer is announced in WeChat as being written."""
KEEP_RECEIPTS = timedelta(days=7)
FORGET_SECONDS = 3_600.0
DRAIN_SECONDS = 4.0


class WeChat:
    """The channel of one Official Account in this process."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        broker: Broker,
        interview: Interview,
        turns: Turns,
        link: Callable[[str], str | None],
    ) -> None:
        """`link` gives the address of a conversation in the web page, if there is one."""
        self._arrivals = Arrivals(turns, self._announce)
        self.rules = Rules.of(settings)
        self._database = database
        self._broker = broker
        self.opener = Opener(
            settings.wechat_token,
            settings.wechat_app_id,
            settings.wechat_aes_key,
            settings.wechat_replay_seconds,
        )
        self.client = Client(
            settings.wechat_api_base, settings.wechat_app_id, settings.wechat_app_secret
        )
        self.tokens = Tokens(database, self.client, settings.wechat_app_id)
        self.intake = Intake(database, broker, interview, menu())
        self.delivery = Delivery(database, broker, self.client, self.tokens)
        library = interview.shelf.current
        self.outbox = Outbox(
            database,
            broker,
            self.rules,
            link=link,
            numbered=lambda fact: (
                library.facts[fact].kind not in ("digits", "count")
                if fact in library.facts
                else True
            ),
            planned=self.delivery.wake,
        )
        self._asides: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Plan and send for as long as the context lasts; what is on its way then may end."""
        tasks = [
            asyncio.create_task(self.outbox.run()),
            asyncio.create_task(self.delivery.run()),
            asyncio.create_task(self._arrivals.run()),
            asyncio.create_task(self._forget_receipts()),
        ]
        try:
            yield
        finally:
            tasks += self._asides
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.delivery.drain(DRAIN_SECONDS)
            self.client.close()

    def state(self) -> str:
        """Return `ready`, or `failing` while WeChat gives no access token."""
        return "ready" if self.tokens.trouble is None else "failing"

    async def reaches(
        self, session: AsyncSession, conversation: Conversation, words: Utterance
    ) -> None:
        """Let an agent's words pass that WeChat would take.

        Raises:
            Conflict: it would not.
        """
        await reach.check(session, self.rules, conversation, words)

    async def take(self, body: bytes, query: Query) -> None:
        """Take in one push whose address was checked; its turn begins by itself.

        Raises:
            Forbidden, Invalid: as `Opener.open` and `pushed.read`.
        """
        with self._arrivals.one():
            said = pushed.read(self.opener.open(body, query))
            message = await self.intake.take(said)
        if message is not None:
            self._arrivals.answer(message, said.openid)

    def _announce(self, openid: str, turn: Turn) -> None:
        """Show in WeChat that an answer is being written, if the turn takes a while."""
        task = asyncio.create_task(self._show_typing(openid, turn))
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _show_typing(self, openid: str, turn: Turn) -> None:
        done, _ = await asyncio.wait([turn], timeout=SLOW_SECONDS)
        if not done:
            with contextlib.suppress(CallError, NoToken):
                await self.client.typing(await self.tokens.current(), openid)

    async def send_again(self, delivery_id: int) -> WeChatDelivery:
        """Send a bubble again that did not arrive, or may not have: an agent decided so.

        Raises:
            NotFound: there is no such delivery.
            Conflict: it has arrived, is still under way, was sent again, or WeChat's limits.
        """
        async with self._database.transaction() as session:
            old = await repository.get(session, delivery_id)
            if old is None:
                raise NotFound("没有这条微信消息。", code="delivery_not_found")
            conversation = await conversations.find(session, old.conversation_id)
            customer = await customers.take(session, old.openid)
            await session.refresh(old)
            if old.state not in ("failed", "refused", "unsure"):
                raise Conflict("这条已经发到，或者还在发送。", code="delivery_not_failed")
            if await repository.repeated(session, old.id):
                raise Conflict("这条已经再发过一次。", code="delivery_sent_again")
            if customer.conversation_id == conversation.id:
                await reach.check(session, self.rules, conversation, Utterance("再发一次"))
            else:
                raise Conflict("客户在微信里已经换了一段对话。", code="wechat_elsewhere")
            spend(customer, self.rules, clock.now(), 1)
            bubble = Bubble(old.body, tuple(old.seqs))
            again = outbox.add(session, conversation.id, old.openid, bubble)
            again.repeats = old.id
            topic = conversations.topic(conversation.id)
            after_commit(session, self.delivery.wake)
            after_commit(session, lambda: self._broker.publish(topic))
        return again

    async def _forget_receipts(self) -> None:
        """WeChat repeats itself for seconds; a week of receipts is more than enough."""
        while True:
            with contextlib.suppress(Exception):
                async with self._database.transaction() as session:
                    await repository.forget_receipts(session, clock.now() - KEEP_RECEIPTS)
            await asyncio.sleep(FORGET_SECONDS)


def reaches_by(wechat: WeChat | None) -> Reaches:
    """Return what decides whether an agent's words can be brought to the customer."""
    if wechat is not None:
        return wechat.reaches

    async def not_connected(
        session: AsyncSession, conversation: Conversation, words: Utterance
    ) -> None:
        if conversation.channel == "wechat":
            raise Conflict("这里没有接入微信，消息送不到。", code="wechat_not_configured")

    return not_connected
