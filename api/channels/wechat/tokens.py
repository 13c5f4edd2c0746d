"""The access token, one for all processes.

Whoever finds it old takes a lease and fetches a new one; the others wait and read. No transaction
is open meanwhile, and the token is never logged.
"""

import asyncio
import uuid
from datetime import timedelta

import structlog
from sqlalchemy import or_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from api import clock
from api.channels.wechat.client import CallError, Client
from api.channels.wechat.models import WeChatToken
from api.database import Database

log = structlog.get_logger()

MARGIN = timedelta(minutes=4)
"""Renewed so long before its end: WeChat gives a new one in the last five minutes, and the old one
stays good meanwhile (getStableAccessToken, 2026-11)."""
LEASE = timedelta(seconds=15)
LOOK_SECONDS = 0.1
WAIT_SECONDS = 20.0


class NoToken(Exception):
    """There is no access token now; `errcode` is WeChat's, if it gave one."""

    def __init__(self, errcode: int | None = None) -> None:
        super().__init__("no access token")
        self.errcode = errcode


class Tokens:
    """The token of one Official Account."""

    def __init__(self, database: Database, client: Client, app_id: str) -> None:
        self._database = database
        self._client = client
        self._app_id = app_id
        self._me = uuid.uuid4().hex
        self._known: WeChatToken | None = None
        self._one_fetch = asyncio.Lock()
        self.trouble: NoToken | None = None
        """Why there was none when one was last fetched here."""

    async def current(self, refused: str | None = None) -> str:
        """Return the access token, another one than `refused`, which WeChat did not take.

        Raises:
            NoToken: WeChat gives none.
        """
        if (token := _good(self._known, refused)) is not None:
            return token
        # One of this process asks the database and WeChat; the others have its answer then.
        async with self._one_fetch:
            if (token := _good(self._known, refused)) is not None:
                return token
            return await self._shared(refused)

    async def _shared(self, refused: str | None) -> str:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while True:
                    async with self._database.reading() as session:
                        self._known = await session.get(WeChatToken, self._app_id)
                    if (token := _good(self._known, refused)) is not None:
                        self.trouble = None
                        return token
                    if await self._lease(refused):
                        return await self._fetch(refused)
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError as error:
            raise NoToken() from error

    async def _lease(self, refused: str | None) -> bool:
        """Become the one who fetches; False while another one is."""
        now = clock.now()
        dialect = self._database.engine.dialect.name
        insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
        async with self._database.transaction() as session:
            await session.execute(
                insert(WeChatToken)
                .values(app_id=self._app_id)
                .on_conflict_do_nothing(index_elements=["app_id"])
            )
            old = or_(
                WeChatToken.token.is_(None),
                WeChatToken.expires_at <= now + MARGIN,
                WeChatToken.token == refused,
            )
            free = or_(WeChatToken.leased_until.is_(None), WeChatToken.leased_until < now)
            taken = await session.scalar(
                update(WeChatToken)
                .where(WeChatToken.app_id == self._app_id, old, free)
                .values(leased_by=self._me, leased_until=now + LEASE)
                .returning(WeChatToken.app_id)
            )
        return taken is not None

    async def _fetch(self, refused: str | None) -> str:
        values: dict[str, object] = {"leased_by": None, "leased_until": None}
        try:
            token, seconds = await self._client.token(force=False)
            if token == refused:
                # WeChat itself does not know yet that it is not good.
                token, seconds = await self._client.token(force=True)
            expires_at = clock.now() + timedelta(seconds=seconds)
            values |= {"token": token, "expires_at": expires_at}
            self.trouble = None
            log.info("wechat_token_fetched", seconds=round(seconds))
        except CallError as error:
            self.trouble = NoToken(error.errcode)
            log.warning("wechat_token_missing", why=error.reason)
            raise self.trouble from None
        finally:
            await self._note(values)
        async with self._database.reading() as session:
            self._known = await session.get(WeChatToken, self._app_id)
        return token

    async def _note(self, values: dict[str, object]) -> None:
        async with self._database.transaction() as session:
            await session.execute(
                update(WeChatToken)
                .where(WeChatToken.app_id == self._app_id, WeChatToken.leased_by == self._me)
                .values(**values)
            )


def _good(row: WeChatToken | None, refused: str | None) -> str | None:
    if row is None or row.token is None or row.expires_at is None or row.token == refused:
        return None
    return row.token if clock.now() < row.expires_at - MARGIN else None
