"""How much room the database takes, and what time it has. Knows no table."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_database_size(current_database())",
}


async def size(session: AsyncSession) -> int:
    """The bytes of the whole database."""
    connection = await session.connection()
    found = await connection.execute(text(_SIZE[connection.dialect.name]))
    return int(found.scalar_one())


async def clock(session: AsyncSession) -> datetime | None:
    """What time it is where the database is; None where that is here."""
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        return None
    found = await connection.execute(text("SELECT clock_timestamp()"))
    told: datetime = found.scalar_one()
    return told.astimezone(UTC)
