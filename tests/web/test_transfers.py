"""Taking one prisoner to another prison, on the prisoner's page."""

import pytest
from sqlmodel import select

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.reading import sent_to, text
from tests.web.worlds import book
from visitation.audit.tables import AuditEntry
from visitation.lifecycle import VisitState
from visitation.people import Prisoner
from visitation.places import Site as Place
from visitation.visits import Visit
from visitation.words import Role

DAY = "1405/09/01"


@pytest.fixture
async def world(site: Site) -> World:
    async with site.database.write() as session:
        found = await make.world(session)
    site.cookies["lang"] = "en"
    return found


@pytest.fixture
async def elsewhere(site: Site) -> Place:
    async with site.database.write() as session:
        return await make.prison(session)


@pytest.fixture
async def administrator(site: Site, world: World) -> Site:
    await site.sign_in(Role.ADMINISTRATOR)
    return site


def typed(to: Place, **changes: str) -> dict[str, str]:
    return {
        "to_site": str(to.id),
        "number": "۷۷-۱",
        "on": DAY,
        "reason": "nearer",
    } | changes


async def held_in(site: Site, world: World) -> tuple[int, str]:
    async with site.database.read() as session:
        found = await session.get_one(Prisoner, world.prisoner.id)
    return found.site_id, found.number


async def test_a_prisoner_is_transferred_and_back_again(
    administrator: Site, world: World, elsewhere: Place
) -> None:
    visit = await book(administrator, world)
    path = f"/prisoners/{world.prisoner.id}/transfer"
    assert f'href="{path}"' in await text(
        administrator, f"/prisoners/{world.prisoner.id}"
    )
    asked = await text(administrator, path)
    assert f'href="/visits/{visit.reference}"' in asked
    assert world.prison.name in asked

    there = await sent_to(administrator, path, typed(elsewhere))
    assert there == f"/prisoners/{world.prisoner.id}"
    assert await held_in(administrator, world) == (elsewhere.id, "77-1")
    async with administrator.database.read() as session:
        row = await session.get_one(Visit, visit.id)
        entry = (
            await session.exec(
                select(AuditEntry).where(AuditEntry.action == "transfer_prisoner")
            )
        ).one()
    assert row.state is VisitState.BOOKED
    assert entry.facts == {
        "from_site": world.prison.id,
        "to_site": elsewhere.id,
        "on": "2026-11-22",
        "reason": "nearer",
    }

    back = typed(world.prison, number=world.prisoner.number)
    await sent_to(administrator, path, back)
    assert await held_in(administrator, world) == (
        world.prison.id,
        world.prisoner.number,
    )


async def test_what_is_wrong_is_said_at_its_field_and_kept(
    administrator: Site, world: World, elsewhere: Place
) -> None:
    async with administrator.database.write() as session:
        point = await make.point(session)
        other = await make.prisoner(session, elsewhere)
    path = f"/prisoners/{world.prisoner.id}/transfer"
    for wrong, status, words in (
        ({"to_site": ""}, 422, "Fill this in."),
        ({"to_site": "999999"}, 409, "There is no such prison."),
        ({"to_site": str(point.id)}, 409, "There is no such prison."),
        ({"to_site": str(world.prison.id)}, 422, "held there already"),
        ({"on": "1405/12/01"}, 409, "This day is still to come."),
        ({"number": other.number}, 409, "has this number"),
    ):
        page = await text(administrator, path, typed(elsewhere, **wrong), status=status)
        assert words in page
    assert await held_in(administrator, world) == (
        world.prison.id,
        world.prisoner.number,
    )


async def test_a_scheduler_hands_a_prisoner_over_to_another_province(
    site: Site, world: World, elsewhere: Place
) -> None:
    await site.sign_in(Role.SCHEDULER, provinces=[world.prison.province_id])
    path = f"/prisoners/{world.prisoner.id}/transfer"
    assert await sent_to(site, path, typed(elsewhere)) == "/prisoners"
    assert (await site.get(path)).status == 404


@pytest.mark.parametrize("role", [Role.WARDEN, Role.CLERK, Role.AUDITOR])
async def test_others_transfer_nobody(
    site: Site, world: World, elsewhere: Place, role: Role
) -> None:
    await site.sign_in(role, provinces=[world.prison.province_id])
    path = f"/prisoners/{world.prisoner.id}/transfer"
    assert (await site.post(path, typed(elsewhere))).status == 404
