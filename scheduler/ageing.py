"""Deleting or wiping the rows of a table that grew old, a few at a time.

Others write meanwhile, so each batch is a transaction of its own. It knows nothing of
what the rows are, nor of how long they should be kept.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import SQLModel, col, delete, select, update

from visitation.database import Database

#: So many are changed in one transaction.
BATCH = 500


async def delete_old(
    database: Database,
    table: type[SQLModel],
    since: Any,
    *,
    before: datetime,
    batch: int = BATCH,
) -> int:
    """Delete the rows whose column `since` is `before` or earlier; how many."""
    key = _key(table)
    query = select(key).where(since <= before).limit(batch)
    deleted = 0
    while True:
        async with database.read() as session:
            ids = (await session.exec(query)).all()
        if not ids:
            return deleted
        async with database.write() as session:
            gone = await session.exec(
                delete(table)
                .where(key.in_(ids))
                .execution_options(synchronize_session=False)
            )
        deleted += gone.rowcount


async def wipe_old(
    database: Database,
    table: type[SQLModel],
    since: Any,
    wiped: Mapping[str, Any],
    *,
    held: tuple[ColumnElement[bool], ...],
    before: datetime,
    batch: int = BATCH,
) -> int:
    """Wipe what rows hold whose column `since` is `before` or earlier; how many.

    Args:
        database: where they are.
        table: of the rows, which stay; its key is a number.
        since: from when on a row grows old.
        wiped: what its columns have afterwards, so that it is not held any more.
        held: which rows still hold it.
        before: until when they may have begun.
        batch: how many are changed in one transaction.
    """
    key = _key(table)
    query = select(key).where(since <= before, *held).order_by(key).limit(batch)
    changed, last = 0, 0
    while True:
        # Rows that were wiped are still there; they are not looked through again.
        async with database.read() as session:
            ids = (await session.exec(query.where(key > last))).all()
        if not ids:
            return changed
        async with database.write() as session:
            done = await session.exec(
                update(table)
                .where(key.in_(ids))
                .values(**wiped)
                .execution_options(synchronize_session=False)
            )
        changed, last = changed + done.rowcount, ids[-1]


def _key(table: type[SQLModel]) -> Any:
    (key,) = SQLModel.metadata.tables[str(table.__tablename__)].primary_key.columns
    return col(getattr(table, key.name))
