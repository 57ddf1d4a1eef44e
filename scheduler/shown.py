"""What stands in a prison's days: its visits and closures, by terminal and time.

Reads; knows no slot.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.openings import Opening, Terminal
from scheduler.situation import overlapping
from visitation.lifecycle import OCCUPYING, VisitState
from visitation.places import Closure
from visitation.timespan import Timespan
from visitation.visits import Visit

#: Visits that a calendar shows: those to come and those that had their time.
SHOWN = OCCUPYING | {VisitState.COMPLETED, VisitState.MISSED, VisitState.UNCLOSED}


class VisitShown(NamedTuple):
    """As much of a visit as a calendar needs; a row of its own takes longer."""

    reference: str
    state: VisitState
    starts_at: datetime
    ends_at: datetime
    terminal_id: int

    @property
    def span(self) -> Timespan:
        return Timespan(self.starts_at, self.ends_at)


_COLUMNS: Any = [getattr(Visit, name) for name in VisitShown._fields]


class ClosureShown(NamedTuple):
    """When a prison, or one station of it, is shut, and why."""

    span: Timespan
    station_id: int | None
    reason: str


class Shown:
    """Visits in order of time, found by terminal and quantum."""

    def __init__(self, found: Sequence[VisitShown], *, turnover: timedelta) -> None:
        self._found, self._turnover = found, turnover
        self._seen: set[str] = set()
        self._keeping: dict[tuple[int, int], VisitShown] = {}
        self._begun: dict[tuple[int, int], VisitShown] = {}
        for visit in found:
            first, *rest = visit.span.widened(timedelta(0), turnover).quanta()
            self._begun.setdefault((visit.terminal_id, first), visit)
            if visit.state in OCCUPYING:
                for quantum in (first, *rest):
                    self._keeping.setdefault((visit.terminal_id, quantum), visit)

    def within(self, terminal_id: int, span: Timespan) -> VisitShown | None:
        """The visit that keeps a slot from others, or that once had it."""
        found = self._first(
            self._keeping, terminal_id, span.widened(timedelta(0), self._turnover)
        ) or self._first(self._begun, terminal_id, span)
        if found is not None:
            self._seen.add(found.reference)
        return found

    def beside(self) -> list[VisitShown]:
        """Those that stand in no slot that was asked about."""
        return [one for one in self._found if one.reference not in self._seen]

    @staticmethod
    def _first(
        among: Mapping[tuple[int, int], VisitShown], terminal_id: int, span: Timespan
    ) -> VisitShown | None:
        for quantum in span.quanta():
            if (visit := among.get((terminal_id, quantum))) is not None:
                return visit
        return None


async def visits_in(
    session: AsyncSession, site_id: int, whole: Timespan
) -> Sequence[VisitShown]:
    """The visits that a calendar shows of that time, in order."""
    rows = await session.exec(
        select(*_COLUMNS)
        .where(
            Visit.prison_id == site_id,
            col(Visit.starts_at) >= whole.start - timedelta(days=1),
            col(Visit.starts_at) < whole.end,
            col(Visit.ends_at) > whole.start,
            col(Visit.state).in_(SHOWN),
        )
        .order_by(col(Visit.starts_at), col(Visit.id))
    )
    return [VisitShown(*row) for row in rows]


async def closures_in(
    session: AsyncSession, opening: Opening, whole: Timespan
) -> list[ClosureShown]:
    """What shuts a prison or a station of it in that time, in order."""
    rows = await session.exec(
        select(Closure.starts_at, Closure.ends_at, Closure.station_id, Closure.reason)
        .where(Closure.site_id == opening.site.id, overlapping(whole))
        .order_by(col(Closure.starts_at), col(Closure.id))
    )
    return [
        ClosureShown(Timespan(starts, ends), station_id, reason)
        for starts, ends, station_id, reason in rows
    ]


def closed_because(terminal: Terminal, shut: Sequence[ClosureShown]) -> str | None:
    """Why a terminal cannot be used, if it cannot."""
    for closure in shut:
        if closure.station_id in {None, terminal.id}:
            return closure.reason
    return terminal.out_of_order
