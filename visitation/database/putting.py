"""Writing rows of several tables in one trip.

For PostgreSQL they are one statement, in which each table has one parameter however
many its rows are; SQLite's thread runs a statement for each table. Knows no table.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Dialect, Table
from sqlalchemy.orm import Session
from sqlmodel.ext.asyncio.session import AsyncSession

#: A table and what is written to it: the same columns in every row.
Rows = tuple[Table, Sequence[Mapping[str, Any]]]
_VALUES = "INSERT INTO {} ({}) VALUES {}"
_FROM_JSON = (
    "INSERT INTO {0} ({1}) SELECT {1}"
    " FROM json_populate_recordset(CAST(NULL AS {0}), CAST(${2} AS json))"
)


async def put(session: AsyncSession, *rows: Rows) -> None:
    """Write rows, the first table's first; past the session, as they are.

    What a row does not name is as the database itself has it.

    Raises:
        IntegrityError: if one of them cannot stand; then none is written where the
            caller's savepoint is rolled back.
    """
    wanted = [one for one in rows if one[1]]
    if wanted:
        await session.run_sync(_put, wanted)


def _put(session: Session, wanted: Sequence[Rows]) -> None:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        sql, parameters = _each(connection.dialect, wanted)
    else:
        sql, parameters = _at_once(wanted)
    connection.exec_driver_sql(sql, parameters)


def _each(dialect: Dialect, wanted: Sequence[Rows]) -> tuple[str, tuple[Any, ...]]:
    statements: list[str] = []
    parameters: list[Any] = []
    for table, rows in wanted:
        names = tuple(rows[0])
        statements.append(_insert(table.name, names, len(rows)))
        bound = _bound(table, names, dialect)
        for row in rows:
            parameters += [bind(row[name]) for name, bind in bound]
    return ";\n".join(statements), tuple(parameters)


@cache
def _insert(table: str, names: tuple[str, ...], rows: int) -> str:
    row = f"({', '.join('?' * len(names))})"
    return _VALUES.format(table, _listed(names), ", ".join([row] * rows))


@cache
def _bound(
    table: Table, names: tuple[str, ...], dialect: Dialect
) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """What makes of a column's value what SQLite keeps."""
    return tuple(
        (
            name,
            table.c[name].type.dialect_impl(dialect).bind_processor(dialect) or _as_is,
        )
        for name in names
    )


def _as_is(value: Any) -> Any:
    return value


def _at_once(wanted: Sequence[Rows]) -> tuple[str, tuple[Any, ...]]:
    shape = tuple((table.name, tuple(rows[0])) for table, rows in wanted)
    return _joined(shape), tuple(json.dumps(rows, default=_plain) for _, rows in wanted)


@cache
def _joined(shape: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    inserts = [
        _FROM_JSON.format(table, _listed(names), place)
        for place, (table, names) in enumerate(shape, 1)
    ]
    *first, last = inserts
    before = ", ".join(f"put_{n} AS ({one})" for n, one in enumerate(first))
    return f"WITH {before} {last}" if before else last


def _plain(value: Any) -> str:
    """A value as PostgreSQL reads it."""
    if isinstance(value, datetime) and value.utcoffset() is None:
        raise ValueError("a naive datetime was about to be stored")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(type(value).__name__)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
