"""SQLite through one trip for each statement: what SQLAlchemy expects of a cursor."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import aiosqlite
import pytest

from visitation.database import onehop
from visitation.database.onehop import Connection


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[Connection]:
    opened = await onehop.connect(str(tmp_path / "one.db"), isolation_level=None)
    await opened.cursor().execute("CREATE TABLE one (id INTEGER PRIMARY KEY, n INT)")
    yield opened
    await opened.close()


async def test_a_cursor_holds_its_answer_once(connection: Connection) -> None:
    cursor = await connection.cursor().execute("SELECT ? AS n, 'two' AS m", (1,))
    assert [one[0] for one in cursor.description or ()] == ["n", "m"]
    assert await cursor.fetchall() == [(1, "two")]
    assert await cursor.fetchall() == []


async def test_a_cursor_counts_what_it_wrote(connection: Connection) -> None:
    cursor = await connection.cursor().execute("INSERT INTO one (n) VALUES (7)")
    assert (cursor.lastrowid, cursor.rowcount, cursor.description) == (1, 1, None)
    cursor = await connection.cursor().executemany(
        "INSERT INTO one (n) VALUES (?)", [(7,), (8,)]
    )
    assert cursor.rowcount == 2
    cursor = await connection.cursor().execute(
        "UPDATE one SET n = 9 WHERE n = 7 RETURNING id"
    )
    assert (await cursor.fetchall(), cursor.rowcount) == ([(1,), (2,)], 2)


async def test_a_statement_that_fails_says_why_and_the_next_one_works(
    connection: Connection,
) -> None:
    await connection.cursor().execute("INSERT INTO one (id) VALUES (1)")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        await connection.cursor().execute("INSERT INTO one (id) VALUES (1)")
    assert await (
        await connection.cursor().execute("SELECT count(*) FROM one")
    ).fetchall() == [(1,)]


def test_aiosqlite_still_has_what_it_is_asked_for() -> None:
    connection = onehop.connect(":memory:")
    assert connection._thread.daemon
    assert callable(aiosqlite.Connection._execute)
    assert isinstance(aiosqlite.Connection._conn, property)
