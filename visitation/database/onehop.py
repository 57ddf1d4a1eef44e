"""SQLite's thread, asked once for each statement.

aiosqlite goes to the thread of its connection to make a cursor, to run the statement,
to fetch the rows and to close the cursor again. One trip that does all of it takes
half of the time that a booking spends on the database. Knows no SQL.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import aiosqlite

_ITER_CHUNK = 64


def connect(path: str, **options: Any) -> "Connection":
    """A connection to be awaited; the options are those of `sqlite3.connect`."""
    return Connection(lambda: sqlite3.connect(path, **options), _ITER_CHUNK)


class Connection(aiosqlite.Connection):
    """A connection whose cursors hold their answer when the statement has run."""

    def __init__(
        self, connector: Callable[[], sqlite3.Connection], iter_chunk_size: int
    ) -> None:
        super().__init__(connector, iter_chunk_size)
        # One that nobody closed must not keep the program from ending.
        self._thread.daemon = True

    def cursor(self) -> "Cursor":  # type: ignore[override]
        """A cursor, made without a trip."""
        return Cursor(self)

    async def there(self, act: Callable[[sqlite3.Cursor], None]) -> None:
        """Do something with a cursor in the connection's thread, in one trip."""
        await self._execute(self._act, act)  # type: ignore[no-untyped-call]

    def _act(self, act: Callable[[sqlite3.Cursor], None]) -> None:
        cursor = self._conn.cursor()
        try:
            act(cursor)
        finally:
            cursor.close()


class Cursor:
    """As much of a cursor as SQLAlchemy uses; the rows are here when it has run."""

    __slots__ = ("_connection", "_rows", "arraysize", "description", "lastrowid",
                 "rowcount")  # fmt: skip

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.arraysize = 1
        self.description: tuple[Any, ...] | None = None
        self.lastrowid: int | None = None
        self.rowcount = -1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run a statement and fetch its rows.

        Of several, parted by a semicolon at the end of a line, each takes as many of
        the parameters as it asks for, and what the last one says is kept.
        """

        def act(cursor: sqlite3.Cursor) -> None:
            *first, last = sql.split(";\n")
            given = 0
            for one in first:
                taken = given + one.count("?")
                cursor.execute(one, parameters[given:taken])
                given = taken
            cursor.execute(last, parameters[given:])
            self._keep(cursor)

        await self._connection.there(act)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Run a statement with each of many parameters."""

        def act(cursor: sqlite3.Cursor) -> None:
            cursor.executemany(sql, parameters)
            self._keep(cursor)

        await self._connection.there(act)
        return self

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else []
        self.lastrowid = cursor.lastrowid
        # Only known once all rows were fetched.
        self.rowcount = cursor.rowcount

    async def fetchall(self) -> list[Any]:
        """The rows, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Forget the rows."""
        self._rows = []
