"""Which months of what, and for which sites, may count otherwise than they did.

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
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import freed
from visitation import statistics
from visitation.audit.tables import AuditEntry
from visitation.calls.tables import Feedback
from visitation.cases.tables import Case
from visitation.lifecycle import VisitState
from visitation.lines import LineRecord
from visitation.messages import Message
from visitation.places import DEFAULT_ZONE, MobileDay, Site, Station
from visitation.services.tables import ServiceRecord
from visitation.statistics import Month, Source
from visitation.visits import Visit
from visitation.words import CaseState

#: How far back is looked for what was written late, or by a clock that is behind.
OVERLAP: Final = timedelta(minutes=2)
#: A call is over by then, and a family has said how it was by then.
_CALLS: Final = timedelta(hours=12)
_FACES: Final = timedelta(days=3)
#: What makes of a visit one that the prisoner's next is counted from.
_HELD: Final = frozenset({"visit_finish", "visit_close"})
#: What moves a site's numbers to other rows.
_MOVING: Final = frozenset({"province_id", "kind", "zone"})
_OVER: Final = (CaseState.GRANTED, CaseState.DENIED, CaseState.WITHDRAWN)
_STATES: Final = tuple(VisitState)


@dataclass(slots=True)
class Due:
    """What is to be counted anew.

    Attributes:
        cells: the sites of each month of a source; None for all of them.
        everything: whether nothing can be relied on.
    """

    cells: dict[tuple[Source, Month], set[int] | None] = field(default_factory=dict)
    everything: bool = False

    def add(self, source: Source, month: Month, site: int | None = None) -> None:
        """One more site of a month, or all of them."""
        known = self.cells.setdefault((source, month), set())
        if site is None:
            self.cells[source, month] = None
        elif known is not None:
            known.add(site)

    def visit(self, month: Month, prison_id: int) -> None:
        """A visit of a prison that was or is in a month."""
        for source in (Source.VISITS, Source.CALLS):
            self.add(source, month, prison_id)

    def whole(self, months: Iterable[Month]) -> None:
        """Everything of some months."""
        for month in months:
            for source in Source:
                self.add(source, month)


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
            due.add(Source.VILLAGES, Month.of(day))
    held = {entry.visit_id for entry in entries if entry.action in _HELD}
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
            due.add(source, _month(starts_at, zone), prison_id)
    passed = await session.exec(
        select(Case.due_at).where(
            col(Case.state).not_in(_OVER),
            col(Case.due_at) > since,
            col(Case.due_at) <= now,
        )
    )
    for due_at in passed.all():
        for month in _around(due_at):
            due.add(Source.CASES, month)


async def sign_of_messages(session: AsyncSession, month: Month) -> str:
    """What differs as soon as a message of a month is written, sent, or arrives."""
    span = month.span(DEFAULT_ZONE)
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
        due.visit(_month(visit.starts_at, zone), visit.prison_id)
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
            due.add(Source.VISITS, _month(starts_at, zone), prison_id)


async def _cases(
    session: AsyncSession,
    ids: Mapping[str, Collection[int]],
    entries: Iterable[AuditEntry],
    due: Due,
    now: datetime,
) -> None:
    """Every month in which a case may have counted so far."""
    theirs: ColumnElement[bool] = col(Case.id).in_(ids.get("case", ()))
    if any(entry.action == "transfer_prisoner" for entry in entries):
        theirs = or_(theirs, col(Case.prisoner_id).in_(ids.get("prisoner", ())))
    rows = await session.exec(select(Case.raised_at).where(theirs))
    for raised_at in rows.all():
        for month in _from(raised_at, now):
            due.add(Source.CASES, month)


async def _services(session: AsyncSession, ids: Collection[int], due: Due) -> None:
    rows = await session.exec(
        select(col(ServiceRecord.day), col(ServiceRecord.point_id))
        .where(col(ServiceRecord.id).in_(ids))
        .distinct()
    )
    for day, point_id in rows.all():
        due.add(Source.SERVICES, Month.of(day), point_id)


async def _mobile_days(session: AsyncSession, ids: Collection[int], due: Due) -> None:
    days = select(col(MobileDay.day)).where(col(MobileDay.id).in_(ids))
    rows = await session.exec(days)
    for day in rows.all():
        due.add(Source.VILLAGES, Month.of(day))


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
        due.visit(_month(span.start, zone), prison_id)


def _month(at: datetime, zone: str) -> Month:
    return Month.of(at.astimezone(ZoneInfo(zone)).date())


def _around(at: datetime) -> set[Month]:
    """The month of an instant, wherever the clock stands."""
    day = statistics.today(at)
    return {Month.of(day + timedelta(days=days)) for days in (-1, 0, 1)}


def _from(at: datetime, now: datetime) -> set[Month]:
    months = {*_around(at), *_around(now)}
    return {*statistics.Period(min(months), max(months)).months()}
