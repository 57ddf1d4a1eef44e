"""What keeps a visit from being booked, reason by reason."""

from datetime import timedelta

import pytest

from scheduler.proposals import Refusal
from tests import make
from tests.conftest import NOON
from tests.scheduler.test_booking import TEN, book, refused
from visitation.database import Database
from visitation.errors import NotFound
from visitation.keyring import Keyring
from visitation.lifecycle import (
    VisitState,
)
from visitation.places import Closure
from visitation.words import (
    ContactState,
)


@pytest.mark.parametrize("shared", ["terminal", "kiosk", "prisoner", "visitor"])
async def test_one_thing_taken_is_one_reason(
    database: Database, keyring: Keyring, shared: str
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        other = await make.prisoner(session, world.prison)
        sister = await make.visitor(session)
        await make.contact(session, other, sister)
        await make.contact(session, other, world.visitor)
        await make.contact(session, world.prisoner, sister)
        aside = {
            "terminal_id": (await make.terminal(session, world.prison)).id,
            "kiosk_id": (await make.kiosk(session, world.point)).id,
            "prisoner_id": other.id,
            "visitor_ids": [sister.id],
        }
        del aside["visitor_ids" if shared == "visitor" else f"{shared}_id"]
        await book(session, world, keyring)
        reasons = await refused(session, world, keyring, **aside)
    assert [reason.value for reason in reasons] == [
        f"{shared}_{'taken' if shared in {'terminal', 'kiosk'} else 'busy'}"
    ]


async def test_nobody_overrides_an_approval(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        world.contact.state = ContactState.SUSPENDED
        reasons = await refused(session, world, keyring, override_reason="خواهش")
    assert reasons == (Refusal.NOT_APPROVED,)


async def test_a_ban_ends_at_its_date(database: Database, keyring: Keyring) -> None:
    async with database.write() as session:
        world = await make.world(session)
        world.contact.state = ContactState.BANNED
        world.contact.banned_until = TEN + timedelta(minutes=1)
        assert await refused(session, world, keyring) == (Refusal.BANNED,)
        world.contact.banned_until = TEN
        await session.flush()
        assert (await book(session, world, keyring)).state is VisitState.BOOKED


@pytest.mark.parametrize(
    "where", ["prison", "terminal", "kiosk", "point"], ids=lambda where: where
)
async def test_a_closure_refuses_until_it_is_lifted(
    database: Database, keyring: Keyring, where: str
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        site = world.prison if where in {"prison", "terminal"} else world.point
        station = {"terminal": world.terminal.id, "kiosk": world.kiosk.id}.get(where)
        closure = Closure(
            site_id=site.id,
            station_id=station,
            starts_at=TEN,
            ends_at=TEN + timedelta(minutes=5),
            reason="تعمیر",
        )
        session.add(closure)
        await session.flush()
        assert await refused(session, world, keyring) == (Refusal.CLOSED,)
        closure.lifted_at = NOON
        await session.flush()
        assert (await book(session, world, keyring)).state is VisitState.BOOKED


async def test_what_is_elsewhere_or_broken_is_refused(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        elsewhere = await make.prison(session)
        terminal = await make.terminal(session, elsewhere, out_of_order="دوربین")
        stranger = await make.prisoner(session, elsewhere, released_at=NOON)
        reasons = await refused(
            session,
            world,
            keyring,
            terminal_id=terminal.id,
            kiosk_id=world.terminal.id,
            prisoner_id=stranger.id,
            official_id=world.scheduler.id,
        )
    assert reasons == (
        Refusal.NOT_A_SLOT,
        Refusal.TERMINAL_ELSEWHERE,
        Refusal.TERMINAL_OUT_OF_ORDER,
        Refusal.NOT_A_KIOSK,
        Refusal.PRISONER_ELSEWHERE,
        Refusal.PRISONER_RELEASED,
        Refusal.NOT_APPROVED,
        Refusal.OFFICIAL_NOT_ACTIVE,
    )


@pytest.mark.parametrize(
    "named", ["prison_id", "terminal_id", "kiosk_id", "prisoner_id"]
)
async def test_what_does_not_exist_is_not_found(
    database: Database, keyring: Keyring, named: str
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        with pytest.raises(NotFound):
            await book(session, world, keyring, **{named: 999_999})
