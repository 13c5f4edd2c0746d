"""SQLite for an event loop: a statement costs one hop to the connection's thread, or none.

SQLAlchemy makes a cursor, executes, fetches and closes, and aiosqlite hands each of these to
its thread. The hops, not SQLite, were most of a turn's database time (docs/adr/0004). A reader's
statement may take long, so it crosses once. A writer holds the lock already and touches single
rows by key, in less time than the crossing takes: it runs where it stands. BEGIN and COMMIT,
which wait for a lock or for the disk, always cross.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

ITER_CHUNK = 64
BEGIN = "begin"
BEGIN_WRITING = "begin immediate"


class OneHopCursor:
    """The part of aiosqlite's cursor that SQLAlchemy uses; rows are fetched with the execution."""

    arraysize = 1

    def __init__(self, connection: "OneHopConnection") -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        await self._run(sql, lambda connection: connection.execute(sql, parameters))
        if sql.startswith(BEGIN):
            self._connection.writing = sql == BEGIN_WRITING
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        await self._run(sql, lambda connection: connection.executemany(sql, parameters))
        return self

    async def fetchall(self) -> Sequence[Any]:
        rows, self._rows = self._rows, ()
        return rows

    async def close(self) -> None:
        self._rows = ()

    async def _run(self, sql: str, start: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> None:
        if self._connection.writing and not sql.startswith(BEGIN):
            self._execute(start)
        else:
            await self._connection.in_thread(self._execute, start)

    def _execute(self, start: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> None:
        cursor = start(self._connection.raw)
        try:
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else ()
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


class OneHopConnection(aiosqlite.Connection):
    """An aiosqlite connection whose cursors cross to its thread once a statement at the most."""

    writing = False
    """Whether the transaction that runs has taken the write lock."""

    @property
    def raw(self) -> sqlite3.Connection:
        return self._conn

    async def in_thread(self, call: Callable[..., Any], *args: Any) -> Any:
        return await self._execute(call, *args)  # type: ignore[no-untyped-call]

    def cursor(self) -> OneHopCursor:  # type: ignore[override]
        return OneHopCursor(self)


def connect(path: str, **options: Any) -> OneHopConnection:
    """Return a connection to await; the signature is aiosqlite's own."""
    # Never by two threads at once: SQLAlchemy awaits each statement before it gives the next.
    options["check_same_thread"] = False
    connection = OneHopConnection(partial(sqlite3.connect, path, **options), ITER_CHUNK)
    # As SQLAlchemy does for the connections it makes: a forgotten one must not hold the exit up.
    connection._thread.daemon = True
    return connection
