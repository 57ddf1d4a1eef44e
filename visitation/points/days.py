"""A point's day in figures, and closing it once and for all."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import col, func, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.calls import losses
from visitation.calls.tables import HelpCall
from visitation.errors import Invalid, VisitationError
from visitation.lifecycle import VisitState
from visitation.places import Site, Station
from visitation.points.tables import PointDay, Ticket
from visitation.services import counting
from visitation.timespan import Timespan
from visitation.visits.listed import AHEAD, Attendee, Listed, listed
from visitation.visits.tables import Participant, Visit
from visitation.words import Part, TicketState

LONGEST_NOTE: Final = 1000
#: As late as nobody minds.
PATIENCE: Final = timedelta(minutes=1)
_FAMILY = (Part.VISITOR, Part.INTERPRETER)


class DayClosed(VisitationError):
    """The point has closed this day."""


class VisitsToCome(VisitationError):
    """A visit of the day is still to come, or goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a day came to.

    Attributes:
        arrived: visits whose family came.
        came_late: of those, whose family came after the time.
        began_late: visits that began more than a minute late.
        minutes_lost: in which one side could not hear the other, counted up.
        help_calls: by families.
        services: done at the point, `people` of them for how many, `kinds` of each how
            often.
    """

    visits: int = 0
    arrived: int = 0
    held: int = 0
    missed: int = 0
    cancelled: int = 0
    unclosed: int = 0
    came_late: int = 0
    began_late: int = 0
    minutes_lost: int = 0
    help_calls: int = 0
    walk_ins: int = 0
    served: int = 0
    left: int = 0
    services: int = 0
    people: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A visit as the report of its day has it; `came_at` is when the family did."""

    visit: Listed
    came_at: datetime | None
    began_at: datetime | None
    lost: timedelta


def span_of(point: Site, day: date) -> Timespan:
    """A whole day on the wall clock of a point."""
    zone = ZoneInfo(point.zone)
    ends = (datetime.combine(d, time(), zone) for d in (day, day + timedelta(days=1)))
    return Timespan(*ends)


async def lines_of(
    session: AsyncSession, *, point: Site, day: date
) -> tuple[Line, ...]:
    """The visits that begin at a point on a day, or at a kiosk it took to a village."""
    span = span_of(point, day)
    own = select(Station.id).where(Station.site_id == point.id)
    visits = await listed(
        session,
        or_(col(Visit.point_id) == point.id, col(Visit.kiosk_id).in_(own)),
        col(Visit.starts_at) >= span.start,
        col(Visit.starts_at) < span.end,
    )
    found = await session.exec(
        select(Visit).where(col(Visit.id).in_([one.id for one in visits]))
    )
    rows = {row.id: row for row in found.all()}
    lost = await losses.of_each(session, list(rows.values()))
    return tuple(
        Line(
            visit=one,
            came_at=min(
                (at for who in one.of(*_FAMILY) if (at := _came(who))), default=None
            ),
            began_at=rows[one.id].started_at,
            lost=lost[one.id].total,
        )
        for one in visits
    )


async def figures(session: AsyncSession, *, point: Site, day: date) -> Figures:
    """What a day came to so far."""
    lines = await lines_of(session, point=point, day=day)
    kept = [one for one in lines if one.visit.state is not VisitState.CANCELLED]
    states = [one.visit.state for one in lines]
    lost = sum((one.lost for one in lines), timedelta())
    counted = await session.exec(
        select(Ticket.state, func.count())
        .where(Ticket.point_id == point.id, Ticket.day == day)
        .group_by(col(Ticket.state))
    )
    tickets = dict(counted.all())
    done = await counting.by_kind(session, point_id=point.id, day=day)
    return Figures(
        visits=len(kept),
        arrived=sum(one.came_at is not None for one in kept),
        held=sum(one.began_at is not None for one in kept),
        missed=states.count(VisitState.MISSED),
        cancelled=states.count(VisitState.CANCELLED),
        unclosed=states.count(VisitState.UNCLOSED),
        came_late=sum(_is_late(one.came_at, one.visit) for one in kept),
        began_late=sum(_is_late(one.began_at, one.visit) for one in kept),
        minutes_lost=-(-lost // timedelta(minutes=1)),
        help_calls=await _help_calls(session, [one.visit.id for one in lines]),
        walk_ins=sum(tickets.values()),
        served=tickets.get(TicketState.SERVED, 0),
        left=tickets.get(TicketState.LEFT, 0),
        services=sum(one.times for one in done),
        people=sum(one.people for one in done),
        kinds={one.kind.value: one.times for one in done},
    )


async def closed(session: AsyncSession, *, point_id: int, day: date) -> PointDay | None:
    """A day as it was closed, if it was."""
    return await session.get(PointDay, (point_id, day))


async def refuse_closed(session: AsyncSession, *, point_id: int, day: date) -> None:
    """Let nothing more be done on a day that was closed.

    Raises:
        DayClosed: if it was.
    """
    if await closed(session, point_id=point_id, day=day) is not None:
        raise DayClosed


async def close(
    session: AsyncSession,
    *,
    point: Site,
    day: date,
    note: str,
    by: Actor,
    now: datetime,
) -> PointDay:
    """Close a day: whoever still waits for their number has left, figures stand.

    Raises:
        DayClosed: if it is closed already.
        VisitsToCome: if a visit of the day has its time still before it, or goes on.
        Invalid: if the day has not come, or the note is too long.
    """
    await session.get_one(Site, point.id, with_for_update=True)
    await refuse_closed(session, point_id=point.id, day=day)
    if day > now.astimezone(ZoneInfo(point.zone)).date():
        raise Invalid("day", "day_to_come")
    if len(note) > LONGEST_NOTE:
        raise Invalid("note", "too_long")
    if any(_goes_on(one, now) for one in await lines_of(session, point=point, day=day)):
        raise VisitsToCome
    await session.exec(
        update(Ticket)
        .where(
            col(Ticket.point_id) == point.id,
            col(Ticket.day) == day,
            col(Ticket.state).in_((TicketState.WAITING, TicketState.CALLED)),
        )
        .values(state=TicketState.LEFT, ended_at=now)
    )
    row = PointDay(
        point_id=point.id,
        day=day,
        closed_at=now,
        closed_by_id=by.account_id,
        note=note.strip(),
        figures=asdict(await figures(session, point=point, day=day)),
    )
    session.add(row)
    await session.flush()
    audit.note(session, by, "close_point_day", f"site:{point.id}", now=now)
    return row


def _goes_on(one: Line, now: datetime) -> bool:
    if one.visit.state is VisitState.LIVE:
        return True
    return one.visit.state in AHEAD and one.visit.span.end > now


def _came(one: Attendee) -> datetime | None:
    known = [at for at in (one.arrived_at, one.identified_at, one.joined_at) if at]
    return min(known, default=None)


def _is_late(at: datetime | None, visit: Listed) -> bool:
    return at is not None and at - visit.span.start > PATIENCE


async def _help_calls(session: AsyncSession, visit_ids: Sequence[int]) -> int:
    rows = await session.exec(
        select(func.count(col(HelpCall.id)))
        .join(Participant, col(Participant.id) == col(HelpCall.participant_id))
        .where(
            col(HelpCall.visit_id).in_(visit_ids),
            col(Participant.part) != Part.PRISONER,
        )
    )
    return rows.one()
