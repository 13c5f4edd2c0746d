"""Practice talks: the product's own turns on a database of their own, which is thrown away.

Conversation ids begin with `practice-`; the bot's action brings their turns to `interview` here
(api/interview/endpoints.py). So nothing is stored as a customer's conversation or ticket, and no
question is asked of a real back office.
"""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api.backoffice import BackOffice
from api.bot_gateway import BotGateway
from api.conversations import service as conversations
from api.conversations.models import Message
from api.conversations.service import Incoming
from api.conversations.text import clean
from api.conversations.turn import Turns
from api.database import Database
from api.decision_tree import Library
from api.diagnosis.library import Shelf
from api.errors import Conflict, Invalid, NotFound, Unavailable
from api.events import Broker
from api.interview.names import INTENTS
from api.interview.replies import Desk
from api.interview.service import Interview
from api.interview.understanding import may_say
from api.interview.wording import choice_text
from api.people.models import Staff
from api.training.drafts import titles
from api.training.practice.candidate import NOT_STARTED, Candidate
from api.training.practice.schemas import Heard, PracticeOut, Reply, Side, Words

log = structlog.get_logger()

PREFIX = "practice-"
IDLE_SECONDS = 600.0
"""A candidate's Rasa holds more than half a gigabyte: it does not wait for ever."""
LOOK_SECONDS = 15.0
TURN_SECONDS = 30.0


@dataclass
class Talk:
    """One trainer's two conversations."""

    id: str
    username: str
    model: str
    conversations: dict[str, str]
    """`before` and `after`: the conversation's id."""
    greeting: dict[str, list[Reply]]
    used_at: float = field(default_factory=time.monotonic)


