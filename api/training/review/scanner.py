"""Fills the review queue from what is said, a little behind the conversations.

It follows conversations by when something happened in them last, and looks at each anew: a
takeover, a rating or an agent's verdict may come long after the message. Running it twice changes
nothing, so it may be cut off anywhere and several processes may scan at once. It works in small
transactions and rests longer than it works: customers' turns come first.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete

from api import clock, privacy
from api.conversations.models import Conversation
from api.database import Database
from api.diagnosis import service as diagnosis
from api.diagnosis.library import Shelf
from api.training.coverage.models import NodeVisit
from api.training.coverage.replay import visits
from api.training.review import repository, signals
from api.training.review.groups import Groups

log = structlog.get_logger()

PERIOD_SECONDS = 5.0
BATCH = 25
"""Conversations looked at in one transaction."""
AHEAD = 5_000
"""Conversations whose names are read at once."""
OVERLAP = timedelta(seconds=30)
"""A transaction that began earlier may end later: what is this young is looked for again."""
REST = 1.0
"""Seconds of rest for each second of work, in the background."""
MARK = "messages"
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class Scanner:
    """The scanner of this process."""

    def __init__(self, database: Database, shelf: Shelf) -> None:
        self._database = database
        self._shelf = shelf
        self._groups = Groups()
        self._seen: dict[str, datetime] = {}
        """When something happened last in the conversations looked at lately."""
        self._waiting: list[tuple[str, datetime]] = []
        self._scanning = asyncio.Lock()

    async def run(self) -> None:
        """Keep the queue up to date for as long as the process lives."""
        while True:
            try:
                await self.catch_up(rest=REST)
            except Exception as error:  # the scanner outlives a database that is away for a while
                log.warning("review_scan_failed", error=type(error).__name__)
            await asyncio.sleep(PERIOD_SECONDS)

    async def catch_up(self, seconds: float | None = None, rest: float = 0.0) -> bool:
        """Look at what happened since the last time; True when nothing is left.

        With `seconds` it stops after about that long, one batch at least; the rest is done later.
        """
        began = time.perf_counter()
        while True:
            try:
                async with asyncio.timeout(seconds):
                    await self._scanning.acquire()
            except TimeoutError:
                return False  # the other scan of this process is at it
            spent = time.perf_counter()
            try:
                batch = await self._next()
                if batch:
                    await self._look(batch)
            except BaseException:
                self._waiting = []  # the mark stands before this batch: it is read again from there
                raise
            finally:
                self._scanning.release()
            if not batch:
                return True
            now = time.perf_counter()
            if seconds is not None and now - began > seconds:
                return False
            await asyncio.sleep((now - spent) * rest)

    async def _next(self) -> list[tuple[str, datetime]]:
        """Return the next conversations to look at; none: nothing is behind."""
        if not self._waiting:
            self._waiting = await self._behind()
        batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        return batch

    async def _behind(self) -> list[tuple[str, datetime]]:
        """Return the conversations to look at, in the order in which they changed."""
        async with self._database.reading() as session:
            mark = await repository.mark(session, MARK) or BEGINNING
            # A clock that was put back must not hide what happens now.
            since = min(mark, clock.now()) - OVERLAP
            rows = await repository.touched(session, (since, ""), AHEAD)
            while len(rows) == AHEAD and all(self._is_seen(*row) for row in rows):
                rows = await repository.touched(session, (rows[-1][1], rows[-1][0]), AHEAD)
        self._seen = {name: at for name, at in self._seen.items() if at >= since}
        return [row for row in rows if not self._is_seen(*row)]

    def _is_seen(self, conversation: str, at: datetime) -> bool:
        return conversation in self._seen and self._seen[conversation] >= at

    async def _look(self, batch: Sequence[tuple[str, datetime]]) -> None:
        ids = {name for name, _ in batch}
        async with self._database.reading() as session:
            await self._groups.read(session)
            found = await repository.conversations(session, ids)
            rows = await repository.messages(session, ids)
            fates = await repository.fates(session, ids)
            cases = await diagnosis.running_many(session, self._shelf, ids)
        lines: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            lines[row.conversation_id].append(row)
        verdicts: dict[str, list[signals.Fate]] = defaultdict(list)
        for row in fates:
            verdict = signals.Fate(row.reply_to, row.source, row.state)
            verdicts[row.conversation_id].append(verdict)
        items: list[dict[str, Any]] = []
        groups: list[dict[str, Any]] = []
        for each in found:
            self._learn(each, lines[each.id], verdicts[each.id], items, groups)
        passed = [
            NodeVisit(conversation_id=each.id, node=node, outcome=outcome, at=each.updated_at)
            for each in found
            if (case := cases.get(each.id)) is not None
            for nodes, outcome in [visits(case.library, case.facts)]
            for node in nodes
        ]
        try:
            async with self._database.transaction() as session:
                await repository.one_at_a_time(session)
                await repository.put_groups(session, groups)
                await repository.put_items(session, items)
                await session.execute(delete(NodeVisit).where(NodeVisit.conversation_id.in_(ids)))
                session.add_all(passed)
                await repository.set_mark(session, MARK, batch[-1][1])
        except BaseException:
            self._groups = Groups()  # what it has made up is not in the database
            raise
        self._seen.update(batch)

    def _learn(
        self,
        conversation: Conversation,
        rows: Sequence[Any],
        fates: Sequence[signals.Fate],
        items: list[dict[str, Any]],
        groups: list[dict[str, Any]],
    ) -> None:
        by_id = {row.id: row for row in rows}
        lines = [
            signals.Line(
                row.id,
                row.sender,
                row.text,
                row.asks,
                row.reply_to,
                row.choice,
                row.turn,
                row.trace or {},
            )
            for row in rows
        ]
        taken = conversation.taken_by is not None
        for lesson in signals.lessons(lines, fates, conversation.score, taken):
            row = by_id[lesson.line.id]
            text = privacy.mask(row.text)
            group, made = self._groups.of(text)
            if made is not None:
                groups.append({"id": group, "key": made, "created_at": clock.now()})
            items.append(
                {
                    "message_id": row.id,
                    "conversation_id": conversation.id,
                    "channel": conversation.channel,
                    "text": text,
                    "group_id": group,
                    "intent": lesson.intent,
                    "confidence": round(lesson.confidence, 4),
                    "runner_up": lesson.runner_up,
                    "margin": lesson.margin,
                    "hint": lesson.hint,
                    "facts": {
                        fact: privacy.mask_number(fact, str(value))
                        for fact, value in (lesson.line.trace.get("facts") or {}).items()
                    },
                    "bits": signals.bits(lesson.reasons),
                    "score": lesson.score,
                    "state": "open",
                    "model": lesson.line.trace.get("model"),
                    "created_at": row.created_at,
                    "decided_at": None,
                }
            )
