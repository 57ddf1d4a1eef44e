"""The rows of the allowance ledger: reading them, making them, granting, noting.

What a period has left is the sum of its entries. What may be done to it is
`allowance`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, null, select, type_coerce
from sqlmodel import SQLModel, col, func, or_, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import database
from visitation.audit import Actor
from visitation.database import Rows
from visitation.lifecycle import OCCUPYING, VisitState
from visitation.places import Policy
from visitation.visits.periods import GIVEN_BACK, Balance, Period, month_of, week_of
from visitation.visits.tables import Allowance
from visitation.words import AllowanceChange, VisitKind

#: What used up an allowance before there was a ledger: to come, or taken place.
COUNTED = OCCUPYING | {VisitState.COMPLETED, VisitState.UNCLOSED}
_ALLOWANCE = SQLModel.metadata.tables["allowance"]
_ENTRY = SQLModel.metadata.tables["allowance_entry"]
_VISIT = SQLModel.metadata.tables["visit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What a prison grants for the week and the month of one local day."""

    week: Period
    month: Period
    zone: ZoneInfo
    per_week: int
    per_month: int

    @property
    def granted(self) -> Mapping[str, tuple[Period, int]]:
        """Each period by its name, with what the policy grants in it."""
        return {
            self.week.name: (self.week, self.per_week),
            self.month.name: (self.month, self.per_month),
        }


