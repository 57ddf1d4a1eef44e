"""Standing visits: the same people at the same wall time, every so many weeks.

Each date is booked on its own, with all the rules; one that is refused leaves the
others as they are. Knows no page.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, cancelling
from scheduler.booking import Refused, Wish
from scheduler.proposals import Refusal
from scheduler.slots import Slot, on_the_wall
from visitation import audit, lifecycle, visits
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.lifecycle import VisitAction, VisitState
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Participant, Series, Visit
from visitation.words import Outcome

MOST_TIMES = 52
LONGEST = timedelta(days=366)
_LONGEST_PAUSE = 12
#: States of a visit that can be repeated.
REPEATABLE = frozenset({VisitState.BOOKED, VisitState.LIVE, VisitState.COMPLETED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """What became of one date of a series.

    Attributes:
        day: the prison's local day.
        visit: the reference of the visit on that date, if there is one.
        booked_before: whether the series had that date already.
        reasons: why the date could not be booked.
        next_free: the first slot later that day that everybody could take.
    """

    day: date
    visit: str | None = None
    booked_before: bool = False
    reasons: tuple[Refusal, ...] = ()
    next_free: Slot | None = None


async def by_reference(session: AsyncSession, reference: str) -> Series:
    """The series of that reference.

    Raises:
        NotFound: if there is none.
    """
    rows = await session.exec(select(Series).where(Series.reference == reference))
    series = rows.first()
    if series is None:
        raise NotFound(reference)
    return series


async def visits_of(session: AsyncSession, series_id: int) -> Sequence[Visit]:
    """The visits of a series, in order of time."""
    rows = await session.exec(
        select(Visit)
        .where(Visit.series_id == series_id)
        .order_by(col(Visit.starts_at), col(Visit.id))
    )
    return rows.all()


async def repeat(
    session: AsyncSession,
    visit: Visit,
    *,
    every_weeks: int,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    times: int | None = None,
    until: date | None = None,
    override_reason: str = "",
) -> tuple[Occurrence, ...]:
    """Book the same again every so many weeks, until a day or so many times more.

    Asked again, dates that the series once had are left as they are, whatever became
    of them, and the others are tried anew.

    Raises:
        Invalid: if it ends neither by a number nor by a day, or asks for too much.
        Overtaken: if somebody else made it a series at the same moment.
    """
    _check(visit, every_weeks, times, until, now)
    site = await session.get_one(Site, visit.prison_id)
    zone = ZoneInfo(site.zone)
    series = await _series(session, visit, every_weeks, keyring, by=by, now=now)
    known = await _known(session, series)
    wish = _again(visit, await visits.participants(session, visit.id), series)
    wish["override_reason"] = override_reason
    first = visit.starts_at.astimezone(zone).replace(tzinfo=None, fold=0)
    length = visit.booked_end_at - visit.starts_at
    found = []
    for wall in _walls(first, series.every_weeks, times, until):
        key = f"series:{series.reference}:{wall.date().isoformat()}"
        span = on_the_wall(wall, length, zone)
        if key in known:
            found.append(
                Occurrence(day=wall.date(), visit=known[key], booked_before=True)
            )
        elif span is None:
            reasons = (Refusal.NOT_A_SLOT,)
            found.append(Occurrence(day=wall.date(), reasons=reasons))
        else:
            wish["span"], wish["import_key"] = span, key
            found.append(
                await _booked(
                    session, wish, wall.date(), zone, keyring=keyring, by=by, now=now
                )
            )
    return tuple(found)


async def end_series(
    session: AsyncSession,
    series: Series,
    *,
    after: datetime,
    outcome: Outcome,
    reason: str,
    by: Actor,
    now: datetime,
) -> int:
    """Cancel every visit of a series that begins at or after an instant; how many.

    A family that waited for one of them is back in line, unless it cancels itself.

    Raises:
        Invalid: if the outcome is no cancellation, or no reason is given.
        Overtaken: if somebody else changed one of the visits first.
    """
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    ended = 0
    for visit in await visits_of(session, series.id):
        to_come = visit.starts_at >= max(after, now)
        if to_come and lifecycle.allows(visit.state, VisitAction.CANCEL):
            await cancelling.cancel(
                session,
                visit=visit,
                outcome=outcome,
                reason=reason,
                back_in_line=True,
                by=by,
                now=now,
            )
            ended += 1
    series.ended_at = now
    session.add(series)
    await session.flush()
    audit.note(
        session, by, "end_series", f"series:{series.id}", now=now, cancelled=ended
    )
    return ended


async def _booked(
    session: AsyncSession,
    wish: Wish,
    day: date,
    zone: ZoneInfo,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Occurrence:
    try:
        visit = await booking.book(session, keyring=keyring, by=by, now=now, **wish)
    except Refused as refused:
        same_day = (
            slot
            for slot in refused.next_free
            if slot.span.start.astimezone(zone).date() == day
        )
        return Occurrence(
            day=day, reasons=refused.reasons, next_free=next(same_day, None)
        )
    return Occurrence(day=day, visit=visit.reference)


async def _series(
    session: AsyncSession,
    visit: Visit,
    every_weeks: int,
    keyring: Keyring,
    *,
    by: Actor,
    now: datetime,
) -> Series:
    if visit.series_id is not None:
        series = await session.get_one(Series, visit.series_id)
        if series.every_weeks != every_weeks:
            raise Invalid("every_weeks", "other_series")
        series.ended_at = None
        session.add(series)
        return series
    series = Series(
        reference=keyring.reference(), every_weeks=every_weeks, created_at=now
    )
    session.add(series)
    await session.flush()
    joined = await session.exec(
        update(Visit)
        .where(col(Visit.id) == visit.id, col(Visit.series_id).is_(None))
        .values(series_id=series.id)
        .execution_options(synchronize_session=False)
    )
    if joined.rowcount != 1:
        raise visits.Overtaken(visit.reference)
    await session.refresh(visit)
    audit.note(
        session,
        by,
        "begin_series",
        f"visit:{visit.id}",
        now=now,
        visit_id=visit.id,
        every_weeks=every_weeks,
    )
    return series


async def _known(session: AsyncSession, series: Series) -> dict[str | None, str]:
    """What became of each date; one that moved elsewhere has had its own as well."""
    return {
        one.import_key: one.reference for one in await visits_of(session, series.id)
    }


def _again(visit: Visit, people: Iterable[Participant], series: Series) -> Wish:
    official_id = None if visit.cover_id else visit.official_id
    return Wish(
        prison_id=visit.prison_id,
        terminal_id=visit.terminal_id,
        span=Timespan(visit.starts_at, visit.ends_at),
        kind=visit.kind,
        prisoner_id=visit.prisoner_id,
        visitor_ids=[one.visitor_id for one in people if one.visitor_id],
        kiosk_id=visit.kiosk_id,
        official_id=official_id,
        # Who covers one session does not cover the same hours of another week.
        official_wanted=visit.official_wanted or visit.cover_id is not None,
        attendance=visit.attendance if official_id else None,
        series_id=series.id,
        note=visit.note,
    )


def _walls(
    first: datetime, every_weeks: int, times: int | None, until: date | None
) -> Iterator[datetime]:
    number = 1
    while times is None or number <= times:
        wall = first + timedelta(weeks=every_weeks * number)
        if until is not None and wall.date() > until:
            return
        yield wall
        number += 1


def _check(
    visit: Visit,
    every_weeks: int,
    times: int | None,
    until: date | None,
    now: datetime,
) -> None:
    if visit.state not in REPEATABLE:
        raise Invalid("visit", "not_to_repeat")
    if not 1 <= every_weeks <= _LONGEST_PAUSE:
        raise Invalid("every_weeks", "out_of_range")
    if (times is None) == (until is None):
        raise Invalid("times", "times_or_day")
    if times is not None and not 1 <= times <= MOST_TIMES:
        raise Invalid("times", "out_of_range")
    if until is not None and not now.date() <= until <= (now + LONGEST).date():
        raise Invalid("until", "within_a_year")
