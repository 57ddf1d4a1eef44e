"""Reading the record as a stream, for whoever acts on what others have done.

Entries are read in the order of their seals, not of their ids: an entry is sealed only
once its transaction is committed, after all that was sealed before, so that a reader
who remembers one number misses nothing and need not look back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit.tables import AuditEntry, AuditReader, AuditSeal

_TABLE = SQLModel.metadata.tables["audit_reader"]
_PUT: Mapping[str, Any] = {
    name: put.on_conflict_do_update(
        index_elements=["name"],
        set_={"sequence": put.excluded.sequence},
        where=_TABLE.c.sequence < put.excluded.sequence,
    )
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
    for put in (dialect.insert(_TABLE),)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What a reader has not read yet, oldest first.

    Attributes:
        since: up to which seal it has read.
        upto: the seal of the last of these entries.
    """

    since: int
    upto: int
    entries: Sequence[AuditEntry]


async def unread(session: AsyncSession, reader: str, *, limit: int) -> Unread:
    """The next sealed entries for a reader, who begins with the oldest."""
    known = await session.get(AuditReader, reader, populate_existing=True)
    since = known.sequence if known else 0
    rows = (
        await session.exec(
            select(AuditSeal.sequence, AuditEntry)
            .join(AuditEntry, col(AuditEntry.id) == col(AuditSeal.entry_id))
            .where(AuditSeal.sequence > since)
            .order_by(col(AuditSeal.sequence))
            .limit(limit)
        )
    ).all()
    upto = rows[-1][0] if rows else since
    return Unread(since=since, upto=upto, entries=[entry for _seal, entry in rows])


async def read_up_to(session: AsyncSession, reader: str, done: Unread) -> None:
    """Remember that a reader has read these, unless it is farther already."""
    statement = _PUT[session.get_bind().dialect.name]
    await session.exec(statement.values(name=reader, sequence=done.upto))
