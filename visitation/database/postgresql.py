"""The engine for PostgreSQL, and its driver's errors by the names that others use.

asyncpg takes half of the time that other drivers take for a statement, here and in the
server; it is silent about some of what SQLAlchemy asks a driver, and says in errors
what nobody may read in a log. Knows no table.
"""

import re
from time import monotonic
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

#: A connection that was not used for so long is asked whether it is still there.
IDLE_SECONDS = 1.0
_SETTINGS = {
    "lock_timeout": "5s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}
#: Of SQLSTATE: connection, rollback, resources, limits, state, intervention, system.
_OPERATIONAL = frozenset({"08", "40", "53", "54", "55", "57", "58"})
#: What was to be sent stands between the number of the parameter and what is wrong.
_ARGUMENT = re.compile(r"(query argument \$\d+): .*( \()", re.DOTALL)


def connected(url: URL) -> AsyncEngine:
    """A pool of connections; each transaction has timeouts."""
    plain = url.difference_update_query(["connect_timeout"])
    address = plain.render_as_string(hide_password=False)
    # libpq has it in the address; 0 is no limit to it.
    patience = float(str(url.query.get("connect_timeout", 0))) or None

    async def connect(**options: Any) -> Any:
        try:
            # The driver reads the address itself, with most that libpq allows in one.
            return await asyncpg.connect(address, timeout=patience, **options)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            away: type[Exception] = engine.dialect.loaded_dbapi.OperationalError
            raise away(str(error)) from error

    engine = create_async_engine(
        "postgresql+asyncpg://",
        pool_size=10,
        max_overflow=10,
        # An error that is logged must not say whose row it was.
        hide_parameters=True,
        connect_args={"async_creator_fn": connect, "server_settings": _SETTINGS},
    )
    event.listen(engine.sync_engine, "handle_error", _named, retval=True)
    _ask_the_idle(engine)
    return engine


def _named(context: ExceptionContext) -> OperationalError | None:
    """Tell what befell the server from what is wrong with a statement."""
    error = context.sqlalchemy_exception
    _hush(context.original_exception.__cause__, context.original_exception, error)
    state = getattr(context.original_exception, "sqlstate", None) or ""
    if error is None or error.orig is None or state[:2] not in _OPERATIONAL:
        return None
    return OperationalError(
        error.statement,
        error.params,
        error.orig,
        hide_parameters=True,
        connection_invalidated=context.is_disconnect,
    )


def _hush(*errors: BaseException | None) -> None:
    """Take what a row or a parameter holds out of errors, which are logged."""
    for error in errors:
        if isinstance(error, asyncpg.PostgresError):
            error.detail = None
        if error is not None and error.args and isinstance(error.args[0], str):
            said, *rest = error.args
            error.args = (_ARGUMENT.sub(r"\1\2", said), *rest)


def _ask_the_idle(engine: AsyncEngine) -> None:
    """Ask a connection that was idle whether it is still there, before it is used.

    Asking one that was used a moment ago would take as long as a statement.
    """
    dialect = engine.sync_engine.dialect

    @event.listens_for(engine.sync_engine, "checkin")
    def leave(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def ask(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        since = record.info.pop("idle_since", None)
        if since is None or monotonic() - since < IDLE_SECONDS:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as gone:
            raise DisconnectionError("the connection was closed") from gone
