"""Which days of what, and for which sites, may count otherwise than they did.

Rather too many than too few: counting again what has not changed changes nothing. Most
is told by the record of acts; what no act tells of (lines, faces, the fate of messages,
the passing of days) is found by its own time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import freed
from visitation import statistics
from visitation.audit.tables import AuditEntry
from visitation.calls.tables import Feedback, LostTime
from visitation.cases.tables import Case
from visitation.lifecycle import VisitState
from visitation.lines import LineRecord
from visitation.messages import Message
from visitation.places import DEFAULT_ZONE, MobileDay, Site, Station
from visitation.services.tables import ServiceRecord
from visitation.statistics import Month, Period, Source
from visitation.visits import Visit
from visitation.words import CaseState, VisitKind

#: How far back is looked for what was written late, or by a clock that is behind.
OVERLAP: Final = timedelta(minutes=2)
#: A call is over by then, and a family has said how it was by then.
_CALLS: Final = timedelta(hours=12)
_FACES: Final = timedelta(days=3)
#: How many losses are taken up in a turn.
_LOSSES: Final = 500
#: What makes of a visit one that the prisoner's next is counted from.
_HELD: Final = frozenset({"visit_finish", "visit_close"})
#: What may say when a prisoner was visited before.
_EDITED: Final = "edit_prisoner"
#: What moves a site's numbers to other rows.
_MOVING: Final = frozenset({"province_id", "kind", "zone"})
_OVER: Final = (CaseState.GRANTED, CaseState.DENIED, CaseState.WITHDRAWN)
_STATES: Final = tuple(VisitState)


@dataclass(slots=True)
class Due:
    """What is to be counted anew.

    Attributes:
        cells: what of each month of a source.
        everything: whether nothing can be relied on.
    """

    cells: dict[tuple[Source, Month], "Stretch"] = field(default_factory=dict)
    everything: bool = False

    def add(self, source: Source, day: date, site: int | None = None) -> None:
        """One more site on a day, or all of them."""
        cell = (source, Month.of(day))
        known = self.cells.setdefault(cell, Stretch(Period.day(day)))
        ends = (min(known.period.first, day), max(known.period.last, day))
        known.period = Period(*ends)
        if site is None:
            known.sites = None
        elif known.sites is not None:
            known.sites.add(site)

    def visit(self, day: date, prison_id: int) -> None:
        """A visit of a prison that was or is on a day."""
        for source in (Source.VISITS, Source.CALLS):
            self.add(source, day, prison_id)

    def whole(self, months: Iterable[Month]) -> None:
        """Everything of some months."""
        for month in months:
            for source in Source:
                self.cells[source, month] = Stretch(Period.months(month), sites=None)


@dataclass(slots=True)
class Stretch:
    """Days of a month, from the first to the last of which something changed.

    Attributes:
        sites: of which it did, on any of these days; None for all of them.
    """

    period: Period
    sites: set[int] | None = field(default_factory=set)


async def told(
    session: AsyncSession, entries: Sequence[AuditEntry], due: Due, *, now: datetime
) -> None:
    """Add what acts on record have changed."""
    ids: defaultdict[str, set[int]] = defaultdict(set)
    for entry in entries:
        kind, _colon, number = entry.subject.partition(":")
        if number.isdigit():
            ids[kind].add(int(number))
        if entry.visit_id is not None:
            ids["visit"].add(entry.visit_id)
        if entry.action == "edit_site":
            due.everything |= bool(_MOVING.intersection(entry.facts.get("changed", ())))
        if kind == "mobile_day" and entry.facts.get("day"):
            day = date.fromisoformat(entry.facts["day"])
            due.add(Source.VILLAGES, day)
    held = {entry.visit_id for entry in entries if entry.action in _HELD}
    if any(entry.action == _EDITED for entry in entries):
        await _first_visits(session, ids["prisoner"], due)
    await _visits(session, ids["visit"], held, due)
    await _left(session, entries, due)
    await _cases(session, ids, entries, due, now)
    await _services(session, ids["service"], due)
    await _mobile_days(session, ids["mobile_day"], due)


async def untold(
    session: AsyncSession, since: datetime, due: Due, *, now: datetime
) -> None:
    """Add what came about since an instant without an act."""
    since -= OVERLAP
    lines = (LineRecord, LineRecord.measured_at, Source.LINES, _CALLS)
    faces = (Feedback, Feedback.at, Source.FEEDBACK, _FACES)
    for table, at, source, lasts in (lines, faces):
        among: Any = table
        rows = await session.exec(
            select(Visit.prison_id, Site.zone, Visit.starts_at)
            .join(Site, col(Site.id) == col(Visit.prison_id))
            .join(among, among.visit_id == col(Visit.id))
            .where(
                col(Visit.state).in_(_STATES),
                col(Visit.starts_at) > since - lasts,
                col(Visit.starts_at) <= now + lasts,
                col(at) >= since,
            )
            .distinct()
        )
        for prison_id, zone, starts_at in rows.all():
            due.add(source, _day(starts_at, zone), prison_id)
    passed = await session.exec(
        select(Case.due_at).where(
            col(Case.state).not_in(_OVER),
            col(Case.due_at) > since,
            col(Case.due_at) <= now,
        )
    )
    for due_at in passed.all():
        for day in _around(due_at):
            due.add(Source.CASES, day)


async def uncounted(session: AsyncSession, due: Due) -> Sequence[LostTime]:
    """Add what was lost in calls since it was counted, however late it was written."""
    rows = await session.exec(
        select(LostTime, Visit.prison_id, Site.zone, Visit.starts_at)
        .join(Visit, col(Visit.id) == col(LostTime.visit_id))
        .join(Site, col(Site.id) == col(Visit.prison_id))
        .where(col(LostTime.seconds) != col(LostTime.counted))
        .limit(_LOSSES)
    )
    found = []
    for lost, prison_id, zone, starts_at in rows.all():
        due.add(Source.CALLS, _day(starts_at, zone), prison_id)
        found.append(lost)
    return found


async def now_counted(session: AsyncSession, losses: Iterable[LostTime]) -> None:
    """So much of what was lost is counted; what was lost meanwhile is not."""
    for one in losses:
        await session.exec(
            update(LostTime)
            .where(
                col(LostTime.visit_id) == one.visit_id,
                col(LostTime.fault) == one.fault,
            )
            .values(counted=one.seconds)
        )


async def sign_of_messages(session: AsyncSession, month: Month) -> str:
    """What differs as soon as a message of a month is written, sent, or arrives."""
    span = Period.months(month).span(DEFAULT_ZONE)
    rows = await session.exec(
        select(Message.state, func.count(), func.sum(Message.segments))
        .where(col(Message.created_at) >= span.start)
        .where(col(Message.created_at) < span.end)
        .group_by(col(Message.state))
        .order_by(col(Message.state))
    )
    found = " ".join(f"{state}:{count}:{much}" for state, count, much in rows)
    return sha256(found.encode()).hexdigest()


async def _visits(
    session: AsyncSession,
    ids: Collection[int],
    held: Collection[int | None],
    due: Due,
) -> None:
    rows = await session.exec(
        select(Visit, Site.zone)
        .join(Site, col(Site.id) == col(Visit.prison_id))
        .where(col(Visit.id).in_(ids))
    )
    after: dict[int, datetime] = {}
    for visit, zone in rows.all():
        due.visit(_day(visit.starts_at, zone), visit.prison_id)
        if visit.id in held:
            known = after.get(visit.prisoner_id, visit.starts_at)
            after[visit.prisoner_id] = min(known, visit.starts_at)
    for prisoner_id, since in after.items():
        later = await session.exec(
            select(Visit.prison_id, Site.zone, Visit.starts_at)
            .join(Site, col(Site.id) == col(Visit.prison_id))
            .where(Visit.prisoner_id == prisoner_id, Visit.starts_at > since)
            .where(Visit.state == VisitState.COMPLETED)
        )
        for prison_id, zone, starts_at in later.all():
            due.add(Source.VISITS, _day(starts_at, zone), prison_id)


async def _first_visits(
    session: AsyncSession, prisoners: Collection[int], due: Due
) -> None:
    """What is known of the time before prisoners' first visits may have changed."""
    first = (
        select(col(Visit.prisoner_id), func.min(Visit.starts_at).label("at"))
        .where(
            col(Visit.prisoner_id).in_(prisoners),
            Visit.state == VisitState.COMPLETED,
            Visit.kind != VisitKind.LEGAL,
        )
        .group_by(col(Visit.prisoner_id))
        .subquery()
    )
    rows = await session.exec(
        select(Visit.prison_id, Site.zone, Visit.starts_at)
        .join(Site, col(Site.id) == col(Visit.prison_id))
        .join(first, first.c.prisoner_id == col(Visit.prisoner_id))
        .where(first.c.at == col(Visit.starts_at))
    )
    for prison_id, zone, starts_at in rows.all():
        due.add(Source.VISITS, _day(starts_at, zone), prison_id)


