"""The rows of the allowance ledger: reading them, making them, granting, noting.

What a period has left is the sum of its entries. What may be done to it is
`allowance`'s.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import SQLModel, and_, col, func, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.lifecycle import OCCUPYING, VisitState
from visitation.places import Policy
from visitation.visits.periods import GIVEN_BACK, Balance, Period, month_of, week_of
from visitation.visits.tables import Allowance, AllowanceEntry, Visit
from visitation.words import AllowanceChange, VisitKind

#: What used up an allowance before there was a ledger: to come, or taken place.
COUNTED = OCCUPYING | {VisitState.COMPLETED, VisitState.UNCLOSED}
_ALLOWANCES = SQLModel.metadata.tables["allowance"]


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


async def rows_of(
    session: AsyncSession,
    prisoner_id: int,
    names: Iterable[str],
    *,
    but_visit: int | None = None,
) -> dict[str, Row]:
    """The rows of some periods that have one, by name."""
    entry = (
        col(AllowanceEntry.prisoner_id) == col(Allowance.prisoner_id),
        col(AllowanceEntry.period) == col(Allowance.period),
    )
    total = func.coalesce(func.sum(col(AllowanceEntry.amount)), 0)
    adjusted = select(total).where(
        *entry, AllowanceEntry.change == AllowanceChange.ADJUSTMENT
    )
    own = select(-total).where(*entry, AllowanceEntry.visit_id == (but_visit or 0))
    rows = await session.exec(
        select(Allowance, adjusted.scalar_subquery(), own.scalar_subquery())
        .where(
            Allowance.prisoner_id == prisoner_id,
            col(Allowance.period).in_(tuple(names)),
        )
        .execution_options(populate_existing=True)
    )
    return {
        row.period: Row(row.granted, row.used, by_hand, visits)
        for row, by_hand, visits in rows.all()
    }


async def counted(
    session: AsyncSession, prisoner_id: int, of: Quota, names: Iterable[str]
) -> dict[str, list[int]]:
    """Which visits fall into periods that have no row yet."""
    spans = {name: of.granted[name][0] for name in names}
    if not spans:
        return {}
    # A day more on either side: the local day decides below.
    least = min(period.first for period in spans.values()) - timedelta(days=1)
    most = max(period.after for period in spans.values()) + timedelta(days=1)
    midnight = datetime.min.time()
    rows = await session.exec(
        select(Visit.id, Visit.starts_at).where(
            Visit.prisoner_id == prisoner_id,
            Visit.kind == VisitKind.FAMILY,
            col(Visit.state).in_(COUNTED),
            or_(col(Visit.outcome).is_(None), col(Visit.outcome).not_in(GIVEN_BACK)),
            and_(
                col(Visit.starts_at) >= datetime.combine(least, midnight, of.zone),
                col(Visit.starts_at) < datetime.combine(most, midnight, of.zone),
            ),
        )
    )
    days = [(one, start.astimezone(of.zone).date()) for one, start in rows.all()]
    return {
        name: [one for one, day in days if period.first <= day < period.after]
        for name, period in spans.items()
    }


async def opened(
    session: AsyncSession,
    prisoner_id: int,
    of: Quota,
    *,
    now: datetime,
    but_visit: int | None = None,
) -> dict[str, Balance]:
    """The two rows, made if they are missing and brought to what the policy grants."""
    rows = await rows_of(session, prisoner_id, of.granted)
    missing = of.granted.keys() - rows.keys()
    before = await counted(session, prisoner_id, of, missing)
    found: dict[str, Balance] = {}
    for name in sorted(of.granted):
        by_policy = of.granted[name][1]
        if name in rows:
            due, row = rows[name].due(by_policy), rows[name]
            if due != row.granted:
                change = Change(AllowanceChange.ACCRUAL, due - row.granted)
                await grant(session, prisoner_id, name, change, by=None, now=now)
            found[name] = Balance(granted=due, used=row.used)
        else:
            counted_in = [one for one in before[name] if one != but_visit]
            least = max(by_policy, len(counted_in))
            found[name] = Balance(granted=least, used=len(counted_in))
            _begin(session, prisoner_id, name, found[name], counted_in, now=now)
    if missing:
        await session.flush()
        await session.exec(
            insert(_ALLOWANCES),
            params=[
                {
                    "prisoner_id": prisoner_id,
                    "period": name,
                    "granted": found[name].granted,
                    "used": found[name].used,
                }
                for name in sorted(missing)
            ],
        )
    return found


def _begin(
    session: AsyncSession,
    prisoner_id: int,
    name: str,
    balance: Balance,
    before: Iterable[int],
    *,
    now: datetime,
) -> None:
    accrual = Change(AllowanceChange.ACCRUAL, balance.granted)
    note(session, prisoner_id, [name], accrual, by=None, now=now)
    for visit_id in before:
        used = Change(AllowanceChange.USE, -1)
        note(session, prisoner_id, [name], used, by=None, now=now, visit=visit_id)


async def held_by(session: AsyncSession, visit_id: int) -> set[str]:
    """The periods that a visit is counted in."""
    rows = await session.exec(
        select(AllowanceEntry.period)
        .where(AllowanceEntry.visit_id == visit_id)
        .group_by(col(AllowanceEntry.period))
        .having(func.sum(col(AllowanceEntry.amount)) < 0)
    )
    return set(rows.all())


async def grant(
    session: AsyncSession,
    prisoner_id: int,
    name: str,
    change: Change,
    *,
    by: Actor | None,
    now: datetime,
) -> None:
    await session.exec(
        update(Allowance)
        .where(col(Allowance.prisoner_id) == prisoner_id, col(Allowance.period) == name)
        .values(granted=col(Allowance.granted) + change.amount)
        .execution_options(synchronize_session=False)
    )
    note(session, prisoner_id, [name], change, by=by, now=now)


def note(
    session: AsyncSession,
    prisoner_id: int,
    names: Iterable[str],
    change: Change,
    *,
    by: Actor | None,
    now: datetime,
    visit: Visit | int | None = None,
) -> None:
    session.add_all(
        AllowanceEntry(
            prisoner_id=prisoner_id,
            period=name,
            change=change.kind,
            amount=change.amount,
            visit_id=visit.id if isinstance(visit, Visit) else visit,
            account_id=by.account_id if by else None,
            reason=change.reason,
            at=now,
        )
        for name in sorted(names)
    )
