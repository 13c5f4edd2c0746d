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
from api.suggestions import service as suggestions

log = structlog.get_logger()

RESUME_WITHIN = timedelta(hours=24)
RETRY_WITHIN = timedelta(minutes=10)
"""A customer who got no answer longer ago than this waits for a person, not for a robot."""

BOT_SILENT = (
    "抱歉，机器人这会儿没有响应。您说的内容已经保存，并已转给人工；机器人恢复后也会接着处理。"
)


class Turns:
    """Runs the turns of this process."""

    def __init__(self, database: Database, gateway: BotGateway, broker: Broker) -> None:
        self._database = database
        self._gateway = gateway
        self._broker = broker
        self._last: dict[str, asyncio.Task[None]] = {}
        self._by_message: dict[str, asyncio.Task[None]] = {}
        self._thinking: Counter[str] = Counter()
        self.failed = 0
        self.done = 0

    def begin(self, conversation_id: str, message_id: str) -> asyncio.Task[None]:
        """Queue the turn of a stored message behind those of its conversation."""
        before = self._last.get(conversation_id)
        task = asyncio.create_task(self._run(conversation_id, message_id, before))
        self._last[conversation_id] = self._by_message[message_id] = task
        task.add_done_callback(lambda done: self._forget(conversation_id, message_id, done))
        return task

    def running(self, message_id: str) -> asyncio.Task[None] | None:
        """Return the turn of a message while it runs: a resend waits for the same one."""
        return self._by_message.get(message_id)

    def thinking(self, conversation_id: str) -> bool:
        return self._thinking[conversation_id] > 0

    async def resume(self) -> int:
        """Take up the turns that a stop of this process cut off; return how many."""
        async with self._database.reading() as session:
            cut_off = await repository.in_turn(session, "queued", clock.now() - RESUME_WITHIN)
        for message in cut_off:
            self.begin(message.conversation_id, message.id)
        return len(cut_off)

    async def retry_failed(self) -> int:
        """Try the turns again that failed lately, where no one has taken over since."""
        async with self._database.transaction() as session:
            failed = await repository.in_turn(session, "failed", clock.now() - RETRY_WITHIN)
            for message in failed:
                message.turn = "queued"
        for message in failed:
            self.begin(message.conversation_id, message.id)
        return len(failed)

    async def drain(self, seconds: float) -> None:
        """Give the running turns `seconds` to end; what does not is resumed at the next start."""
        if self._last:
            await asyncio.wait(list(self._last.values()), timeout=seconds)

    def _forget(self, conversation_id: str, message_id: str, task: asyncio.Task[None]) -> None:
        self._by_message.pop(message_id, None)
        if self._last.get(conversation_id) is task:
            del self._last[conversation_id]
        if not task.cancelled() and task.exception() is not None:
            log.error("turn_broke", conversation_id=conversation_id, exc_info=task.exception())

    async def _run(
        self, conversation_id: str, message_id: str, before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        async with self._database.reading() as session:
            message = await session.get_one(Message, message_id)
            conversation = await session.get_one(Conversation, conversation_id)
        if message.turn != "queued":
            return
        self._thinking[conversation_id] += 1
        self._broker.publish(service.topic(conversation_id))
        started = time.perf_counter()
        answers: list[BotAnswer] | None = None
        try:
            if conversation.mode != "agent":
                answers = await self._ask(conversation_id, message)
        finally:
            self._thinking[conversation_id] -= 1
            if not self._thinking[conversation_id]:
                del self._thinking[conversation_id]
        ms = round((time.perf_counter() - started) * 1000, 1)
        async with self._database.transaction() as session:
            await self._store(session, conversation_id, message_id, answers, ms)

    async def _ask(self, conversation_id: str, message: Message) -> list[BotAnswer] | None:
        try:
            return await self._gateway.turn(
                conversation_id, message.id, for_bot(message.text), message.choice
            )
        except BotSilent as silence:
            log.warning("turn_failed", message_id=message.id, why=str(silence))
            return None

    async def _store(
        self,
        session: AsyncSession,
        conversation_id: str,
        message_id: str,
        answers: list[BotAnswer] | None,
        ms: float,
    ) -> None:
        conversation = await service.find(session, conversation_id, for_update=True)
        message = await session.get_one(Message, message_id)
        after_commit(session, lambda: self._broker.publish(service.topic(conversation_id)))
        if answers is None and conversation.mode == "agent":
            message.turn = "skipped"
            return
        if answers is None:
            self._fail(session, conversation, message)
            return
        self.done += 1
        message.turn = "done"
        for answer in answers:
            words = Utterance(
                answer.text,
                answer.asks,
                answer.choices,
                answer.citations,
                answer.ticket,
                {**answer.trace, "ms": ms},
            )
            if conversation.mode == "auto":
                service.say(session, conversation, "bot", words, reply_to=message_id)
            else:
                # copilot: an agent sends it. agent: they took over while the bot was thinking.
                suggestions.propose(
                    session,
                    conversation_id,
                    answer.text,
                    reply_to=message_id,
                    asks=answer.asks,
                    choices=answer.choices,
                    citations=answer.citations,
                )

    def _fail(self, session: AsyncSession, conversation: Conversation, message: Message) -> None:
        self.failed += 1
        again = message.trace is not None and message.trace.get("failed", False)
        message.turn = "failed"
        message.trace = {**(message.trace or {}), "failed": True}
        service.wait_for_person(conversation)
        if not again:
            service.say(session, conversation, "system", Utterance(BOT_SILENT), reply_to=message.id)
