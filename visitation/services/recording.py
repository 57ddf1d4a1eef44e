"""Writing down what was done at a point, many at once, and taking one back.

Whoever sends the same entries again finds them kept already. Knows no page and no
browser: an entry brings its reference and its time, and is believed so far.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.audit.entries import note_each
from visitation.errors import VisitationError
from visitation.places import Site
from visitation.points.tables import PointDay
from visitation.services.tables import ServiceRecord
from visitation.words import ServiceChannel, ServiceKind

#: By how much a clock may be ahead of ours.
AHEAD: Final = timedelta(minutes=5)
OLDEST: Final = timedelta(days=30)
MOST_PEOPLE: Final = 50
LONGEST_NOTE: Final = 300
HIGHEST_NUMBER: Final = 9999
#: How long what was entered is taken back, whatever became of its day.
SECOND_THOUGHTS: Final = timedelta(minutes=10)


class TooLateToWithdraw(VisitationError):
    """The day of this service is over, and its report has it."""


class Reception(StrEnum):
    """What became of an entry."""

    KEPT = "kept"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A service as somebody wrote it down, perhaps hours ago."""

    reference: str
    point_id: int
    kind: ServiceKind
    done_at: datetime
    channel: ServiceChannel = ServiceChannel.STAFF
    number: int | None = None
    people: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of the entry of a reference; `reason` is why it was refused."""

    reference: str
    became: Reception
    reason: str = ""


async def record_many(
    session: AsyncSession,
    entries: Sequence[Entry],
    *,
    points: Mapping[int, Site],
    by: Actor,
    now: datetime,
) -> tuple[Answer, ...]:
    """Keep every entry that can be kept, each once; say of each what became of it.

    Args:
        session: that writes.
        entries: in any order.
        points: where whoever sends them works, by id.
        by: who did what they say.
        now: the present.
    """
    # Holding the points' rows makes the second of two senders wait for the first.
    for point_id in sorted({one.point_id for one in entries} & points.keys()):
        await session.get_one(Site, point_id, with_for_update=True)
    rows = await session.exec(
        select(ServiceRecord).where(
            col(ServiceRecord.reference).in_([one.reference for one in entries])
        )
    )
    known = {row.reference: row for row in rows.all()}
    at = {one.point_id for one in entries}
    closed = await _closed(session, at, since=now - OLDEST)
    answers: list[Answer] = []
    fresh: list[ServiceRecord] = []
    for entry in entries:
        if entry.reference in known:
            answers.append(_known(entry, known[entry.reference], now))
        elif reason := _objection(entry, points, now):
            answers.append(_refused(entry, reason))
        else:
            row = _row(entry, points[entry.point_id], by=by, now=now)
            row.late = (row.point_id, row.day) in closed
            known[row.reference] = row
            fresh.append(row)
            answers.append(Answer(reference=entry.reference, became=Reception.KEPT))
    await _keep(session, fresh, by=by, now=now)
    return tuple(answers)


def may_withdraw(
    record: ServiceRecord, *, today: date, is_closed: bool, now: datetime
) -> bool:
    """Whether a service can still be taken back."""
    fresh = now - record.entered_at <= SECOND_THOUGHTS
    return fresh or (record.day == today and not is_closed)


async def withdraw(
    session: AsyncSession, record: ServiceRecord, *, by: Actor, now: datetime
) -> None:
    """Take back a service that was not done; it counts for nothing from then on.

    Raises:
        TooLateToWithdraw: if its day is over or closed, and it was entered a while ago.
    """
    point = await session.get_one(Site, record.point_id, with_for_update=True)
    day = await session.get(PointDay, (record.point_id, record.day))
    today = now.astimezone(ZoneInfo(point.zone)).date()
    if not may_withdraw(record, today=today, is_closed=day is not None, now=now):
        raise TooLateToWithdraw
    changed = await session.exec(
        update(ServiceRecord)
        .where(
            col(ServiceRecord.id) == record.id,
            col(ServiceRecord.withdrawn_at).is_(None),
        )
        .values(withdrawn_at=now, withdrawn_by_id=by.account_id)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount:
        await session.refresh(record)
        audit.note(session, by, "withdraw_service", f"service:{record.id}", now=now)


async def _keep(
    session: AsyncSession, rows: Sequence[ServiceRecord], *, by: Actor, now: datetime
) -> None:
    session.add_all(rows)
    await session.flush()
    for late, action in ((False, "record_service"), (True, "record_service_late")):
        subjects = [f"service:{row.id}" for row in rows if row.late is late]
        await note_each(session, by, action, subjects, now=now)


async def _closed(
    session: AsyncSession, points: Collection[int], *, since: datetime
) -> frozenset[tuple[int, date]]:
    # A day sooner, wherever the clocks of the points stand.
    first = since.date() - timedelta(days=1)
    rows = await session.exec(
        select(col(PointDay.point_id), col(PointDay.day)).where(
            col(PointDay.point_id).in_(points), col(PointDay.day) >= first
        )
    )
    return frozenset((point_id, day) for point_id, day in rows.all())


def _objection(entry: Entry, points: Mapping[int, Site], now: datetime) -> str:
    if entry.point_id not in points:
        return "service_elsewhere"
    if entry.done_at - now > AHEAD:
        return "service_to_come"
    if now - entry.done_at > OLDEST:
        return "service_too_old"
    known = entry.number is None or 1 <= entry.number <= HIGHEST_NUMBER
    some = 1 <= entry.people <= MOST_PEOPLE
    return "" if known and some and len(entry.note) <= LONGEST_NOTE else "service_unfit"


def _row(entry: Entry, point: Site, *, by: Actor, now: datetime) -> ServiceRecord:
    done = min(entry.done_at, now)
    return ServiceRecord(
        reference=entry.reference,
        point_id=point.id,
        day=done.astimezone(ZoneInfo(point.zone)).date(),
        kind=entry.kind,
        channel=entry.channel,
        number=entry.number,
        people=entry.people,
        note=entry.note,
        done_at=done,
        entered_at=now,
        account_id=by.account_id,
    )


def _known(entry: Entry, row: ServiceRecord, now: datetime) -> Answer:
    # The time is left out: a browser whose clock was set meanwhile says another.
    said, kept = (
        (one.point_id, one.kind, one.channel, one.number, one.people)
        for one in (entry, row)
    )
    # The remark of an old service may have been wiped since.
    remarked = entry.note == row.note or now - row.done_at > OLDEST
    if said != kept or not remarked:
        return _refused(entry, "service_conflict")
    return Answer(reference=entry.reference, became=Reception.ALREADY)


def _refused(entry: Entry, reason: str) -> Answer:
    return Answer(reference=entry.reference, became=Reception.REFUSED, reason=reason)
