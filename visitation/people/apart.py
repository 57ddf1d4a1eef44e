"""Prisoners kept apart: two who must not meet, and so are never visited on one day.

A pair is one row, the smaller id first. Knows nothing of visits.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import case, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound
from visitation.people.tables import KeptApart, Prisoner


async def keep_apart(
    session: AsyncSession,
    one_id: int,
    other_id: int,
    *,
    reason: str,
    by: Actor,
    now: datetime,
) -> KeptApart:
    """Keep two prisoners apart from now on.

    Raises:
        Invalid: if they are one and the same, are kept apart already, or no reason is
            given.
        NotFound: if there is no such prisoner.
    """
    if one_id == other_id:
        raise Invalid("other", "same_prisoner")
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    # Locked in order: the second of two equal requests waits, then sees the first.
    pair = sorted((one_id, other_id))
    found = await session.exec(
        select(Prisoner.id)
        .where(col(Prisoner.id).in_(pair))
        .order_by(col(Prisoner.id))
        .with_for_update(key_share=True)
    )
    if len(found.all()) != len(pair):
        raise NotFound("prisoner")
    rows = await session.exec(
        select(KeptApart).where(
            KeptApart.one_id == pair[0], KeptApart.other_id == pair[1]
        )
    )
    kept = rows.first()
    if kept is None:
        kept = KeptApart(one_id=pair[0], other_id=pair[1], reason="", since=now)
    elif kept.ended_at is None:
        raise Invalid("other", "kept_apart_already")
    kept.reason = reason.strip()
    kept.since = now
    kept.ended_at = None
    session.add(kept)
    await session.flush()
    _note(session, "keep_apart", kept, by=by, now=now)
    return kept


async def let_meet(
    session: AsyncSession, kept: KeptApart, *, by: Actor, now: datetime
) -> None:
    """Let two prisoners meet again. Doing it twice keeps the first time."""
    if kept.ended_at is not None:
        return
    kept.ended_at = now
    session.add(kept)
    await session.flush()
    _note(session, "let_meet", kept, by=by, now=now)


async def apart_from(
    session: AsyncSession, prisoner_id: int
) -> Sequence[tuple[KeptApart, Prisoner]]:
    """Whom a prisoner is kept apart from, by name."""
    rows = await session.exec(
        select(KeptApart, Prisoner)
        .join(
            Prisoner,
            col(Prisoner.id) == _other(prisoner_id),
        )
        .where(
            or_(KeptApart.one_id == prisoner_id, KeptApart.other_id == prisoner_id),
            col(KeptApart.ended_at).is_(None),
        )
        .order_by(col(Prisoner.name_folded), col(KeptApart.id))
    )
    return rows.all()


async def pairs_among(
    session: AsyncSession, prisoner_ids: Collection[int]
) -> frozenset[frozenset[int]]:
    """Those among some prisoners who are kept apart, two and two."""
    rows = await session.exec(
        select(KeptApart.one_id, KeptApart.other_id).where(
            col(KeptApart.one_id).in_(prisoner_ids),
            col(KeptApart.other_id).in_(prisoner_ids),
            col(KeptApart.ended_at).is_(None),
        )
    )
    return frozenset(frozenset(pair) for pair in rows.all())


def others_of(prisoner_id: int) -> SelectOfScalar[int]:
    """The query for the ids of those whom a prisoner is kept apart from."""
    return select(_other(prisoner_id)).where(
        or_(KeptApart.one_id == prisoner_id, KeptApart.other_id == prisoner_id),
        col(KeptApart.ended_at).is_(None),
    )


def _other(prisoner_id: int) -> Any:
    return case(
        (col(KeptApart.one_id) == prisoner_id, col(KeptApart.other_id)),
        else_=col(KeptApart.one_id),
    )


def _note(
    session: AsyncSession, action: str, kept: KeptApart, *, by: Actor, now: datetime
) -> None:
    audit.note(
        session,
        by,
        action,
        f"kept_apart:{kept.id}",
        now=now,
        prisoners=[kept.one_id, kept.other_id],
    )
