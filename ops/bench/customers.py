"""Customers in a closed loop: each sends its next message as soon as the last is answered."""

import asyncio
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ops.bench.http import Connection, HttpError
from ops.bench.scripts import Press, Say, Script

WAIT_SECONDS = 20
FAULTS = (OSError, TimeoutError, HttpError, asyncio.IncompleteReadError)
MOST_TURNS = 20  # a conversation that is not at its end by then goes round in circles


@dataclass
class Round:
    """What one round of load gave."""

    seconds: float = 0.0
    client_cpu_seconds: float = 0.0
    turn_ms: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    conversations: int = 0
    as_meant: int = 0
    other_ends: dict[str, int] = field(default_factory=dict)
    transcripts: list[list[str]] = field(default_factory=list)

    @property
    def turns_per_second(self) -> float:
        return len(self.turn_ms) / self.seconds if self.seconds else 0.0


async def drive_product(
    port: int, scripts: Sequence[Script], customers: int, seconds: float
) -> Round:
    """Whole conversations through the customer's own routes."""
    result = Round()
    numbers = count()

    async def customer(deadline: float) -> None:
        line = Connection(port)
        while time.perf_counter() < deadline:
            script = scripts[next(numbers) % len(scripts)]
            await _Conversation(line, script, result, deadline).hold()
        line.close()

    return await _load(result, customer, customers, seconds)


async def drive_peer(
    port: int, transcripts: Sequence[Sequence[str]], customers: int, seconds: float
) -> Round:
    """The words of the product's own customers, sent to a bot's REST channel."""
    result = Round()
    numbers = count()

    async def customer(deadline: float) -> None:
        line = Connection(port)
        while time.perf_counter() < deadline:
            words = transcripts[next(numbers) % len(transcripts)]
            sender = uuid.uuid4().hex
            for text in words:
                if time.perf_counter() >= deadline:
                    break
                body = {"sender": sender, "message": text}
                status, answer = await _timed(
                    result, line.post("/webhooks/rest/webhook", body), text
                )
                if status and (status != 200 or not answer):
                    result.failures.append(f"{text}: {status} {answer}")
            else:
                result.conversations += 1
        line.close()

    return await _load(result, customer, customers, seconds)


class _Conversation:
    def __init__(self, line: Connection, script: Script, result: Round, deadline: float) -> None:
        self._line = line
        self._script = script
        self._result = result
        self._deadline = deadline
        self._words: list[str] = []
        self._outcome = ""

    async def hold(self) -> None:
        try:
            status, opened = await self._line.post("/v1/conversations", {"channel": "web"})
        except FAULTS as error:
            status, opened = 0, repr(error)
        if status != 201:
            self._result.failures.append(f"open: {status} {opened}")
            await asyncio.sleep(0.2)
            return
        self._path = f"/v1/conversations/{opened['id']}/messages?wait={WAIT_SECONDS}"
        self._headers = f"Authorization: Bearer {opened['token']}\r\n"
        if not await self._interview():
            return
        self._result.conversations += 1
        self._result.transcripts.append(self._words)
        if self._outcome == self._script.outcome:
            self._result.as_meant += 1
        else:
            end = f"{self._script.name}: {self._outcome or '-'}, meant {self._script.outcome}"
            self._result.other_ends[end] = self._result.other_ends.get(end, 0) + 1

    async def _interview(self) -> bool:
        """True when the conversation came to its end within the round."""
        asks: str | None = None
        for text in self._script.opens:
            if not (replies := await self._turn(Say(text))):
                return False
            asks = _asks(replies)
        for _ in range(MOST_TURNS):
            if asks is None:
                break
            if not (replies := await self._turn(self._script.answer(asks))):
                return False
            asks = _asks(replies)
        for text in self._script.then:
            if not await self._turn(Say(text)):
                return False
        return True

    async def _turn(self, said: Say | Press) -> list[dict[str, Any]]:
        """The replies; empty when the turn failed or the round is over."""
        if time.perf_counter() >= self._deadline:
            return []
        body: dict[str, Any] = {"client_id": str(uuid.uuid4())}
        if isinstance(said, Press):
            body["choice"] = {"fact": said.fact, "value": said.value}
            words = said.payload
        else:
            body["text"] = words = said.text
        status, answer = await _timed(
            self._result, self._line.post(self._path, body, self._headers), words
        )
        if not status:
            return []
        replies: list[dict[str, Any]] = answer.get("replies", []) if status == 200 else []
        if not replies or any(reply["sender"] == "system" for reply in replies):
            heard = " ".join(reply["text"] for reply in replies) or str(answer)[:200]
            self._result.failures.append(f"{words}: {status} {heard} [{self._script.name}]")
            return []
        for reply in replies:
            ticket = reply.get("ticket") or {}
            self._outcome = ticket.get("outcome") or self._outcome
        self._words.append(words)
        return replies


def _asks(replies: Sequence[dict[str, Any]]) -> str | None:
    return next((reply["asks"] for reply in reversed(replies) if reply.get("asks")), None)


async def _timed(result: Round, exchange: Any, words: str) -> tuple[int, Any]:
    began = time.perf_counter()
    try:
        answer: tuple[int, Any] = await exchange
    except FAULTS as error:
        result.failures.append(f"{words}: {error!r}")
        await asyncio.sleep(0.2)
        return 0, None
    result.turn_ms.append((time.perf_counter() - began) * 1000)
    return answer


async def _load(result: Round, customer: Any, customers: int, seconds: float) -> Round:
    began, cpu = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as group:
        for _ in range(customers):
            group.create_task(customer(began + seconds))
    result.seconds = time.perf_counter() - began
    result.client_cpu_seconds = time.process_time() - cpu
    return result