def quota(policy: Policy, zone: ZoneInfo, day: date) -> Quota:
    """What a policy grants in the week and the month of a local day."""
    return Quota(
        week=week_of(day),
        month=month_of(day),
        zone=zone,
        per_week=policy.visits_per_week,
        per_month=policy.visits_per_month,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A period's row, what was adjusted in it, and how much of it is one visit's."""

    granted: int
    used: int
    adjusted: int
    own: int

    def due(self, by_policy: int) -> int:
        """What should be granted now: the policy's, adjusted, and never too little."""
        return max(by_policy + self.adjusted, self.used)


@dataclass(frozen=True, slots=True)
class Change:
    """One entry to be written: what it is, and what it does to what is left."""

    kind: AllowanceChange
    amount: int
    reason: str = ""


#: A visit is counted.
USE = Change(AllowanceChange.USE, -1)


@dataclass(frozen=True, slots=True)
class Pages:
    """What the ledger says of a prisoner's week and month.

    Attributes:
        rows: the periods that have a row, by name.
        before: the visits that fall into each period that has none yet.
    """

    rows: Mapping[str, Row]
    before: Mapping[str, Sequence[int]]

    def balances(self, of: Quota, *, but_visit: int | None) -> dict[str, Balance]:
        """How each period stands, as if `but_visit` had not been booked."""
        found = {
            name: Balance(granted=row.due(of.granted[name][1]), used=row.used - row.own)
            for name, row in self.rows.items()
        }
        for name, visits in self.before.items():
            others = sum(one != but_visit for one in visits)
            least = max(of.granted[name][1], len(visits))
            found[name] = Balance(granted=least, used=others)
        return found


_SAME = (
    _ENTRY.c.prisoner_id == _ALLOWANCE.c.prisoner_id,
    _ENTRY.c.period == _ALLOWANCE.c.period,
)
_TOTAL = func.coalesce(func.sum(_ENTRY.c.amount), 0)
_HELD_BY = (
    select(_ENTRY.c.period)
    .where(_ENTRY.c.visit_id == bindparam("visit"))
    .group_by(_ENTRY.c.period)
    .having(func.sum(_ENTRY.c.amount) < 0)
)
_PRISONER: Any = bindparam("prisoner")
_OURS = (
    _ALLOWANCE.c.prisoner_id == _PRISONER,
    _ALLOWANCE.c.period.in_(bindparam("periods", expanding=True)),
)
_ROWS: Any = select(
    _ALLOWANCE.c.period,
    _ALLOWANCE.c.granted,
    _ALLOWANCE.c.used,
    select(_TOTAL)
    .where(*_SAME, _ENTRY.c.change == AllowanceChange.ADJUSTMENT)
    .scalar_subquery()
    .label("adjusted"),
    select(-_TOTAL)
    .where(*_SAME, _ENTRY.c.visit_id == bindparam("but_visit"))
    .scalar_subquery()
    .label("own"),
    type_coerce(null(), _VISIT.c.id.type).label("visit_id"),
    type_coerce(null(), _VISIT.c.starts_at.type).label("starts_at"),
).where(*_OURS)
#: What is counted already, unless both periods have their row.
_COUNTED: Any = select(
    *[null()] * 5,
    _VISIT.c.id,
    _VISIT.c.starts_at,
).where(
    select(func.count()).select_from(_ALLOWANCE).where(*_OURS).scalar_subquery()
    < bindparam("wanted"),
    _VISIT.c.prisoner_id == _PRISONER,
    _VISIT.c.kind == VisitKind.FAMILY,
    _VISIT.c.state.in_(sorted(COUNTED)),
    or_(_VISIT.c.outcome.is_(None), _VISIT.c.outcome.not_in(sorted(GIVEN_BACK))),
    _VISIT.c.starts_at >= bindparam("least"),
    _VISIT.c.starts_at < bindparam("most"),
)
_READ: Any = _ROWS.union_all(_COUNTED)


async def read(
    session: AsyncSession,
    prisoner_id: int,
    of: Quota,
    *,
    but_visit: int | None = None,
) -> Pages:
    """What the ledger says, and what falls into periods without a row; one query."""
    periods = [period for period, _granted in of.granted.values()]
    # A day more on either side: the local day decides below.
    least = min(period.first for period in periods) - timedelta(days=1)
    most = max(period.after for period in periods) + timedelta(days=1)
    midnight = datetime.min.time()
    rows = await database.rows(
        session,
        _READ,
        {
            "prisoner": prisoner_id,
            "periods": sorted(of.granted),
            "wanted": len(of.granted),
            "but_visit": but_visit or 0,
            "least": datetime.combine(least, midnight, of.zone),
            "most": datetime.combine(most, midnight, of.zone),
        },
    )
    found = {
        one.period: Row(one.granted, one.used, one.adjusted, one.own)
        for one in rows
        if one.period is not None
    }
    days = sorted(
        (one.visit_id, one.starts_at.astimezone(of.zone).date())
        for one in rows
        if one.visit_id is not None
    )
    before = {
        name: [one for one, day in days if period.first <= day < period.after]
        for name, (period, _granted) in of.granted.items()
        if name not in found
    }
    return Pages(found, before)


async def opened(
    session: AsyncSession,
    prisoner_id: int,
    of: Quota,
    known: Pages,
    *,
    now: datetime,
    visit_id: int | None = None,
) -> tuple[dict[str, Balance], list[dict[str, Any]], list[dict[str, Any]]]:
    """The two rows, brought to what the policy grants, and to be made if missing.

    A visit, if one is named, is counted at once in the rows that are to be made and
    have room for it.

    Returns:
        How the two stand without it, rows that are still to be made, and entries that
        are still to be written.
    """
    found: dict[str, Balance] = {}
    entries: list[dict[str, Any]] = []
    for name, row in known.rows.items():
        due = row.due(of.granted[name][1])
        if due != row.granted:
            change = Change(AllowanceChange.ACCRUAL, due - row.granted)
            await grant(session, prisoner_id, name, change, by=None, now=now)
        found[name] = Balance(granted=due, used=row.used)
    for name, visits in sorted(known.before.items()):
        before = [one for one in visits if one != visit_id]
        least = max(of.granted[name][1], len(before))
        found[name] = Balance(granted=least, used=len(before))
        accrual = Change(AllowanceChange.ACCRUAL, least)
        entries.append(entry(prisoner_id, name, accrual, by=None, now=now))
        entries += [
            entry(prisoner_id, name, USE, by=None, now=now, visit_id=one)
            for one in before
        ]
    counting = visit_id is not None
    missing = [
        {
            "prisoner_id": prisoner_id,
            "period": name,
            "granted": found[name].granted,
            "used": found[name].used + (counting and not found[name].spent),
        }
        for name in sorted(known.before)
    ]
    return found, missing, entries


async def held_by(session: AsyncSession, visit_id: int) -> set[str]:
    """The periods that a visit is counted in."""
    connection = await session.connection()
    rows = await connection.execute(_HELD_BY, {"visit": visit_id})
    return {period for (period,) in rows}


async def grant(
    session: AsyncSession,
    prisoner_id: int,
    name: str,
    change: Change,
    *,
    by: Actor | None,
    now: datetime,
) -> None:
    """Let a period have more visits, or fewer."""
    await session.exec(
        update(Allowance)
        .where(col(Allowance.prisoner_id) == prisoner_id, col(Allowance.period) == name)
        .values(granted=col(Allowance.granted) + change.amount)
        .execution_options(synchronize_session=False)
    )
    await write(session, [entry(prisoner_id, name, change, by=by, now=now)])


def entry(
    prisoner_id: int,
    name: str,
    change: Change,
    *,
    by: Actor | None,
    now: datetime,
    visit_id: int | None = None,
) -> dict[str, Any]:
    """A change of a period, as it is written down."""
    return {
        "prisoner_id": prisoner_id,
        "period": name,
        "change": change.kind,
        "amount": change.amount,
        "visit_id": visit_id,
        "account_id": by.account_id if by else None,
        "reason": change.reason,
        "at": now,
    }


def rows(
    missing: Sequence[dict[str, Any]], entries: Sequence[dict[str, Any]]
) -> tuple[Rows, Rows]:
    """Rows that are missing and changes, to be written beside others."""
    return (_ALLOWANCE, missing), (_ENTRY, entries)


async def write(session: AsyncSession, entries: Sequence[dict[str, Any]]) -> None:
    """Write changes down, all in one statement."""
    await database.put(session, (_ENTRY, entries))
