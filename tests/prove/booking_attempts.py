"""What those who race for a few resources try: by claims, and the naive way."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking
from tests import make
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.timespan import QUANTUM, Timespan
from visitation.visits import Visit
from visitation.words import Outcome, Role, VisitKind

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
BEGIN = NOW + timedelta(days=1)
#: Twelve hours of five minutes.
STARTS = 144
THINKING_SECONDS = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The few resources that everybody wants."""

    prison_id: int
    terminals: list[int]
    kiosks: list[int]
    prisoners: list[int]
    visitors: list[int]
    officials: list[int]


async def stage(database: Database) -> Stage:
    """A prison with three terminals, six prisoners, and visitors for all of them."""
    async with database.write() as session:
        prison = await make.prison(session)
        point = await make.point(session)
        await make.policy(session, prison, visits_per_week=10_000, max_party=12)
        prisoners = [await make.prisoner(session, prison) for _ in range(6)]
        family = [await make.visitor(session) for _ in range(6)]
        for prisoner in prisoners:
            for visitor in family:
                await make.contact(session, prisoner, visitor)
        return Stage(
            prison_id=prison.id,
            terminals=[(await make.terminal(session, prison)).id for _ in range(3)],
            kiosks=[(await make.kiosk(session, point)).id for _ in range(3)],
            prisoners=[prisoner.id for prisoner in prisoners],
            visitors=[visitor.id for visitor in family],
            officials=[(await make.account(session, Role.OFFICIAL)).id for _ in "ab"],
        )


def a_span(luck: random.Random) -> Timespan:
    start = BEGIN + luck.randrange(STARTS) * QUANTUM
    return Timespan(start, start + luck.choice([3, 4, 6, 9]) * QUANTUM)


async def book(
    session: AsyncSession, on: Stage, luck: random.Random, keyring: Keyring
) -> str:
    await booking.book(
        session,
        prison_id=on.prison_id,
        terminal_id=luck.choice(on.terminals),
        span=a_span(luck),
        kind=VisitKind.FAMILY,
        prisoner_id=luck.choice(on.prisoners),
        visitor_ids=luck.sample(on.visitors, luck.choice([1, 2])),
        kiosk_id=luck.choice([*on.kiosks, None]),
        official_id=luck.choice([*on.officials, None, None]),
        keyring=keyring,
        by=SYSTEM,
        now=NOW,
        override_reason="race",
    )
    return "booked"


async def move(
    session: AsyncSession, on: Stage, luck: random.Random, keyring: Keyring
) -> str:
    visit = await _some_visit(session, luck)
    if visit is None:
        return "nothing"
    await booking.move(
        session,
        visit=visit,
        terminal_id=luck.choice(on.terminals),
        span=a_span(luck),
        kiosk_id=luck.choice([*on.kiosks, None]),
        by=SYSTEM,
        now=NOW,
        override_reason="race",
    )
    return "moved"


async def cancel(
    session: AsyncSession, on: Stage, luck: random.Random, keyring: Keyring
) -> str:
    visit = await _some_visit(session, luck)
    if visit is None:
        return "nothing"
    await booking.cancel(
        session,
        visit=visit,
        outcome=Outcome.CANCELLED_BY_FAMILY,
        reason="race",
        by=SYSTEM,
        now=NOW,
    )
    return "cancelled"


async def _some_visit(session: AsyncSession, luck: random.Random) -> Visit | None:
    booked = await session.exec(select(Visit).where(Visit.state == VisitState.BOOKED))
    rows = booked.all()
    return luck.choice(rows) if rows else None


async def naive(
    session: AsyncSession, on: Stage, luck: random.Random, keyring: Keyring
) -> str:
    """What many programs do: look, think, insert."""
    span = a_span(luck)
    wanted = {
        "terminal_id": luck.choice(on.terminals),
        "kiosk_id": luck.choice(on.kiosks),
        "prisoner_id": luck.choice(on.prisoners),
    }
    clash = await session.exec(
        select(Visit.id).where(
            col(Visit.starts_at) < span.end,
            col(Visit.ends_at) > span.start,
            or_(*(getattr(Visit, name) == value for name, value in wanted.items())),
        )
    )
    if clash.first() is not None:
        return "refused"
    await asyncio.sleep(THINKING_SECONDS)
    session.add(
        Visit(
            reference=keyring.reference(),
            kind=VisitKind.FAMILY,
            state=VisitState.BOOKED,
            starts_at=span.start,
            ends_at=span.end,
            booked_end_at=span.end,
            prison_id=on.prison_id,
            created_at=NOW,
            changed_at=NOW,
            **wanted,
        )
    )
    await session.flush()
    return "booked"


Attempt = Callable[[AsyncSession, Stage, random.Random, Keyring], Awaitable[str]]
ATTEMPTS: tuple[Attempt, ...] = (*[book] * 6, move, cancel)
