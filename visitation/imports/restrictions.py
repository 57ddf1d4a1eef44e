"""Rows of restrictions: a judge's orders that one visitor, or nobody, may visit.

Decides what a row would change, and leaves the writing to `people`.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people
from visitation.imports import cells
from visitation.imports.around import Around
from visitation.imports.report import Row, RowOutcome, RowRefused
from visitation.imports.taking import UNCHANGED, Verdict
from visitation.people.identity import fingerprint_of
from visitation.people.tables import Bar, Contact, Visitor

_ORDER, _JUDGE, _REASON = 60, 120, 300


async def decide(session: AsyncSession, row: Row, around: Around) -> Verdict:
    """What a row says about an order; without a visitor it is against everybody.

    An order that is known by its number takes another end, or is lifted; the same order
    lifted before is not brought back.

    Raises:
        RowRefused: if a person is unknown, or a cell is unreadable.
    """
    order = cells.text(row, "order_number", longest=_ORDER, required=True)
    judge = cells.text(row, "judge", longest=_JUDGE, required=True)
    reason = cells.text(row, "reason", longest=_REASON)
    lifted = cells.yes(row, "lifted")
    prisoner = around.prisoner(row)
    starts, ends = _time(row, around.prisons[prisoner.site_id].zone)
    visitor_id = await _visitor(session, row, around, prisoner.id)
    known = await _known(session, prisoner.id, visitor_id, order)
    if lifted:
        return _lifting(around, known)
    if known is not None:
        same = (known.starts_at, known.ends_at) == (starts, ends)
        if same or known.lifted_at is not None:
            return UNCHANGED
    former = known.id if known is not None else None

    async def write(session: AsyncSession) -> None:
        desk = around.desk
        if former is not None:
            stale = await session.get_one(Bar, former)
            await people.lift_bar(session, stale, by=desk.by, now=desk.now)
        await people.order_bar(
            session,
            prisoner_id=prisoner.id,
            visitor_id=visitor_id,
            starts_at=starts,
            ends_at=ends,
            order_number=order,
            judge=judge,
            reason=reason,
            by=desk.by,
            now=desk.now,
        )

    outcome = RowOutcome.CHANGED if former is not None else RowOutcome.CREATED
    return Verdict(outcome=outcome, write=write)


def _lifting(around: Around, known: Bar | None) -> Verdict:
    if known is None or known.lifted_at is not None:
        return UNCHANGED
    found = known.id

    async def write(session: AsyncSession) -> None:
        desk = around.desk
        bar = await session.get_one(Bar, found)
        await people.lift_bar(session, bar, by=desk.by, now=desk.now)

    return Verdict(outcome=RowOutcome.CHANGED, write=write)


def _time(row: Row, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """From the first day's midnight to the one after the last day, if it has one."""
    first = cells.day(row, "from_day", required=True)
    last = cells.day(row, "to_day")
    assert first is not None
    if last is None:
        return cells.midnight(first, zone), None
    if last < first:
        raise RowRefused("to_day", "ends_before_start")
    return cells.midnight(first, zone), cells.midnight(last + timedelta(days=1), zone)


async def _visitor(
    session: AsyncSession, row: Row, around: Around, prisoner_id: int
) -> int | None:
    national_id = cells.national_id(row, "visitor_national_id")
    if not national_id:
        return None
    rows = await session.exec(
        select(Visitor.id)
        .join(Contact, col(Contact.visitor_id) == col(Visitor.id))
        .where(
            Contact.prisoner_id == prisoner_id,
            Visitor.national_id_fingerprint
            == fingerprint_of(national_id, keyring=around.desk.keyring),
        )
    )
    found = rows.first()
    if found is None:
        raise RowRefused("visitor_national_id", "import_no_contact")
    return found


async def _known(
    session: AsyncSession, prisoner_id: int, visitor_id: int | None, order: str
) -> Bar | None:
    rows = await session.exec(
        select(Bar)
        .where(
            Bar.prisoner_id == prisoner_id,
            col(Bar.visitor_id).is_not_distinct_from(visitor_id),
            Bar.order_number == order,
        )
        .order_by(col(Bar.lifted_at).is_not(None), col(Bar.id).desc())
    )
    return rows.first()
