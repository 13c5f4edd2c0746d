"""Engine, sessions and column types. Only this module commits.

One request is one transaction; what must follow a commit (waking listeners) is
registered with `after_commit` and does not run when the transaction is rolled back.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, ClassVar

from fastapi import Request
from sqlalchemy import JSON, DateTime, Dialect, MetaData, event, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from api import sqlite_driver

SQLITE_BUSY_MS = 5_000
POSTGRES_POOL = 10
POSTGRES_LINE = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
"""Seconds, milliseconds: an unplugged server is an error that is told, not minutes of silence."""


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime on every database; SQLite itself knows no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables; constraints are named so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant(),
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(),
    }


def after_commit(session: AsyncSession, call: Callable[[], None]) -> None:
    """Run `call` once this session's transaction is committed, never before."""
    session.info.setdefault("after_commit", []).append(call)


class Database:
    """One engine and its sessions."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._writing = async_sessionmaker(self.engine, expire_on_commit=False)
        self._reading = async_sessionmaker(
            self.engine.execution_options(reading=True), expire_on_commit=False
        )
        # SQLite has one writer; waiting here is fair, waiting in SQLite is polling.
        self._one_writer: AbstractAsyncContextManager[Any] = (
            asyncio.Lock() if self.is_sqlite else nullcontext()
        )

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Yield a session whose work is committed at the end, or rolled back on an error."""
        async with self._one_writer, self._writing() as session, session.begin():
            yield session
        for call in session.info.pop("after_commit", []):
            call()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Yield a session that only reads: on SQLite it waits for no writer."""
        async with self._reading() as session:
            yield session

    async def answers(self) -> bool:
        """Tell whether the database can be asked anything right now."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("select 1"))
        except Exception:
            return False
        return True

    async def close(self) -> None:
        await self.engine.dispose()


def _engine(url: str) -> AsyncEngine:
    if not url.startswith("sqlite"):
        return create_async_engine(
            url,
            pool_size=POSTGRES_POOL,
            max_overflow=POSTGRES_POOL,
            pool_pre_ping=True,
            connect_args=POSTGRES_LINE,
        )
    engine = create_async_engine(
        url,
        connect_args={"async_creator_fn": sqlite_driver.connect, "timeout": SQLITE_BUSY_MS / 1000},
        # Every session ends its own transaction; the pool's ROLLBACK behind it is a wasted hop.
        pool_reset_on_return=None,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _pragmas(connection: Any, _: Any) -> None:
        # The driver's own BEGIN is switched off: ours below says which kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("pragma journal_mode=wal")
        # FULL: a ticket whose number was told survives a power cut, too.
        cursor.execute("pragma synchronous=full")
        cursor.execute(f"pragma busy_timeout={SQLITE_BUSY_MS}")
        cursor.execute("pragma foreign_keys=on")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        # A transaction that reads and then writes can't be upgraded behind another writer
        # (SQLITE_BUSY at once, whatever the timeout), so writers take the lock at the start.
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql(sqlite_driver.BEGIN if reading else sqlite_driver.BEGIN_WRITING)

    return engine


async def transaction_of_request(request: Request) -> AsyncIterator[AsyncSession]:
    """The dependency that makes one request one transaction, committed before the answer."""
    database: Database = request.app.state.database
    reads = request.method in ("GET", "HEAD")
    async with database.reading() if reads else database.transaction() as session:
        yield session
