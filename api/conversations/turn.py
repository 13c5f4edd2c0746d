"""One turn at a time per conversation: hand a stored message to the bot, store what it says.

No transaction is open while the bot thinks. A turn that fails says so in one honest
sentence and queues the conversation for a person; a turn that was cut off by a restart is
taken up again, and one that failed is tried again when the bot is back.
"""

import asyncio
import time
from collections import Counter
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.bot_gateway import BotAnswer, BotGateway, BotSilent
from api.conversations import repository, service
from api.conversations.models import Conversation, Message
from api.conversations.service import Utterance
from api.conversations.text import for_bot
from api.database import Database, after_commit
from api.events import Broker

log = structlog.get_logger()

RESUME_WITHIN = timedelta(hours=24)
RETRY_WITHIN = timedelta(minutes=10)
"""A customer who got no answer longer ago than this waits for a person, not for a robot."""

COMPOSES_FOR = timedelta(seconds=60)
"""A turn of another process that is still queued after this is of a process that ended; its own
attempts, two of 20 s, are over by then."""

BOT_SILENT = (
    "抱歉，机器人这会儿没有响应。您说的内容已经保存，并已转给人工；机器人恢复后也会接着处理。"
)
BOT_STILL_SILENT = "机器人还没有恢复。这条也已保存，人工会一并看到。"

Turn = asyncio.Task[list[Message]]
"""A running turn; its result is what the customer was told."""


class Turns:
    """Runs the turns of this process."""

    def __init__(self, database: Database, gateway: BotGateway, broker: Broker) -> None:
        self._database = database
        self._gateway = gateway
        self._broker = broker
        self._last: dict[str, Turn] = {}
        self._by_message: dict[str, Turn] = {}
        self._thinking: Counter[str] = Counter()

    def begin(self, message: Message) -> Turn:
        """Queue the turn of a stored message behind those of its conversation."""
        before = self._last.get(message.conversation_id)
        # Said in one go with the message itself: who follows reads once.
        self._thinking[message.conversation_id] += 1
        self._broker.publish(service.topic(message.conversation_id))
        task = asyncio.create_task(self._run(message, before))
        self._last[message.conversation_id] = self._by_message[message.id] = task
        task.add_done_callback(lambda done: self._forget(message, done))
        return task

    def running(self, message_id: str) -> Turn | None:
        """Return the turn of a message while it runs: a resend waits for the same one."""
        return self._by_message.get(message_id)

    async def thinking(self, session: AsyncSession, conversation_id: str) -> bool:
        """Tell whether the bot composes an answer, in whichever process."""
        if conversation_id in self._thinking:
            return True
        if self._database.is_sqlite:
            return False  # there is no other process
        since = clock.now() - COMPOSES_FOR
        return await repository.is_in_turn(session, conversation_id, since)

    async def resume(self) -> int:
        """Take up turns cut off by a stop or a database that went away; return how many."""
        async with self._database.reading() as session:
            queued = await repository.in_turn(session, "queued", clock.now() - RESUME_WITHIN)
        cut_off = [message for message in queued if message.id not in self._by_message]
        for message in cut_off:
            self.begin(message)
        return len(cut_off)

    async def retry_failed(self) -> int:
        """Try the turns again that failed lately, where no one has taken over since."""
        async with self._database.transaction() as session:
            failed = await repository.in_turn(session, "failed", clock.now() - RETRY_WITHIN)
            for message in failed:
                message.turn = "queued"
        for message in failed:
            self.begin(message)
        return len(failed)

    async def drain(self, seconds: float) -> None:
        """Give the running turns `seconds` to end; what does not is resumed at the next start."""
        if self._last:
            await asyncio.wait(list(self._last.values()), timeout=seconds)

    def _forget(self, message: Message, task: Turn) -> None:
        self._by_message.pop(message.id, None)
        if self._last.get(message.conversation_id) is task:
            del self._last[message.conversation_id]
        if not task.cancelled() and task.exception() is not None:
            log.error("turn_broke", message_id=message.id, exc_info=task.exception())

    async def _run(self, message: Message, before: Turn | None) -> list[Message]:
        answers: list[BotAnswer] | None = None
        ms = 0.0
        try:
            if before is not None:
                await asyncio.wait([before])
            if before is None or not await self._taken_over(message.conversation_id):
                started = time.perf_counter()
                answers = await self._ask(message)
                ms = (time.perf_counter() - started) * 1000
        finally:
            self._thinking[message.conversation_id] -= 1
            if not self._thinking[message.conversation_id]:
                del self._thinking[message.conversation_id]
        return await self._store(message, answers, ms)

    async def _taken_over(self, conversation_id: str) -> bool:
        async with self._database.reading() as session:
            return (await service.find(session, conversation_id)).mode == "agent"

    async def _ask(self, message: Message) -> list[BotAnswer] | None:
        try:
            return await self._gateway.turn(
                message.conversation_id, message.id, for_bot(message.text), message.choice
            )
        except BotSilent as silence:
            log.warning("turn_failed", message_id=message.id, why=str(silence))
            return None

    async def _store(
        self, message: Message, answers: list[BotAnswer] | None, ms: float
    ) -> list[Message]:
        """Put what the bot said where the mode wants it; return what the customer was told."""
        async with self._database.transaction() as session:
            conversation = await service.find(session, message.conversation_id, for_update=True)
            topic = service.topic(message.conversation_id)
            after_commit(session, lambda: self._broker.publish(topic))
            if answers is None and conversation.mode == "agent":
                await repository.end_turn(session, message.id, "skipped")
                return []
            if answers is None:
                return await self._fail(session, conversation, message.id)
            if not await repository.end_turn(session, message.id, "done"):
                return list(await repository.replies(session, message.id))
            words = [
                Utterance(
                    answer.text,
                    answer.asks,
                    answer.choices,
                    answer.citations,
                    answer.ticket,
                    {"model": self._gateway.serving, **answer.trace, "ms": round(ms, 1)},
                )
                for answer in answers
            ]
            return await service.say_or_propose(session, conversation, words, message.id)

    async def _fail(
        self, session: AsyncSession, conversation: Conversation, message_id: str
    ) -> list[Message]:
        message = await session.get_one(Message, message_id)
        if message.turn == "done":
            return list(await repository.replies(session, message_id))
        told_before = bool(await repository.replies(session, message_id))
        message.turn = "failed"
        message.trace = {**(message.trace or {}), "failed": True}
        if conversation.mode != "auto":
            return []  # a person is there and sees that the draft is missing
        words = Utterance(BOT_STILL_SILENT if conversation.waiting else BOT_SILENT)
        service.wait_for_person(conversation)
        if told_before:
            return []
        return [service.say(session, conversation, "system", words, reply_to=message_id)]
