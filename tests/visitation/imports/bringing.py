"""Bringing a small file in, and what is then known."""

import io
from collections.abc import Sequence
from typing import Any

from sqlmodel import select

from tests.conftest import NOON
from tests.fakes import seeded_keyring
from visitation import imports
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.imports import Desk, Doubles, Kind, Line, RowOutcome
from visitation.people import Prisoner, Scope

EVERYWHERE = Scope(everywhere=True)
CREATED, CHANGED = RowOutcome.CREATED, RowOutcome.CHANGED
UNCHANGED, REFUSED = RowOutcome.UNCHANGED, RowOutcome.REFUSED


def file(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join(lines).encode())


async def bring(
    database: Database,
    kind: Kind,
    *lines: str,
    scope: Scope = EVERYWHERE,
    dry_run: bool = False,
    given: dict[str, str] | None = None,
) -> tuple[Line, ...]:
    rows = list(imports.rows_of(file(*lines), kind, given=given))
    desk = Desk(scope=scope, keyring=seeded_keyring(), by=SYSTEM, now=NOON)
    async with database.write() as session:
        return await imports.take_in(
            session, kind, rows, desk=desk, doubles=Doubles(kind), dry_run=dry_run
        )


def told(lines: Sequence[Line]) -> list[tuple[Any, ...]]:
    """Each line as what it says: outcome, column and reasons."""
    return [(line.outcome, line.field, *line.reasons) for line in lines]


async def prisoners(database: Database) -> list[tuple[int, str, str]]:
    async with database.read() as session:
        rows = await session.exec(select(Prisoner).order_by(Prisoner.id))  # type: ignore[arg-type]
        return [(one.site_id, one.number, one.name) for one in rows]
