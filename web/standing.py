"""Standing visits in words: how often, which dates are ahead, and where to change them.

Pages of a visit and of a prisoner show them; the page of the series changes them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import series
from visitation import lifecycle
from visitation.lifecycle import VisitAction
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Series, Visit
from web import present
from web.i18n import ngettext
from web.labels import label, tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """One visit of a series; `may_skip` while it can be cancelled."""

    reference: str
    when: str
    sign: str
    tone: str
    may_skip: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A series: its pace in words, its dates, and a visit that leads to its page."""

    pace: str
    every_weeks: int
    lead: str
    ended: bool
    dates: tuple[Date, ...]

    @property
    def ahead(self) -> tuple[Date, ...]:
        """The dates that are still to come."""
        return tuple(one for one in self.dates if one.may_skip)


async def of_visit(
    session: AsyncSession, visit: Visit, *, now: datetime
) -> Standing | None:
    """The series that a visit is part of."""
    if visit.series_id is None:
        return None
    rows = await series.visits_of(session, visit.series_id)
    found = await session.get_one(Series, visit.series_id)
    return await _standing(session, found, rows, now=now)


async def of_prisoner(
    session: AsyncSession, prisoner_id: int, *, now: datetime
) -> list[Standing]:
    """The series of a prisoner's visits that have a date ahead."""
    own = select(Visit.series_id).where(
        Visit.prisoner_id == prisoner_id,
        col(Visit.series_id).is_not(None),
        col(Visit.starts_at) > now,
        col(Visit.state).in_(lifecycle.OCCUPYING),
    )
    rows = await session.exec(
        select(Series, Visit)
        .join(Visit, col(Visit.series_id) == col(Series.id))
        .where(col(Series.id).in_(own))
        .order_by(col(Visit.starts_at), col(Visit.id))
    )
    grouped: dict[int, list[Visit]] = defaultdict(list)
    known = {}
    for one, visit in rows.all():
        known[one.id] = one
        grouped[one.id].append(visit)
    return [
        await _standing(session, known[number], visits, now=now)
        for number, visits in grouped.items()
    ]


async def _standing(
    session: AsyncSession, found: Series, rows: Sequence[Visit], *, now: datetime
) -> Standing:
    zone = ZoneInfo((await session.get_one(Site, rows[-1].prison_id)).zone)
    pace = ngettext("Every week", "Every %(num)s weeks", found.every_weeks)
    return Standing(
        pace=present.digits(pace),
        every_weeks=found.every_weeks,
        lead=_lead(rows).reference,
        ended=found.ended_at is not None,
        dates=tuple(_date(one, zone, now=now) for one in rows),
    )


def _lead(rows: Iterable[Visit]) -> Visit:
    """The last visit that can be repeated, or else the last."""
    rows = list(rows)
    alike = (one for one in reversed(rows) if one.state in series.REPEATABLE)
    return next(alike, rows[-1])


def _date(visit: Visit, zone: ZoneInfo, *, now: datetime) -> Date:
    to_come = visit.starts_at > now
    return Date(
        reference=visit.reference,
        when=present.span(Timespan(visit.starts_at, visit.ends_at), zone),
        sign=label(visit.state),
        tone=tone(visit.state),
        may_skip=to_come and lifecycle.allows(visit.state, VisitAction.CANCEL),
    )
