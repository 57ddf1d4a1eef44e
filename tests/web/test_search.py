"""People are found from anywhere, however the letters and digits were typed."""

import re

import pytest

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import book, english, made, text
from visitation import persian, visits
from visitation.words import Role


@pytest.fixture
async def world(site: Site) -> World:
    return await made(site)


@pytest.fixture
async def scheduler(site: Site, world: World) -> Site:
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    return site


@pytest.mark.parametrize("typed", ["كريم", "کریم", "٤٠٠٤", "۴۰۰۴", "4004"])
async def test_letters_and_digits_of_any_writing_are_the_same(
    scheduler: Site, world: World, typed: str
) -> None:
    async with scheduler.database.write() as session:
        one = await make.prisoner(
            session, world.prison, name="کریم یزدی", number="4004"
        )
    page = await text(await scheduler.look("/search", typed))
    assert f'href="/prisoners/{one.id}"' in page
    assert f"/schedule?prisoner={one.id}" in page


async def test_a_phone_finds_the_visitor_and_their_visits_to_come(
    scheduler: Site, world: World
) -> None:
    visit = await book(scheduler, world)
    phone = str(world.visitor.phone).replace("+98", "0")
    page = await text(await scheduler.look("/search", phone))
    assert f'href="/visitors/{world.visitor.id}"' in page
    assert f'href="/visits/{visit.reference}"' in page


async def test_what_is_out_of_reach_is_not_found(site: Site, world: World) -> None:
    await book(site, world)
    async with site.database.write() as session:
        elsewhere = await make.prison(session, name="زندان هامون")
    await site.sign_in(Role.SCHEDULER, sites=[elsewhere.id])
    await english(site)
    page = await text(await site.look("/search", world.prisoner.name))
    assert "Nobody you reach has this" in page
    assert "/visits/" not in page


@pytest.mark.parametrize("role", [Role.SCHEDULER, Role.WARDEN, Role.CLERK])
async def test_whoever_looks_after_visits_finds_one_by_its_code(
    site: Site, world: World, role: Role
) -> None:
    visit = await book(site, world)
    await site.sign_in(role, provinces=[world.prison.province_id])
    await english(site)
    async with site.database.read() as session:
        visitor = (await visits.participants(session, visit.id))[-1]
        code = visits.code_of(visitor, keyring=site.keyring)
    assert code is not None

    page = await text(await site.look("/search", persian.to_persian_digits(code)))
    wrong = await text(await site.look("/search", "987654"))

    assert page.count(f'href="/visits/{visit.reference}"') == 1
    assert "/visits/" not in wrong


async def test_a_code_of_another_province_finds_nothing(
    site: Site, world: World
) -> None:
    visit = await book(site, world)
    async with site.database.write() as session:
        elsewhere = await make.province(session, name="هامون")
        visitor = (await visits.participants(session, visit.id))[-1]
    code = visits.code_of(visitor, keyring=site.keyring)
    assert code is not None
    await site.sign_in(Role.WARDEN, provinces=[elsewhere.id])

    assert "/visits/" not in await text(await site.look("/search", code))


async def test_staff_find_visits_everywhere_and_planners_their_people(
    site: Site, world: World
) -> None:
    visit = await book(site, world)
    await site.sign_in(Role.SCHEDULER)
    assert 'class="find"' in await text(await site.get("/requests"))
    await site.sign_in(Role.WARDEN)
    assert 'class="find"' in await text(await site.get("/staff"))
    page = await text(await site.look("/search", world.prisoner.name))
    assert f'href="/visits/{visit.reference}"' in page
    assert "/prisoners" not in page
    await site.sign_in(Role.AUDITOR)
    assert 'class="find"' not in await text(await site.get("/staff"))
    assert (await site.get("/search")).status == 404


async def test_the_week_shows_each_slot_of_each_day_by_terminal(
    scheduler: Site, world: World
) -> None:
    await book(scheduler, world)
    page = await text(await scheduler.get("/schedule/week?day=2026-11-24"))
    days = re.findall(r'<th scope="row">.*?</tr>', page)
    assert len(days) == 7
    tuesday = next(day for day in days if "Tuesday" in day)
    assert tuesday.count("mark--free") == 23
    assert tuesday.count("mark--taken") == 1
    assert "23 free · 1 booked" in tuesday
