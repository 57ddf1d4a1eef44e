"""Whoever waits in a call hears what is changed on a page or by a program."""

from datetime import timedelta

import pytest

from signaling.hub import Hub
from signaling.supervised import NO_PAST
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import Booked, booked
from visitation import people
from visitation.audit import SYSTEM
from visitation.places import policy_of
from visitation.visits import Visit
from visitation.words import Role


@pytest.fixture
async def site(start_site: Start, hub: Hub) -> Site:
    return await start_site(live=hub)


@pytest.fixture
async def waiting(site: Site, world: World, hub: Hub) -> Booked:
    """A visit about to begin, with a room that somebody waits in."""
    async with site.database.write() as session:
        made = await booked(
            session, world, site.keyring, starts_at=site.clock() + timedelta(minutes=10)
        )
        visit = await session.get_one(Visit, made.visit.id)
        hub.open(visit, await policy_of(session, visit.prison_id), NO_PAST)
    return made


async def test_a_visit_cancelled_on_its_page_empties_its_waiting_room(
    site: Site, waiting: Booked, hub: Hub
) -> None:
    await site.sign_in(Role.SCHEDULER)

    response = await site.post(
        f"/visits/{waiting.visit.reference}/cancel",
        {"outcome": "cancelled_by_prison", "reason": "برق نیست"},
    )

    assert response.status == 303
    assert hub.live(waiting.visit.reference) is None


async def test_a_visit_cancelled_by_a_program_empties_its_waiting_room(
    site: Site, waiting: Booked, hub: Hub
) -> None:
    account = await site.add_account(Role.SCHEDULER)
    async with site.database.write() as session:
        token = await people.issue_token(
            session,
            account,
            label="planner",
            expires_at=site.clock() + timedelta(days=1),
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )

    response = await site.client.post(
        f"/api/v1/visits/{waiting.visit.reference}/cancel",
        json={"outcome": "cancelled_by_prison", "reason": "برق نیست"},
        headers={"Authorization": f"Bearer {token}"},
    )

    assert response.status == 200
    assert hub.live(waiting.visit.reference) is None
