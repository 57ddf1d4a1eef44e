"""A booked visit to be flagged, and how tests read its flags."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking
from tests.conftest import NOON
from tests.make import World
from visitation.audit import Actor
from visitation.keyring import Keyring
from visitation.people import Account
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.visits.tables import Flag
from visitation.words import Role, VisitKind

#: 10:00 in Tehran on the day after NOON.
TEN = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
LENGTH = timedelta(minutes=25)
DAY = timedelta(days=1)
WHY = "مادر از راه دور آمده است"


def at(start: datetime) -> Timespan:
    return Timespan(start, start + LENGTH)


def actor(account: Account) -> Actor:
    return Actor.account(account.id, Role.SCHEDULER)


async def book(
    session: AsyncSession, world: World, keyring: Keyring, **changes: Any
) -> Visit:
    """The world's visit, tomorrow at ten."""
    wish = {
        "prison_id": world.prison.id,
        "terminal_id": world.terminal.id,
        "span": at(TEN),
        "kind": VisitKind.FAMILY,
        "prisoner_id": world.prisoner.id,
        "visitor_ids": [world.visitor.id],
        "kiosk_id": world.kiosk.id,
    }
    by = actor(world.scheduler)
    return await booking.book(
        session, keyring=keyring, by=by, now=NOON, **(wish | changes)
    )


async def flags(session: AsyncSession, visit: Visit) -> list[tuple[str, bool, bool]]:
    """Every flag of a visit: its reason, whether it is kept, whether it is gone."""
    rows = await session.exec(
        select(Flag)
        .where(Flag.visit_id == visit.id)
        .order_by(col(Flag.id))
        .execution_options(populate_existing=True)
    )
    return [
        (row.reason, row.kept_at is not None, row.gone_at is not None) for row in rows
    ]


async def standing(session: AsyncSession, visit: Visit) -> list[str]:
    """The reasons of a visit's flags whose cause has not gone."""
    return [reason for reason, _kept, gone in await flags(session, visit) if not gone]
