"""Sending what is planned: one process at a time, in order, and never twice.

A delivery is claimed by a lease, WeChat is called with no transaction open, and what became of it
is recorded. Who dies in between leaves it `unsure` once the lease has run out: WeChat knows no key
by which it would recognise a second sending, so only a person decides to send such a one again.
"""

import asyncio
import contextlib
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.channels.wechat import repository
from api.channels.wechat.client import (
    THREADS,
    CallError,
    Client,
    NotTaken,
    Rejected,
    TokenRefused,
)
from api.channels.wechat.models import WeChatCustomer, WeChatDelivery
from api.channels.wechat.tokens import NoToken, Tokens
from api.channels.wechat.unreachable import note_unreachable
from api.conversations import service as conversations
from api.database import Database, after_commit
from api.events import Broker

log = structlog.get_logger()

SWEEP_SECONDS = 3.0
LEASE = timedelta(seconds=60)
"""Longer than a call can take, with the fetching of a new token and a second try."""
MAX_ATTEMPTS = 10
"""With the pauses below about a quarter of an hour."""
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0
RECORD_TRIES = 20

WINDOW, LIMIT, UNFOLLOWED = 45015, 45047, 43004
REFUSALS = frozenset({WINDOW, LIMIT, UNFOLLOWED})
"""WeChat's limits: shown, and not tried again."""
MANY = 1_000
"""More than any allowance: nothing is left until the customer writes again."""


@dataclass(frozen=True)
class Outcome:
    """What became of one try."""

    state: str
    reason: str | None = None
    errcode: int | None = None


class Delivery:
    """Sends in this process, up to as many at once as the client has threads."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        client: Client,
        tokens: Tokens,
        *,
        first_pause_seconds: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        self._database = database
        self._broker = broker
        self._client = client
        self._tokens = tokens
        self._first_pause = first_pause_seconds
        self._wake = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """There is something to send."""
        self._wake.set()

    async def run(self) -> None:
        """Send what is due, until cancelled; what is on its way then is for `drain`."""
        while True:
            self._wake.clear()
            pause = SWEEP_SECONDS
            try:
                await self._give_up_abandoned()
                await self._send_due()
            except NoToken:
                pass  # logged where it was fetched; nothing was claimed
            except Exception as error:  # the sender outlives a database that is away
                log.warning("wechat_sending_failed", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def drain(self, seconds: float) -> None:
        """Give what is on its way `seconds` to end; what does not is `unsure` later."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=seconds)
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def _send_due(self) -> None:
        while (room := THREADS - len(self._sending)) > 0:
            async with self._database.reading() as session:
                due = await repository.due(session, clock.now(), room)
            if not due:
                return
            # Before anything is claimed: without a token nothing could become of it.
            await self._tokens.current()
            for delivery_id in due:
                async with self._database.transaction() as session:
                    claimed = await repository.claim(session, delivery_id, clock.now() + LEASE)
                if claimed is not None:
                    task = asyncio.create_task(self._send(claimed))
                    self._sending.add(task)
                    task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("wechat_delivery_broke", error=type(error).__name__)

    async def _send(self, delivery: WeChatDelivery) -> None:
        outcome = await self._try(delivery)
        log.info(
            "wechat_delivery",
            id=delivery.id,
            state=outcome.state,
            attempt=delivery.attempts,
            why=outcome.reason,
        )
        for attempt in range(RECORD_TRIES):
            try:
                await self._record(delivery, outcome)
                return
            except Exception as error:  # a database that is away comes back within the lease
                log.warning("wechat_record_failed", id=delivery.id, error=type(error).__name__)
                await asyncio.sleep(min(0.2 * 2**attempt, 5.0))

    async def _try(self, delivery: WeChatDelivery) -> Outcome:
        """Send once; where the token is refused, once more with another one."""
        try:
            token = await self._tokens.current()
            try:
                await self._client.send(token, delivery.openid, delivery.body)
            except TokenRefused:
                token = await self._tokens.current(token)
                await self._client.send(token, delivery.openid, delivery.body)
        except NoToken as error:
            return _later(delivery, "no_token", error.errcode)
        except (NotTaken, TokenRefused) as error:
            return _later(delivery, error.reason, error.errcode)
        except Rejected as error:
            state = "refused" if error.errcode in REFUSALS else "failed"
            return Outcome(state, error.reason, error.errcode)
        except CallError as error:
            return Outcome("unsure", error.reason, error.errcode)
        return Outcome("sent")

    async def _record(self, delivery: WeChatDelivery, outcome: Outcome) -> None:
        values: dict[str, Any] = {
            "state": outcome.state,
            "reason": outcome.reason,
            "errcode": outcome.errcode,
        }
        now = clock.now()
        if outcome.state == "sent":
            values["sent_at"] = now
        if outcome.state == "pending":
            pause = self._pause(delivery.attempts)
            values["next_at"] = now + timedelta(seconds=pause)
            asyncio.get_running_loop().call_later(pause, self._wake.set)
        async with self._database.transaction() as session:
            # Whoever took it for abandoned knew less than we do, if it did arrive.
            states = ("sending", "unsure") if outcome.state == "sent" else ("sending",)
            settled = await repository.settle(session, delivery.id, states, **values)
            if settled and outcome.state not in ("sent", "pending"):
                await self._not_sent(session, delivery, outcome)
            self._tell(session, delivery.conversation_id)

    def _pause(self, attempts: int) -> float:
        pause = min(self._first_pause * 2.0 ** (attempts - 1), LONGEST_PAUSE_SECONDS)
        return pause * random.uniform(0.75, 1.25)  # noqa: S311, spreads the tries, no secret

    async def _not_sent(
        self, session: AsyncSession, delivery: WeChatDelivery, outcome: Outcome
    ) -> None:
        """Learn from WeChat's answer, and let a person see to it."""
        customer = await session.get(WeChatCustomer, delivery.openid, with_for_update=True)
        wrote_since = customer is not None and any(
            at is not None and at > delivery.created_at
            for at in (customer.message_at, customer.event_at)
        )
        if customer is not None and outcome.state == "refused" and not wrote_since:
            if outcome.errcode == UNFOLLOWED:
                customer.subscribed = False
            elif outcome.errcode == WINDOW:
                customer.message_at = customer.event_at = None
            else:
                customer.message_sent = customer.event_sent = MANY
            await note_unreachable(session, customer, open_window=outcome.errcode == LIMIT)
        conversation = await conversations.find(session, delivery.conversation_id, for_update=True)
        conversations.wait_for_person(conversation)

    async def _give_up_abandoned(self) -> None:
        async with self._database.reading() as session:
            left = await repository.abandoned(session, clock.now())
        for delivery in left:
            async with self._database.transaction() as session:
                if await repository.settle(
                    session, delivery.id, ("sending",), state="unsure", reason="stopped"
                ):
                    await self._not_sent(session, delivery, Outcome("unsure", "stopped"))
                    self._tell(session, delivery.conversation_id)

    def _tell(self, session: AsyncSession, conversation_id: str) -> None:
        topic = conversations.topic(conversation_id)
        after_commit(session, lambda: self._broker.publish(topic))


def _later(delivery: WeChatDelivery, reason: str, errcode: int | None) -> Outcome:
    state = "pending" if delivery.attempts < MAX_ATTEMPTS else "failed"
    return Outcome(state, reason, errcode)
