"""Allowances, for programs: what a prisoner has left and why, and giving more.

Counts nothing itself: the ledger says what was granted and used.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from visitation import places, visits
from visitation.errors import Invalid
from visitation.people import Prisoner
from visitation.places import Site
from visitation.visits import AllowanceEntry, Balance, Period, Quota, Visit
from visitation.words import AllowanceChange, Role
from web import subjects
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Day, Id, Instant, Line, Told
from web.routing import Door

_PLANNERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
_FARTHEST = timedelta(days=366)
_DAY = timedelta(days=1)


class AllowanceQuery(Asked):
    """Which week and month: those of a day; of today, if none is given."""

    day: Day | None = None


class Adjustment(Asked):
    """More visits in the week or the month of a day, or fewer."""

    day: Day | None = Field(default=None, description="Left out: today.")
    period: Literal["week", "month"]
    amount: Annotated[int, Field(ge=-14, le=14)]
    reason: Annotated[Line, StringConstraints(min_length=1)]


class AllowancePeriod(Told):
    """How a week or a month stands, in the prison's own days."""

    kind: Literal["week", "month"] = Field(
        description="From Saturday to Friday; a month of the Solar Hijri calendar."
    )
    first_day: date
    last_day: date
    granted: int
    used: int
    left: int


class AllowanceLine(Told):
    """One change, and why."""

    at: Instant
    kind: Literal["week", "month"]
    change: AllowanceChange
    amount: int = Field(description="Of what is left: a used visit is -1.")
    visit: str | None = Field(description="The reference of the visit it is about.")
    reason: str


class Allowance(Told):
    """How many family visits a prisoner has in a week and a month."""

    prisoner_id: Id
    periods: list[AllowancePeriod]
    changes: list[AllowanceLine] = Field(description="The newest first.")


async def get_allowance(call: Call) -> Allowance:
    """Get how many family visits a prisoner has left, with every change."""
    return await _told(call, await _quota(call, call.query.day))


async def adjust_allowance(call: Call) -> Allowance:
    """Give a prisoner more family visits in a period, or fewer; never below the used.

    The reason is kept with the change.
    """
    asked: Adjustment = call.body
    quota = await _quota(call, asked.day)
    await visits.adjust(
        call.session,
        call.subject.id,
        quota,
        (quota.week if asked.period == "week" else quota.month).name,
        amount=asked.amount,
        reason=asked.reason,
        by=call.by.actor,
        now=call.now,
    )
    return await _told(call, quota)


async def _quota(call: Call, day: date | None) -> Quota:
    prisoner: Prisoner = call.subject
    site = await call.session.get_one(Site, prisoner.site_id)
    zone = ZoneInfo(site.zone)
    today = call.now.astimezone(zone).date()
    wanted = day or today
    if abs(wanted - today) > _FARTHEST:
        raise Invalid("day", "out_of_range")
    policy = await places.policy_of(call.session, site.id)
    return visits.quota(policy, zone, wanted)


async def _told(call: Call, quota: Quota) -> Allowance:
    found = await visits.balances(call.session, call.subject.id, quota)
    entries = await visits.entries_of(call.session, call.subject.id, quota.granted)
    references = await _references(call, entries)
    return Allowance(
        prisoner_id=call.subject.id,
        periods=[
            _period("week", quota.week, found[quota.week.name]),
            _period("month", quota.month, found[quota.month.name]),
        ],
        changes=[
            AllowanceLine(
                at=entry.at,
                kind="week" if entry.period == quota.week.name else "month",
                change=entry.change,
                amount=entry.amount,
                visit=references.get(entry.visit_id or 0),
                reason=entry.reason,
            )
            for entry in entries
        ],
    )


def _period(
    kind: Literal["week", "month"], period: Period, balance: Balance
) -> AllowancePeriod:
    return AllowancePeriod(
        kind=kind,
        first_day=period.first,
        last_day=period.after - _DAY,
        granted=balance.granted,
        used=balance.used,
        left=max(balance.granted - balance.used, 0),
    )


async def _references(
    call: Call, entries: Sequence[AllowanceEntry]
) -> Mapping[int, str]:
    rows = await call.session.exec(
        select(Visit.id, Visit.reference).where(
            col(Visit.id).in_([one.visit_id for one in entries if one.visit_id])
        )
    )
    return dict(rows.all())


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/prisoners/{prisoner}/allowance",
        act=get_allowance,
        allow=_PLANNERS | {Role.AUDITOR},
        subject=subjects.prisoner,
        query=AllowanceQuery,
        answer=Allowance,
    ),
    Endpoint(
        method="POST",
        path="/prisoners/{prisoner}/allowance",
        act=adjust_allowance,
        allow=_PLANNERS,
        subject=subjects.prisoner,
        body=Adjustment,
        answer=Allowance,
    ),
)
