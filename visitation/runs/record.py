"""Writing and reading how sweeps went. Knows no sweep, and not what is late."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.runs.tables import DailyRun, SweepRun

_RUN = SQLModel.metadata.tables["sweep_run"]
_DAILY = SQLModel.metadata.tables["daily_run"]
_INSERT: Mapping[str, Any] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


async def note(session: AsyncSession, run: SweepRun) -> None:
    """Write down a run in place of the node's last one of the same sweep."""
    insert = _insert(session)(_RUN).values(
        **run.model_dump(exclude={"failures"}), failures=run.done is None
    )
    new = insert.excluded
    failed_again = case((new.done.is_(None), _RUN.c.failures + 1), else_=0)
    changes = {
        name: new[name]
        for name in ("started_at", "took_ms", "late_ms", "lag_ms", "done")
    }
    await session.exec(
        insert.on_conflict_do_update(
            index_elements=["name", "node"],
            set_=changes | {"failures": failed_again},
        )
    )


async def latest(session: AsyncSession) -> Sequence[SweepRun]:
    """The last run of each sweep on each node; of each sweep the latest first."""
    rows = await session.exec(
        select(SweepRun).order_by(
            col(SweepRun.name), col(SweepRun.started_at).desc(), col(SweepRun.node)
        )
    )
    return rows.all()


async def forget(session: AsyncSession, *, before: datetime) -> int:
    """Delete what nodes ran that have been silent since; return how much."""
    gone = await session.exec(delete(SweepRun).where(col(SweepRun.started_at) < before))
    return gone.rowcount


async def last_day(session: AsyncSession, name: str) -> date | None:
    """The last day whose work a sweep has done; None if it never has."""
    rows = await session.exec(select(col(DailyRun.day)).where(DailyRun.name == name))
    return rows.first()


async def did_day(session: AsyncSession, name: str, day: date) -> None:
    """Write down which day's work is done, in place of the day before."""
    insert = _insert(session)(_DAILY).values(name=name, day=day)
    await session.exec(
        insert.on_conflict_do_update(
            index_elements=["name"], set_={"day": insert.excluded.day}
        )
    )


def _insert(session: AsyncSession) -> Any:
    return _INSERT[session.get_bind().dialect.name]