class Practice:
    """All practice talks of this process."""

    def __init__(
        self,
        folder: Path,
        shelf: Shelf,
        desk: Desk,
        back_office: BackOffice,
        gateway: BotGateway,
        candidate: Candidate,
    ) -> None:
        self._folder = folder
        self._shelf = shelf
        self._desk = desk
        self._back_office = back_office
        self._gateway = gateway
        self.candidate = candidate
        self._talks: dict[str, Talk] = {}
        self._database: Database | None = None
        self._interview: Interview | None = None
        self._broker = Broker()
        self._opening = asyncio.Lock()

    @property
    def interview(self) -> Interview:
        """Where the bot's action brings the turns of practice.

        Raises:
            NotFound: nobody practises any more.
        """
        if self._interview is None:
            raise NotFound("练习已经结束。", code="practice_over")
        return self._interview

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Hold practice while inside."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._folder.glob("practice.db*"):
            left.unlink()
        watch = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
            await self._close()

    async def begin(self, model: str, person: Staff) -> PracticeOut:
        """Begin a talk with a candidate and the model in use.

        Raises:
            NotFound: there is no such model.
            Conflict: somebody practises with another candidate.
        """
        if not self.candidate.exists(model):
            raise NotFound("没有这个模型的文件。", code="model_not_found")
        async with self._opening:
            others = {t.username for t in self._talks.values() if t.model != model}
            if others - {person.username}:
                raise Conflict("有人正在和另一个候选模型练习，请稍后再试。", code="practice_busy")
            self._talks = {k: t for k, t in self._talks.items() if t.username != person.username}
            await self.candidate.serve(model)
            database = await self._open_database()
        talk = Talk(str(uuid.uuid4()), person.username, model, {}, {})
        async with database.transaction() as session:
            for side in ("before", "after"):
                words = self.interview.greeting()
                conversation, said = conversations.begin(
                    session, "shell", words, f"{PREFIX}{uuid.uuid4()}"
                )
                talk.conversations[side] = conversation.id
                talk.greeting[side] = [_reply(message) for message in said]
        self._talks[talk.id] = talk
        return self.look(talk.id, person)

    def look(self, talk_id: str, person: Staff) -> PracticeOut:
        """Return how far the candidate is.

        Raises:
            NotFound: there is no such talk of this person's.
        """
        talk = self._find(talk_id, person)
        served = self.candidate.model == talk.model
        return PracticeOut(
            id=talk.id,
            state=self.candidate.state if served else "failed",
            error=self.candidate.error if served else NOT_STARTED,
            model=talk.model,
            before=Side(model=self._gateway.serving, replies=talk.greeting["before"]),
            after=Side(model=talk.model, replies=talk.greeting["after"]),
        )

    async def say(self, talk_id: str, person: Staff, words: Words) -> Heard:
        """Say the same to both.

        Raises:
            NotFound: there is no such talk of this person's.
            Conflict: the candidate has not started yet.
            Invalid: that is none of the choices.
        """
        talk = self._find(talk_id, person)
        gateway = self.candidate.gateway
        ready = self.candidate.state == "ready" and self.candidate.model == talk.model
        if not ready or gateway is None or self._database is None:
            raise Conflict("候选模型还没有准备好，请稍等。", code="candidate_not_ready")
        async with self._database.transaction() as session:
            await self._shelf.publish(session)  # other trees may be live since the talk began
        before, after = await asyncio.gather(
            self._turn(self._database, talk.conversations["before"], self._gateway, words),
            self._turn(self._database, talk.conversations["after"], gateway, words),
        )
        return Heard(before=before, after=after)

    async def end(self, talk_id: str, person: Staff) -> None:
        """End a talk; the candidate goes with the last one."""
        self._find(talk_id, person)
        del self._talks[talk_id]
        if not self._talks:
            await self._close()

    def _find(self, talk_id: str, person: Staff) -> Talk:
        talk = self._talks.get(talk_id)
        if talk is None or talk.username != person.username:
            raise NotFound("这次练习已经结束，请重新开始。", code="practice_over")
        talk.used_at = time.monotonic()
        return talk

    async def _turn(
        self, database: Database, conversation_id: str, gateway: BotGateway, words: Words
    ) -> Side:
        turns = Turns(database, gateway, self._broker)
        incoming = self._incoming(words)
        received = await conversations.receive(database, self._broker, conversation_id, incoming)
        try:
            async with asyncio.timeout(TURN_SECONDS):
                said = await turns.begin(received.message)
        except TimeoutError as silence:
            raise Unavailable("模型没有响应，请再说一次。", code="bot_silent") from silence
        async with database.reading() as session:
            return await self._side(session, received.message.id, said, gateway)

    async def _side(
        self, session: AsyncSession, message_id: str, said: list[Message], gateway: BotGateway
    ) -> Side:
        message = await session.get_one(Message, message_id)
        trace = message.trace or {}
        intent = trace.get("intent")
        library = self._shelf.current
        facts = {
            _title(library, fact): titles.label(library, fact, value)
            for fact, value in (trace.get("facts") or {}).items()
        }
        return Side(
            model=gateway.serving,
            replies=[_reply(each) for each in said],
            intent=intent,
            intent_title=INTENTS.get(intent, intent) if intent else None,
            confidence=trace.get("confidence"),
            facts=facts,
            node=trace.get("node"),
            ms=next((m.trace["ms"] for m in said if m.trace and "ms" in m.trace), None),
        )

    def _incoming(self, words: Words) -> Incoming:
        client_id = str(uuid.uuid4())
        if words.text is not None:
            return Incoming(client_id, clean(words.text))
        assert words.choice is not None
        library, fact, value = self._shelf.current, words.choice.fact, words.choice.value
        if not may_say(library, fact, value):
            raise Invalid("这个选项不在可选范围内。", code="choice_not_valid", fact=fact)
        text = choice_text(library, fact, value)
        return Incoming(client_id, text, {"fact": fact, "value": value})

    async def _open_database(self) -> Database:
        if self._database is not None:
            return self._database
        from api.migrations.tables import metadata  # every table, whoever owns it

        database = Database(f"sqlite+aiosqlite:///{self._folder / 'practice.db'}")
        async with database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        async with database.transaction() as session:
            await self._shelf.publish(session)
        self._database = database
        self._interview = Interview(
            database=database,
            broker=self._broker,
            shelf=self._shelf,
            back_office=self._back_office,
            desk=self._desk,
        )
        return database

    async def _watch(self) -> None:
        """End what nobody has used for a while."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = time.monotonic()
            kept = {k: t for k, t in self._talks.items() if now - t.used_at < IDLE_SECONDS}
            if kept != self._talks:
                self._talks = kept
                if not kept:
                    log.info("practice_ended", why="idle")
                    await self._close()

    async def _close(self) -> None:
        self._talks.clear()
        await self.candidate.stop()
        database, self._database, self._interview = self._database, None, None
        if database is not None:
            await database.close()
            for left in self._folder.glob("practice.db*"):
                left.unlink(missing_ok=True)


def _title(library: Library, fact: str) -> str:
    return library.facts[fact].title if fact in library.facts else fact


def _reply(message: Message) -> Reply:
    return Reply(
        text=message.text,
        sender=message.sender,
        asks=message.asks,
        choices=list(message.choices),
        citations=list(message.citations),
    )
