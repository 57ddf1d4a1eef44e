"""What ending weekly times would do to visits that are booked: which fall outside.

Looks and changes nothing. A visit counts that lies in the prison's hours now and would
not any more; one that was booked outside them from the start is no news to anybody.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import openings
from scheduler.openings import Opening
from visitation.lifecycle import ARRANGED
from visitation.places import SessionTemplate
from visitation.timespan import Timespan
from visitation.visits import Visit

#: By so much a prison's day may differ from that of UTC.
_DAY = timedelta(days=1)


async def without(
    session: AsyncSession, template: SessionTemplate, *, last_day: date, now: datetime
) -> tuple[str, ...]:
    """The visits to come that a template leaves outside if it holds up to a last day.

    Returns:
        Their references, the nearest first.
    """
    visits = await _arranged(session, template.site_id, now)
    if not visits:
        return ()
    opening = await openings.opening(
        session,
        template.site_id,
        first=visits[0].starts_at.date() - _DAY,
        last=visits[-1].starts_at.date() + _DAY,
    )
    by_day: dict[date, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_day[opening.day(visit.starts_at)].append(visit)
    after = _ended(opening, template.id, last_day)
    return tuple(
        visit.reference
        for day, some in by_day.items()
        if day > last_day and day.weekday() == template.weekday
        for kept in (_inside(after, day, some),)
        for visit in _inside(opening, day, some)
        if visit not in kept
    )


async def _arranged(
    session: AsyncSession, prison_id: int, now: datetime
) -> Sequence[Visit]:
    rows = await session.exec(
        select(Visit)
        .where(
            Visit.prison_id == prison_id,
            col(Visit.state).in_(ARRANGED),
            col(Visit.ends_at) > now,
        )
        .order_by(col(Visit.starts_at), col(Visit.reference))
    )
    return rows.all()


def _ended(opening: Opening, template_id: int, last_day: date) -> Opening:
    """The opening as it would be with one of its patterns up to a last day."""
    patterns = tuple(
        replace(one, valid_to=last_day) if one.template_id == template_id else one
        for one in opening.patterns
    )
    return replace(opening, patterns=patterns)


def _inside(opening: Opening, day: date, visits: Iterable[Visit]) -> list[Visit]:
    """Those whose terminal is open around their time, in slots of whatever length."""
    slots = opening.slots(day, day)
    return [
        visit
        for visit in visits
        if any(
            slot.terminal_id == visit.terminal_id
            and slot.span.overlaps(Timespan(visit.starts_at, visit.ends_at))
            for slot in slots
        )
    ]
