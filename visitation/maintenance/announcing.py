"""Announcing work on the service, taking it back, and what is to be told now.

Ends by itself: what is over is told nobody. Knows no page.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound
from visitation.maintenance.tables import Maintenance, WorkReason
from visitation.timespan import Timespan

#: Whatever takes longer is a closure of places, and visits are planned anew.
LONGEST = timedelta(days=3)
#: How long before work begins people read of it.
AHEAD = timedelta(days=3)


async def announce(
    session: AsyncSession,
    *,
    span: Timespan,
    reason: WorkReason,
    by: Actor,
    now: datetime,
    text_fa: str = "",
    text_en: str = "",
    closed: bool = False,
) -> Maintenance:
    """Tell everybody of work on the service.

    Args:
        session: of a transaction that writes.
        span: when it begins and ends; it may have begun.
        reason: why; said in the reader's language.
        by: whoever announces it.
        now: the present.
        text_fa: what is said besides, in Persian.
        text_en: the same in English; one without the other is refused.
        closed: whether families' pages are shut while it lasts.

    Raises:
        Invalid: if it is over already, lasts too long, or is said in one language only.
    """
    if span.end <= now:
        raise Invalid("ends", "work_over")
    if span.end - span.start > LONGEST:
        raise Invalid("ends", "work_too_long")
    if bool(text_fa) != bool(text_en):
        raise Invalid("text_en" if text_fa else "text_fa", "work_in_one_language")
    work = Maintenance(
        starts_at=span.start,
        ends_at=span.end,
        reason=reason,
        text_fa=text_fa,
        text_en=text_en,
        closed=closed,
        announced_at=now,
    )
    session.add(work)
    await session.flush()
    audit.note(
        session,
        by,
        "announce_work",
        f"maintenance:{work.id}",
        now=now,
        reason=reason.value,
        closed=closed,
    )
    return work


async def withdraw(
    session: AsyncSession, work_id: int, *, by: Actor, now: datetime
) -> Maintenance:
    """Take an announcement back, or end work that is done sooner.

    Raises:
        NotFound: if nothing such is announced, or it is over.
    """
    work = await session.get(Maintenance, work_id)
    if work is None or work.withdrawn_at is not None or work.ends_at <= now:
        raise NotFound("maintenance")
    work.withdrawn_at = now
    audit.note(session, by, "end_work", f"maintenance:{work_id}", now=now)
    return work


async def noticed(session: AsyncSession, *, now: datetime) -> Sequence[Maintenance]:
    """What is announced and to be told now, the first to begin first."""
    rows = await session.exec(
        select(Maintenance)
        .where(
            col(Maintenance.withdrawn_at).is_(None),
            col(Maintenance.ends_at) > now,
            col(Maintenance.starts_at) <= now + AHEAD,
        )
        .order_by(col(Maintenance.starts_at), col(Maintenance.id))
    )
    return rows.all()


async def latest(session: AsyncSession, *, limit: int) -> Sequence[Maintenance]:
    """What was ever announced, the last to begin first."""
    rows = await session.exec(
        select(Maintenance)
        .order_by(col(Maintenance.starts_at).desc(), col(Maintenance.id).desc())
        .limit(limit)
    )
    return rows.all()
