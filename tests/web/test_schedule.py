"""The prison's day: what is free, who has what, where to book."""

import re
from datetime import time, timedelta

import pytest

from scheduler import booking, closures
from tests import make
from tests.make import World
from tests.visitation.test_boards import counted
from tests.web.conftest import Site
from tests.web.worlds import TEN, book, english, text
from visitation.audit import SYSTEM
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import Outcome, Role
from web import slot_names

TOMORROW = "2026-11-24"


async def day_page(
    site: Site, day: str = TOMORROW, status: int = 200, prison: int = 0
) -> str:
    query = {"day": day} | ({"site": str(prison)} if prison else {})
    response = await site.get("/schedule", params=query)
    assert response.status == status
    return await text(response)


async def test_a_day_shows_every_slot_with_a_link_to_book_it(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await day_page(site)
    assert page.count("Free: book") == 24
    span = Timespan(TEN, TEN + timedelta(minutes=25))
    assert f"/booking?slot={slot_names.name(world.terminal.id, span)}" in page
    assert "10:00 to 10:25" in page
    assert "Tuesday 24 November 2026 (3 Azar 1405)" in page


async def test_a_taken_slot_leads_to_its_visit(site: Site, world: World) -> None:
    visit = await book(site, world)
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await day_page(site)
    assert page.count("Free: book") == 23
    assert f'href="/visits/{visit.reference}"' in page
    assert world.prisoner.name in page


async def test_a_closure_says_why_and_what_is_past_says_so(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        await closures.close(
            session,
            site_id=world.prison.id,
            station_id=None,
            span=Timespan(TEN, TEN + timedelta(hours=1)),
            reason="تعمیر برق",
            by=SYSTEM,
            now=site.clock(),
        )
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await day_page(site)
    assert page.count("تعمیر برق") == 2
    assert page.count("Free: book") == 22
    today = await day_page(site, "2026-11-23")
    assert "Past" in today


async def test_the_week_strip_counts_free_slots_from_saturday(
    site: Site, world: World
) -> None:
    await book(site, world)
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await day_page(site)
    days = re.findall(r"<strong>(\w+day)</strong>.*?</span>(\w+ free)</span>", page)
    assert days == [
        ("Saturday", "None free"),
        ("Sunday", "None free"),
        ("Monday", "16 free"),
        ("Tuesday", "23 free"),
        ("Wednesday", "24 free"),
        ("Thursday", "24 free"),
        ("Friday", "24 free"),
    ]


async def test_days_are_written_and_typed_in_the_solar_calendar(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER)
    page = await day_page(site, "۱۴۰۵/۰۹/۰۳")
    assert "سه‌شنبه ۳ آذر ۱۴۰۵" in page
    assert 'value="۱۴۰۵/۰۹/۰۳"' in page
    assert "از ۱۰:۰۰ تا ۱۰:۲۵" in page


async def test_a_day_that_is_none_is_said_and_kept(site: Site, world: World) -> None:
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await day_page(site, "1405/13/40", status=422)
    assert "Give a day such as" in page
    assert 'value="1405/13/40"' in page


@pytest.mark.parametrize(
    "day", ["9999-12-31", "0001-01-01", "1850-01-01", "2200-12-31"]
)
async def test_no_day_breaks_the_calendar(site: Site, world: World, day: str) -> None:
    await site.sign_in(Role.SCHEDULER)
    response = await site.get("/schedule", params={"day": day})
    assert response.status in {200, 422}


async def test_a_prison_without_openings_that_day_says_what_to_do(site: Site) -> None:
    async with site.database.write() as session:
        prison = await make.prison(session)
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await day_page(site)
    assert "no weekly opening time falls on it" in page
    assert f"/sites/{prison.id}/templates" in page


async def test_cancelled_visits_stand_beside_the_grid(site: Site, world: World) -> None:
    visit = await book(site, world)
    async with site.database.write() as session:
        await booking.cancel(
            session,
            visit=await session.get_one(Visit, visit.id),
            outcome=Outcome.CANCELLED_BY_FAMILY,
            reason="-",
            by=SYSTEM,
            now=site.clock(),
        )
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await day_page(site)
    assert page.count("Free: book") == 24
    assert "Other visits of this day" in page
    assert "Cancelled by the family" in page


async def test_a_scheduler_sees_prisons_within_reach_only(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.prison(session, name="زندان یزد")
        await make.template(session, elsewhere, weekday=1, starts=time(8))
    await site.sign_in(Role.SCHEDULER, sites=[world.prison.id])
    page = await day_page(site, prison=elsewhere.id)
    assert "زندان یزد" not in page
    assert world.prison.name in page


async def test_a_scheduler_of_nothing_is_told_whom_to_ask(site: Site) -> None:
    await site.sign_in(Role.SCHEDULER, sites=[])
    await english(site)
    assert "reaches no prison" in await day_page(site)


@pytest.mark.parametrize("role", [Role.WARDEN, Role.CLERK, Role.OFFICIAL, Role.AUDITOR])
async def test_other_roles_do_not_book(site: Site, world: World, role: Role) -> None:
    await site.sign_in(role)
    for path in ("/schedule", "/booking?slot=1-5963412"):
        assert (await site.get(path)).status == 404


async def test_a_fuller_day_takes_no_more_queries(site: Site, world: World) -> None:
    await site.sign_in(Role.SCHEDULER)

    async def queries() -> int:
        with counted() as said:
            await day_page(site)
        return len(said)

    before = await queries()
    await book(site, world)
    one = await queries()
    for number in range(1, 4):
        async with site.database.write() as session:
            other = await make.prisoner(session, world.prison)
            visitor = await make.visitor(session)
            await make.contact(session, other, visitor)
        await book(
            site,
            world,
            TEN + timedelta(hours=number),
            prisoner_id=other.id,
            visitor_ids=[visitor.id],
        )
    assert one >= before
    assert await queries() == one
