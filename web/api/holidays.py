"""Holidays, for programs: list, add, rename, strike out, take over the calendar.

Days of the whole country are changed by those who reach all of it.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import places
from visitation.errors import Invalid, NotFound
from visitation.people import Scope
from visitation.places import holidays
from visitation.words import Role
from web import reach
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Day, Id, Line, Told
from web.principals import DevicePrincipal, Principal, StaffPrincipal
from web.routing import Door

_PLANNERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
_LONGEST = timedelta(days=1100)
_YEARS = 3
_Title = Annotated[Line, StringConstraints(min_length=1, max_length=100)]


class HolidaysQuery(Asked):
    """Which days, both ends included; three years at most."""

    from_: Day = Field(alias="from")
    to: Day


class NewHoliday(Asked):
    """A day on which prisons keep no weekly hours."""

    day: Day
    name: _Title
    province_id: Id | None = Field(
        default=None, description="Left out: the whole country."
    )
    observed: bool = Field(
        default=True, description="False: a province works although others do not."
    )


class Naming(Asked):
    """Another name of a holiday."""

    name: _Title


class Holiday(Told):
    """A day on which prisons keep no weekly hours, in a province or everywhere."""

    id: Id
    day: Day
    name: str
    province_id: Id | None = Field(description="Null: the whole country.")
    observed: bool = Field(description="Whether prisons keep no hours that day.")
    by_hand: bool = Field(description="Whether the calendar leaves it alone.")


class Holidays(Told):
    """Every holiday of a span, by day."""

    items: list[Holiday]


class Seeded(Told):
    """What the official calendar changed."""

    added: int
    renamed: int
    withdrawn: int


async def list_holidays(call: Call) -> Holidays:
    """List the holidays of the country and of the provinces within reach."""
    asked: HolidaysQuery = call.query
    if not timedelta(0) <= asked.to - asked.from_ <= _LONGEST:
        raise Invalid("to", "out_of_range")
    scope = call.by.scope
    found = await holidays.between(
        call.session,
        first=asked.from_,
        last=asked.to,
        provinces=None if scope.everywhere else scope.provinces,
    )
    return Holidays(items=[Holiday.model_validate(one) for one in found])


async def add_holiday(call: Call) -> Holiday:
    """Make a day a holiday, of one province or of the whole country.

    What is booked on it stays booked. Without a province it takes an account that
    reaches everything.
    """
    asked: NewHoliday = call.body
    if not _covers(call.by.scope, asked.province_id):
        raise NotFound("province")
    if asked.province_id is None and not asked.observed:
        raise Invalid("province_id", "missing")
    await _known(call, asked.province_id)
    kept = await holidays.add(
        call.session,
        day=asked.day,
        name=asked.name,
        province_id=asked.province_id,
        observed=asked.observed,
        by=call.by.actor,
        now=call.now,
    )
    return Holiday.model_validate(kept)


async def rename_holiday(call: Call) -> Holiday:
    """Give a holiday another name."""
    kept = await call.session.get_one(places.Holiday, call.subject.id)
    await holidays.rename(
        call.session, kept, name=call.body.name, by=call.by.actor, now=call.now
    )
    return Holiday.model_validate(kept)


async def strike_out_holiday(call: Call) -> Holiday:
    """Let prisons be open on the day as on any other; the calendar keeps it so."""
    kept = await call.session.get_one(places.Holiday, call.subject.id)
    await holidays.strike_out(call.session, kept, by=call.by.actor, now=call.now)
    return Holiday.model_validate(kept)


async def restore_holiday(call: Call) -> Holiday:
    """Make a day that was struck out a holiday again."""
    kept = await call.session.get_one(places.Holiday, call.subject.id)
    await holidays.restore(call.session, kept, by=call.by.actor, now=call.now)
    return Holiday.model_validate(kept)


async def seed_holidays(call: Call) -> Seeded:
    """Take over the official calendar of Iran of this year and the next two.

    What people added, renamed or struck out stands. It takes an account that reaches
    everything.
    """
    if not call.by.scope.everywhere:
        raise NotFound("holidays")
    year = holidays.today(call.now).year
    done = await holidays.seed(
        call.session,
        years=range(year, year + _YEARS),
        by=call.by.actor,
        now=call.now,
    )
    return Seeded.model_validate(done)


async def _own(
    session: AsyncSession,
    parts: Mapping[str, str],
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> places.Holiday | None:
    """The holiday of `{holiday}`, for those who may change it."""
    found = await reach.holiday(session, parts, principal, device)
    if found is None or not isinstance(principal, StaffPrincipal):
        return None
    return found if _covers(principal.scope, found.province_id) else None


async def _known(call: Call, province_id: int | None) -> None:
    if province_id is None:
        return
    if await call.session.get(places.Province, province_id) is None:
        raise NotFound("province")


def _covers(scope: Scope, province_id: int | None) -> bool:
    return scope.everywhere or province_id in scope.provinces


_changes = partial(
    Endpoint, method="POST", allow=_PLANNERS, subject=_own, answer=Holiday
)
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/holidays",
        act=list_holidays,
        allow=_PLANNERS | {Role.AUDITOR},
        query=HolidaysQuery,
        answer=Holidays,
    ),
    Endpoint(
        method="POST",
        path="/holidays",
        act=add_holiday,
        allow=_PLANNERS,
        body=NewHoliday,
        answer=Holiday,
        status=201,
    ),
    Endpoint(
        method="POST",
        path="/holidays/seed",
        act=seed_holidays,
        allow=_PLANNERS,
        answer=Seeded,
    ),
    _changes(path="/holidays/{holiday}/rename", act=rename_holiday, body=Naming),
    _changes(path="/holidays/{holiday}/strike-out", act=strike_out_holiday),
    _changes(path="/holidays/{holiday}/restore", act=restore_holiday),
)
