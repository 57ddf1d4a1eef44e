"""The ledger of how many family visits a prisoner has, period by period.

A period's row is the guard: `use` counts one more only while fewer are used than
granted, in one conditional UPDATE, and a CHECK stands behind it. Every change is an
entry: what a period has left is the sum of its entries. Knows no rule and no calendar
but the prison's.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, database
from visitation.audit import Actor
from visitation.database import Rows
from visitation.errors import Invalid, VisitationError
from visitation.people.tables import Prisoner
from visitation.visits import ledger
from visitation.visits.ledger import Change, Pages, Quota
from visitation.visits.periods import Balance
from visitation.visits.tables import Allowance, AllowanceEntry, Visit
from visitation.words import AllowanceChange, VisitKind

LARGEST_ADJUSTMENT = 14
_REASON = 200
_ALLOWANCE = SQLModel.metadata.tables["allowance"]
_ONE_MORE = (
    sqlalchemy.update(_ALLOWANCE)
    .where(
        _ALLOWANCE.c.prisoner_id == bindparam("prisoner"),
        _ALLOWANCE.c.period.in_(bindparam("periods", expanding=True)),
        _ALLOWANCE.c.used < _ALLOWANCE.c.granted,
    )
    .values(used=_ALLOWANCE.c.used + 1)
)


class Spent(VisitationError):
    """A period has no visit left.

    Attributes:
        periods: the names of those that are spent.
    """

    def __init__(self, periods: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(periods)))
        self.periods = periods


async def balances(
    session: AsyncSession,
    prisoner_id: int,
    of: Quota,
    *,
    but_visit: int | None = None,
) -> Mapping[str, Balance]:
    """How each of the two periods stands, as if `but_visit` had not been booked.

    One query. Writes nothing.
    """
    known = await ledger.read(session, prisoner_id, of, but_visit=but_visit)
    return known.balances(of, but_visit=but_visit)


async def use(
    session: AsyncSession,
    visit: Visit,
    of: Quota,
    *,
    by: Actor,
    now: datetime,
    beyond: str = "",
) -> None:
    """Count a family visit in its week and month; one moved there leaves its old ones.

    A stated reason, `beyond`, adds a visit to a period that has none left.

    Raises:
        Spent: naming the periods that have none left; the caller's savepoint undoes
            the rest.
    """
    held = await ledger.held_by(session, visit.id)
    await _give_back(session, visit, held - of.granted.keys(), by=by, now=now)
    if held >= of.granted.keys():
        return
    known = await ledger.read(session, visit.prisoner_id, of)
    wanted = of.granted.keys() - held
    counted = await counting(
        session, visit, of, known, wanted, by=by, now=now, beyond=beyond
    )
    await database.put(session, *counted)


async def counting(
    session: AsyncSession,
    visit: Visit,
    of: Quota,
    known: Pages,
    wanted: AbstractSet[str],
    *,
    by: Actor,
    now: datetime,
    beyond: str = "",
) -> tuple[Rows, Rows]:
    """Count a family visit in some periods, as they were `known` before it came.

    Returns:
        What is still to be written for it.

    Raises:
        Spent: naming the periods that have none left; the caller's savepoint undoes
            the rest.
    """
    rows, missing, entries = await ledger.opened(
        session, visit.prisoner_id, of, known, now=now, visit_id=visit.id
    )
    if beyond and any(rows[name].spent for name in wanted):
        await database.put(session, *ledger.rows(missing, ()))
        missing = []
    for name in wanted:
        if beyond and rows[name].spent:
            change = Change(AllowanceChange.ADJUSTMENT, 1, beyond[:_REASON])
            await ledger.grant(session, visit.prisoner_id, name, change, by=by, now=now)
    begun = {name for name in known.before if not rows[name].spent}
    await _count(session, visit.prisoner_id, wanted - begun, rows)
    entries += [
        ledger.entry(
            visit.prisoner_id, name, ledger.USE, by=by, now=now, visit_id=visit.id
        )
        for name in sorted(wanted)
    ]
    return ledger.rows(missing, entries)


async def _count(
    session: AsyncSession,
    prisoner_id: int,
    wanted: Collection[str],
    rows: Mapping[str, Balance],
) -> None:
    if not wanted:
        return
    counted = await database.changed(
        session, _ONE_MORE, {"prisoner": prisoner_id, "periods": sorted(wanted)}
    )
    if counted != len(wanted):
        spent = {name for name in wanted if rows[name].spent}
        raise Spent(frozenset(spent or wanted))


async def give_back(
    session: AsyncSession, visit: Visit, *, by: Actor, now: datetime
) -> None:
    """Return a visit to the periods that it was counted in. Twice returns it once."""
    if visit.kind is VisitKind.FAMILY:
        held = await ledger.held_by(session, visit.id)
        await _give_back(session, visit, held, by=by, now=now)


async def adjust(
    session: AsyncSession,
    prisoner_id: int,
    of: Quota,
    period: str,
    *,
    amount: int,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Give a prisoner more visits in a period, or fewer, but never below the used.

    Raises:
        Invalid: if the amount is nothing, more than 14, or takes away used visits; if
            no reason is given, or the period is none of the quota's.
    """
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    if not 0 < abs(amount) <= LARGEST_ADJUSTMENT:
        raise Invalid("amount", "adjustment_size")
    if period not in of.granted:
        raise Invalid("period", "no_such_period")
    # Whoever books for the same prisoner waits here, and finds the row made.
    await session.get_one(Prisoner, prisoner_id, with_for_update={"key_share": True})
    known = await ledger.read(session, prisoner_id, of)
    rows, missing, entries = await ledger.opened(
        session, prisoner_id, of, known, now=now
    )
    await database.put(session, *ledger.rows(missing, entries))
    if rows[period].granted + amount < rows[period].used:
        raise Invalid("amount", "below_used")
    change = Change(AllowanceChange.ADJUSTMENT, amount, reason.strip()[:_REASON])
    await ledger.grant(session, prisoner_id, period, change, by=by, now=now)
    audit.note(
        session,
        by,
        "adjust_allowance",
        f"prisoner:{prisoner_id}",
        now=now,
        period=period,
        amount=amount,
    )


async def entries_of(
    session: AsyncSession, prisoner_id: int, periods: Iterable[str]
) -> Sequence[AllowanceEntry]:
    """Every change of some periods, the newest first."""
    rows = await session.exec(
        select(AllowanceEntry)
        .where(
            AllowanceEntry.prisoner_id == prisoner_id,
            col(AllowanceEntry.period).in_(tuple(periods)),
        )
        .order_by(col(AllowanceEntry.at).desc(), col(AllowanceEntry.id).desc())
    )
    return rows.all()


async def _give_back(
    session: AsyncSession,
    visit: Visit,
    names: set[str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    if not names:
        return
    await session.exec(
        update(Allowance)
        .where(
            col(Allowance.prisoner_id) == visit.prisoner_id,
            col(Allowance.period).in_(names),
        )
        .values(used=col(Allowance.used) - 1)
        .execution_options(synchronize_session=False)
    )
    change = Change(AllowanceChange.REFUND, 1)
    await ledger.write(
        session,
        [
            ledger.entry(
                visit.prisoner_id, name, change, by=by, now=now, visit_id=visit.id
            )
            for name in sorted(names)
        ],
    )
