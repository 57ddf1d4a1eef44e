"""Flags on visits: what speaks against one that is booked, and who keeps it so.

A flag is open until its cause goes. Knows no rule: the reasons are given.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.visits.tables import Flag, Visit

#: As much of a reason for keeping a visit as a flag holds.
_LONGEST = 200


async def open_flags(session: AsyncSession, visit_id: int) -> Sequence[Flag]:
    """The flags of a visit whose cause has not gone, oldest first."""
    rows = await session.exec(
        select(Flag)
        .where(Flag.visit_id == visit_id, col(Flag.gone_at).is_(None))
        .order_by(col(Flag.id))
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def settle(
    session: AsyncSession,
    visit: Visit,
    reasons: Iterable[str],
    *,
    by: Actor,
    now: datetime,
    because: str = "",
) -> int:
    """Let a visit's open flags be those of exactly these reasons.

    `because` says why the visit is kept in spite of them, where somebody decided that;
    flags that nobody decided on stay undecided.

    Returns:
        How many flags were raised or closed.
    """
    standing = list(dict.fromkeys(reasons))
    known = {flag.reason: flag for flag in await open_flags(session, visit.id)}
    gone = [flag for reason, flag in known.items() if reason not in standing]
    new = [
        Flag(visit_id=visit.id, reason=reason, raised_at=now)
        for reason in standing
        if reason not in known
    ]
    for flag in gone:
        flag.gone_at = now
    session.add_all([*gone, *new])
    if gone or new:
        await session.flush()
    for action, flags in (("close_flag", gone), ("raise_flag", new)):
        for flag in flags:
            _note(session, action, flag, by=by, now=now)
    if because:
        stays = [known[reason] for reason in standing if reason in known]
        await keep(session, [*stays, *new], because=because, by=by, now=now)
    return len(gone) + len(new)


async def keep(
    session: AsyncSession,
    flags: Iterable[Flag],
    *,
    because: str,
    by: Actor,
    now: datetime,
) -> int:
    """Write down that a visit stays as it is in spite of its flags; return how many.

    What somebody decided before stays decided by them.
    """
    undecided = [flag for flag in flags if flag.kept_at is None]
    for flag in undecided:
        flag.kept_at, flag.kept_by_id = now, by.account_id
        flag.kept_reason = because.strip()[:_LONGEST]
        _note(session, "keep_flag", flag, by=by, now=now)
    session.add_all(undecided)
    await session.flush()
    return len(undecided)


async def raise_on(
    session: AsyncSession,
    visit_ids: Sequence[int],
    reason: str,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Flag many visits for one reason at once; return how many had no such flag."""
    rows = await session.exec(
        select(Flag.visit_id).where(
            col(Flag.visit_id).in_(visit_ids),
            Flag.reason == reason,
            col(Flag.gone_at).is_(None),
        )
    )
    known = set(rows.all())
    new = [
        Flag(visit_id=visit_id, reason=reason, raised_at=now)
        for visit_id in visit_ids
        if visit_id not in known
    ]
    session.add_all(new)
    await session.flush()
    for flag in new:
        _note(session, "raise_flag", flag, by=by, now=now)
    return len(new)


def _note(
    session: AsyncSession, action: str, flag: Flag, *, by: Actor, now: datetime
) -> None:
    audit.note(
        session,
        by,
        action,
        f"flag:{flag.id}",
        now=now,
        visit_id=flag.visit_id,
        reason=flag.reason,
    )
