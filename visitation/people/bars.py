"""Bars: a judge's written orders that a prisoner is not visited.

An order is in force from its start until its end, or until it is lifted. What is
booked already stays booked: somebody must decide about it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound
from visitation.people.tables import Bar, Contact, Visitor
from visitation.timespan import Timespan


async def order_bar(
    session: AsyncSession,
    *,
    prisoner_id: int,
    starts_at: datetime,
    ends_at: datetime | None,
    order_number: str,
    judge: str,
    by: Actor,
    now: datetime,
    visitor_id: int | None = None,
    reason: str = "",
) -> Bar:
    """Record an order; without a visitor it is against every visitor.

    The same order for the same visitor is recorded once.

    Raises:
        Invalid: if it lacks its number or judge, ends before it starts or is over, or
            is recorded already.
        NotFound: if the visitor is no contact of the prisoner.
    """
    _check(starts_at, ends_at, order_number, judge, now)
    await _contact_or_refuse(session, prisoner_id, visitor_id)
    bar = Bar(
        prisoner_id=prisoner_id,
        visitor_id=visitor_id,
        starts_at=starts_at,
        ends_at=ends_at,
        order_number=order_number.strip(),
        judge=judge.strip(),
        reason=reason.strip(),
        created_at=now,
    )
    await _refuse_known(session, bar)
    session.add(bar)
    await session.flush()
    audit.note(
        session,
        by,
        "order_bar",
        f"bar:{bar.id}",
        now=now,
        prisoner=prisoner_id,
        visitor=visitor_id,
        starts=starts_at.isoformat(),
        ends=ends_at.isoformat() if ends_at else None,
    )
    return bar


async def _refuse_known(session: AsyncSession, bar: Bar) -> None:
    rows = await session.exec(
        select(Bar.id).where(
            Bar.prisoner_id == bar.prisoner_id,
            col(Bar.visitor_id).is_not_distinct_from(bar.visitor_id),
            Bar.order_number == bar.order_number,
            col(Bar.lifted_at).is_(None),
        )
    )
    if rows.first() is not None:
        raise Invalid("order_number", "order_known")


async def lift_bar(
    session: AsyncSession, bar: Bar, *, by: Actor, now: datetime
) -> None:
    """Lift an order. Lifting twice keeps the first time."""
    if bar.lifted_at is not None:
        return
    bar.lifted_at = now
    session.add(bar)
    await session.flush()
    audit.note(session, by, "lift_bar", f"bar:{bar.id}", now=now)


async def bars_of(
    session: AsyncSession, prisoner_id: int
) -> Sequence[tuple[Bar, Visitor | None]]:
    """Every order about a prisoner with the visitor it names, the newest first."""
    rows = await session.exec(
        select(Bar, Visitor)
        .outerjoin(Visitor, col(Visitor.id) == col(Bar.visitor_id))
        .where(Bar.prisoner_id == prisoner_id)
        .order_by(col(Bar.starts_at).desc(), col(Bar.id).desc())
    )
    return rows.all()


def barred(
    prisoner_id: int, visitor_ids: frozenset[int], span: Timespan
) -> ColumnElement[bool]:
    """The condition on `Bar` that keeps orders in the way of these visitors."""
    return and_(
        col(Bar.prisoner_id) == prisoner_id,
        or_(col(Bar.visitor_id).is_(None), col(Bar.visitor_id).in_(visitor_ids)),
        col(Bar.lifted_at).is_(None),
        col(Bar.starts_at) < span.end,
        or_(col(Bar.ends_at).is_(None), col(Bar.ends_at) > span.start),
    )


def _check(
    starts_at: datetime,
    ends_at: datetime | None,
    order_number: str,
    judge: str,
    now: datetime,
) -> None:
    if not order_number.strip():
        raise Invalid("order_number", "order_needed")
    if not judge.strip():
        raise Invalid("judge", "judge_needed")
    if ends_at is not None and ends_at <= starts_at:
        raise Invalid("last_day", "ends_before_start")
    if ends_at is not None and ends_at <= now:
        raise Invalid("last_day", "already_over")


async def _contact_or_refuse(
    session: AsyncSession, prisoner_id: int, visitor_id: int | None
) -> None:
    if visitor_id is None:
        return
    known = await session.exec(
        select(Contact.id).where(
            Contact.prisoner_id == prisoner_id, Contact.visitor_id == visitor_id
        )
    )
    if known.first() is None:
        raise NotFound("visitor")
