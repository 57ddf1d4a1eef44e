"""How much room the database takes. Knows no table."""

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
