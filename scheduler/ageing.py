"""Deleting the rows of a table that grew old, a few at a time.

Others write meanwhile, so each batch is a transaction of its own. It knows nothing of
what the rows are, nor of how long they should be kept.
"""

from datetime import datetime
from typing import Any

from sqlmodel import SQLModel, col, delete, select

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


def _key(table: type[SQLModel]) -> Any:
    (key,) = SQLModel.metadata.tables[str(table.__tablename__)].primary_key.columns
    return col(getattr(table, key.name))
