"""Engines and transactions.

SQLite: one process, one writer connection, WAL, BEGIN IMMEDIATE, readers that cannot
write; a second process is refused by a lock file beside the database. PostgreSQL: one
pool, READ COMMITTED, timeouts on locks and statements. A write transaction must never
wait for anything but the database.
"""

import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.database import onehop, postgresql
from visitation.database.line import Line
from visitation.errors import VisitationError

BUSY_TIMEOUT_SECONDS = 10
READERS = 4
#: How long a transaction waits for a connection.
PATIENCE_SECONDS = 60
#: deadlock, serialization failure, lock not available, statement timed out.
_TRY_AGAIN = frozenset({"40P01", "40001", "55P03", "57014"})
#: the connection failed; the server is shutting down, has crashed, or is starting.
_GONE = ("08", "57P01", "57P02", "57P03")


class DatabaseError(VisitationError):
    """The database cannot be used; the message says what to do."""


class Held(DatabaseError):
    """Another process has the SQLite file open."""


class Database:
    """The way to the data: `read()` and `write()` transactions.

    Args:
        url: `sqlite:///path/to/file.db` or `postgresql://user:password@host/name`.
    """

    def __init__(self, url: str) -> None:
        self.url = normal_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._lock: IO[str] | None = None
        self._line = Line(patience=PATIENCE_SECONDS) if self.is_sqlite else None
        if self.is_sqlite:
            if not self.url.database or self.url.database == ":memory:":
                raise DatabaseError(
                    "SQLite needs a file, for example sqlite:///visits.db"
                )
            self._writer = self._sqlite(writer=True)
            self._reader = self._sqlite(writer=False)
        else:
            self._writer = self._reader = postgresql.connected(self.url)

    @property
    def file(self) -> Path | None:
        """The SQLite file, if this is one."""
        return Path(self.url.database or "") if self.is_sqlite else None

    def hold(self) -> None:
        """Keep other processes from opening the same SQLite file.

        Raises:
            Held: if another process holds it.
        """
        if self.file is None or self._lock is not None:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        lock = self.file.with_name(self.file.name + ".lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise Held(
                f"{self.file} is open in another process. Stop that one, or use "
                "PostgreSQL, which any number of processes may share."
            ) from None
        self._lock = lock

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction that may write: committed at the end, or rolled back."""
        async with (
            self._line.turn() if self._line else nullcontext(),
            AsyncSession(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One transaction that only reads."""
        async with (
            AsyncSession(self._reader, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    async def close(self) -> None:
        """Give back every connection and the lock."""
        await self._writer.dispose()
        await self._reader.dispose()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _sqlite(self, *, writer: bool) -> AsyncEngine:
        engine = create_async_engine(
            self.url.set(drivername="sqlite+aiosqlite"),
            pool_size=1 if writer else READERS,
            max_overflow=0,
            pool_timeout=PATIENCE_SECONDS,
            # An error that is logged must not say whose row it was.
            hide_parameters=True,
            connect_args={
                "timeout": BUSY_TIMEOUT_SECONDS,
                "async_creator_fn": onehop.connect,
            },
        )

        @event.listens_for(engine.sync_engine, "connect")
        def set_up(connection: Any, _record: Any) -> None:
            # Python's own transaction control begins too late; ours is the BEGIN below.
            connection.isolation_level = None
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA secure_delete=ON")
            if not writer:
                cursor.execute("PRAGMA query_only=ON")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

        return engine


def normal_url(url: str) -> URL:
    """The URL without a driver; only the two databases we know.

    Raises:
        DatabaseError: for any other.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise DatabaseError("not a database URL") from error
    if backend == "postgres":
        backend = "postgresql"
    if backend not in {"sqlite", "postgresql"}:
        raise DatabaseError("the database URL must begin with sqlite or postgresql")
    return parsed.set(drivername=backend)


def is_conflict(error: IntegrityError) -> bool:
    """Whether an integrity error says that a unique key or an exclusion was hit."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in {"23505", "23P01"}
    name = getattr(error.orig, "sqlite_errorname", "")
    return name in {"SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE"}


def may_try_again(error: DBAPIError) -> bool:
    """Whether the whole unit of work may succeed when simply done once more."""
    if getattr(error.orig, "sqlstate", None) in _TRY_AGAIN:
        return True
    return getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def is_away(error: DBAPIError) -> bool:
    """Whether the database was not there to be asked, or went away meanwhile."""
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    if name := getattr(error.orig, "sqlite_errorname", ""):
        return str(name).startswith("SQLITE_CANTOPEN")
    # Whoever could not connect has no state to tell of.
    state = getattr(error.orig, "sqlstate", None)
    return state is None or str(state).startswith(_GONE)