async def _cases(
    session: AsyncSession,
    ids: Mapping[str, Collection[int]],
    entries: Iterable[AuditEntry],
    due: Due,
    now: datetime,
) -> None:
    """Every day on which a case may have counted so far."""
    theirs: ColumnElement[bool] = col(Case.id).in_(ids.get("case", ()))
    if any(entry.action == "transfer_prisoner" for entry in entries):
        theirs = or_(theirs, col(Case.prisoner_id).in_(ids.get("prisoner", ())))
    rows = await session.exec(select(Case.raised_at).where(theirs))
    for raised_at in rows.all():
        for period in _from(raised_at, now).by_month():
            for day in (period.first, period.last):
                due.add(Source.CASES, day)


async def _services(session: AsyncSession, ids: Collection[int], due: Due) -> None:
    rows = await session.exec(
        select(col(ServiceRecord.day), col(ServiceRecord.point_id))
        .where(col(ServiceRecord.id).in_(ids))
        .distinct()
    )
    for day, point_id in rows.all():
        due.add(Source.SERVICES, day, point_id)


async def _mobile_days(session: AsyncSession, ids: Collection[int], due: Due) -> None:
    days = select(col(MobileDay.day)).where(col(MobileDay.id).in_(ids))
    rows = await session.exec(days)
    for day in rows.all():
        due.add(Source.VILLAGES, day)


async def _left(session: AsyncSession, entries: Iterable[AuditEntry], due: Due) -> None:
    """Where and when visits would have been before they were moved."""
    slots = [slot for entry in entries if (slot := freed.named(entry.facts))]
    rows = await session.exec(
        select(Station.id, Site.id, Site.zone)
        .join(Site, col(Site.id) == col(Station.site_id))
        .where(col(Station.id).in_({terminal_id for terminal_id, _span in slots}))
    )
    prisons = {terminal: (prison, zone) for terminal, prison, zone in rows.all()}
    for terminal_id, span in slots:
        prison_id, zone = prisons[terminal_id]
        due.visit(_day(span.start, zone), prison_id)


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _around(at: datetime) -> set[date]:
    """The day of an instant, wherever the clock stands."""
    day = statistics.today(at)
    return {day + timedelta(days=days) for days in (-1, 0, 1)}


def _from(at: datetime, now: datetime) -> Period:
    days = {*_around(at), *_around(now)}
    return Period(min(days), max(days))
