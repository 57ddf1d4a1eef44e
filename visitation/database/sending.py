"""Sending a statement past the session: columns, not rows that a session keeps.

One switch to SQLAlchemy's side and back, where asking the session for its connection
takes two. What the session has to write yet is not written first. Knows no table.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.orm import Session
from sqlmodel.ext.asyncio.session import AsyncSession

#: What is sent with a statement: once, or once for each row that is written.
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


async def rows(
    session: AsyncSession, statement: Executable, parameters: Parameters | None = None
) -> Sequence[Any]:
    """All rows that a statement returns."""
    return await session.run_sync(_rows, statement, parameters)


async def changed(
    session: AsyncSession, statement: Executable, parameters: Parameters | None = None
) -> int:
    """How many rows a statement that returns none has changed."""
    return await session.run_sync(_changed, statement, parameters)


def _rows(session: Session, statement: Executable, parameters: Any) -> Sequence[Any]:
    return session.connection().execute(statement, parameters).all()


def _changed(session: Session, statement: Executable, parameters: Any) -> int:
    return session.connection().execute(statement, parameters).rowcount
