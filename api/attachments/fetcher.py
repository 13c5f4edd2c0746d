"""Fetches expected pictures from where they lie, in the background, until they are there.

Several processes may fetch: whoever claims a row has it for a while. A process that is killed
in between loses nothing: the row is still pending and due again.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from datetime import timedelta
from pathlib import Path

import structlog

from api import clock
from api.attachments import pictures, repository, service
from api.attachments.files import Files
from api.attachments.models import Attachment
from api.attachments.pictures import MOST_BYTES, Refused
from api.database import Database
from api.events import Broker

log = structlog.get_logger()

Fetch = Callable[[str], AsyncGenerator[bytes]]
"""Yields the parts of a media file by its id; it raises MediaGone, or MediaUnavailable."""

AT_ONCE = 2
SWEEP_SECONDS = 5.0
FETCH_SECONDS = 60.0
CLAIM_LASTS = timedelta(minutes=3)
"""Longer than fetching, decoding and writing take together."""
MEDIA_LIVES = timedelta(days=3)
"""So long WeChat keeps what a customer sent."""
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 3600.0

TOO_LATE = "三天内没能从微信取到这张图片，微信已不再保存。"


class MediaGone(Exception):
    """It will never be had; the message is a Chinese sentence that says why."""


class MediaUnavailable(Exception):
    """It may be had later."""


class Attachments:
    """Fetches what is due, of the sources it knows, and keeps it in `folder`."""

    def __init__(
        self, database: Database, broker: Broker, folder: Path, sources: Mapping[str, Fetch]
    ) -> None:
        self.files = Files(folder)
        self.sources = dict(sources)
        self._database = database
        self._broker = broker

    async def run(self) -> None:
        """Fetch for as long as the process lives."""
        with self._broker.listen(service.NEWS) as news:
            while True:
                news.clear()
                try:
                    await self.fetch_due()
                except Exception as error:  # outlives a database that is away for a while
                    log.warning("attachments_not_read", error=type(error).__name__)
                with suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_SECONDS):
                        await news.wait()

    async def fetch_due(self) -> int:
        """Fetch everything that is due; return how many were tried."""
        tried = 0
        while True:
            async with self._database.reading() as session:
                due = await repository.due(session, clock.now(), AT_ONCE)
            claimed = [row for row in [await self._claim(key) for key in due] if row is not None]
            if not claimed:
                return tried
            await asyncio.gather(*(self._fetch(row) for row in claimed))
            tried += len(claimed)

    async def _claim(self, attachment_id: str) -> Attachment | None:
        now = clock.now()
        async with self._database.transaction() as session:
            return await repository.claim(session, attachment_id, now, now + CLAIM_LASTS)

    async def _fetch(self, row: Attachment) -> None:
        """Take one picture as far as it gets, and record how far."""
        try:
            content = await self._content(row)
            # Decoding and writing take their time, and a customer's turn must not wait for it.
            picture = await asyncio.to_thread(pictures.redraw, content)
            sha256 = await asyncio.to_thread(self.files.keep, picture)
        except Refused as refusal:
            log.info("attachment_refused", attachment=row.id, why=str(refusal))
            await self._give_up(row, "refused", str(refusal))
        except MediaGone as gone:
            log.info("attachment_gone", attachment=row.id, why=str(gone))
            await self._give_up(row, "failed", str(gone))
        except Exception as error:  # the line, their servers, our disk: all of it may mend
            log.warning(
                "attachment_not_fetched",
                attachment=row.id,
                attempts=row.attempts,
                error=type(error).__name__,
            )
            await self._put_off(row)
        else:
            async with self._database.transaction() as session:
                await service.keep(session, self._broker, row, picture, sha256)

    async def _content(self, row: Attachment) -> bytes:
        """Return the file; no more than what is allowed is held in memory.

        Raises:
            Refused: it is larger.
            MediaGone: it is not there any more.
            MediaUnavailable: it can't be had now, or nobody here knows its source.
        """
        fetch = self.sources.get(row.source)
        if fetch is None:
            raise MediaUnavailable(f"no source {row.source}")
        content = bytearray()
        async with asyncio.timeout(FETCH_SECONDS), aclosing(fetch(row.media_id)) as parts:
            async for part in parts:
                content += part
                if len(content) > MOST_BYTES:
                    raise Refused(pictures.TOO_MANY_BYTES)
        return bytes(content)

    async def _give_up(self, row: Attachment, state: str, reason: str) -> None:
        async with self._database.transaction() as session:
            await service.give_up(session, self._broker, row, state, reason)

    async def _put_off(self, row: Attachment) -> None:
        at = clock.now() + pause(row.attempts)
        if at > row.created_at + MEDIA_LIVES:
            await self._give_up(row, "failed", TOO_LATE)
            return
        async with self._database.transaction() as session:
            await service.try_later(session, row, at)


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, up to an hour.

    A part of it is chance: what failed together does not come again together.
    """
    whole = min(FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 20), LONGEST_PAUSE_SECONDS)
    return timedelta(seconds=whole * random.uniform(0.7, 1.0))  # noqa: S311 (no secret)
