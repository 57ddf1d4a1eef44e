"""What an official has to attend, in the order in which they go through it.

Reads; decides nothing about who may enter.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.admission import Denial
from visitation.timespan import Timespan
from visitation.visits import boards
from visitation.visits.listed import AHEAD, Listed
from visitation.words import Attendance, Part
from web import gate
from web.boards import call_path, local_day
from web.keys import CLOCK, SETTINGS

#: How far the list reaches beyond today.
LOOK_AHEAD = timedelta(days=14)


def today(request: web.Request) -> Timespan:
    """Today, as the list understands it."""
    now, zone = request.app[CLOCK](), request.app[SETTINGS].zone
    return local_day(now.astimezone(zone).date(), zone, now=now)


async def read(request: web.Request, session: AsyncSession) -> Sequence[Listed]:
    """Everything on the official's list, by its time."""
    me, day = gate.staff(request), today(request)
    return await boards.to_attend(
        session,
        account_id=me.account_id,
        scope=me.scope,
        within=Timespan(day.start, day.end + LOOK_AHEAD),
        today=day,
    )


def is_own(one: Listed, account_id: int) -> bool:
    """Whether it is this official who attends."""
    return one.official_id == account_id or any(
        person.account_id == account_id
        for person in one.of(Part.OFFICIAL, Part.COMPANION)
    )


def is_over(one: Listed, now: datetime) -> bool:
    """Whether nobody comes to it any more."""
    if one.state not in AHEAD:
        return True
    return one.denial(Part.OFFICIAL, now) is Denial.OVER


def following(
    found: Iterable[Listed],
    *,
    account_id: int,
    day: Timespan,
    now: datetime,
    after: Listed | None = None,
) -> Listed | None:
    """Whom the official sees next today; after one visit, another than that.

    Whoever was left out in between comes last.
    """
    own = [
        one
        for one in found
        if is_own(one, account_id)
        and one.span.start < day.end
        and not is_over(one, now)
        and (after is None or one.id != after.id)
    ]
    later = [one for one in own if after is None or one.span.start >= after.span.start]
    return next(iter((*later, *own)), None)


def way_in(one: Listed, account_id: int) -> str:
    """Where the official enters it; beside the family by the page without sound."""
    beside = one.attendance is Attendance.VILLAGE and one.official_id == account_id
    return call_path(one.reference, part=Part.COMPANION if beside else None)
