"""Ranked wishes: where and when somebody would like to visit, the best first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.timespan import Timespan
from visitation.visits import RankedWish, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when somebody would like to visit; no kiosk means their own phone."""

    terminal_id: int
    span: Timespan
    kiosk_id: int | None = None


async def wishes(session: AsyncSession, visit: Visit) -> Sequence[RankedWish]:
    """The wishes of a request, the best first."""
    rows = await session.exec(
        select(RankedWish)
        .where(RankedWish.visit_id == visit.id)
        .order_by(col(RankedWish.rank))
    )
    return rows.all()


def place_of(wish: RankedWish) -> Place:
    """Where and when a wish would take place."""
    return Place(
        terminal_id=wish.terminal_id,
        span=Timespan(wish.starts_at, wish.ends_at),
        kiosk_id=wish.kiosk_id,
    )


async def remember(
    session: AsyncSession, visit: Visit, ranked: Sequence[Place]
) -> None:
    """Keep what was asked for, so that another place can be granted later."""
    session.add_all(
        RankedWish(
            visit_id=visit.id,
            rank=rank,
            terminal_id=place.terminal_id,
            kiosk_id=place.kiosk_id,
            starts_at=place.span.start,
            ends_at=place.span.end,
        )
        for rank, place in enumerate(ranked, start=1)
    )
    await session.flush()
