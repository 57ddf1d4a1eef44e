"""How full prisons are: by month, by day, and in the villages."""

from datetime import date, timedelta

import pytest

from scheduler import closures
from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import TEN, book, english, text
from visitation.audit import SYSTEM
from visitation.places import Province, mobile
from visitation.places.itinerary import Stop
from visitation.timespan import Timespan
from visitation.words import Role, SiteKind

TOMORROW = "2026-11-24"
HALF_HOUR = timedelta(minutes=30)


async def page(site: Site, path: str, status: int = 200, **query: str) -> str:
    response = await site.get(path, params=query)
    assert response.status == status
    return await text(response)


async def test_a_month_counts_each_day_and_leads_to_it(
    site: Site, world: World
) -> None:
    await book(site, world)
    async with site.database.write() as session:
        await closures.close(
            session,
            site_id=world.prison.id,
            station_id=None,
            span=Timespan(TEN + 2 * HALF_HOUR, TEN + 4 * HALF_HOUR),
            reason="تعمیر",
            by=SYSTEM,
            now=site.clock(),
        )
    await site.sign_in(Role.SCHEDULER)
    await english(site)

    shown = await page(site, "/overview")

    assert "Azar 1405" in shown
    assert "&lt;bdi" not in shown
    assert "22 November 2026 to 21 December 2026" in shown
    kept = await (await site.get("/overview")).text()
    assert "22\u00a0November\u00a02026 to 21\u00a0December\u00a02026" in kept
    for words in ("21 free", "1 booked", "2 closed"):
        assert shown.count(words) == 1
    assert f"day={TOMORROW}" in shown
    assert shown.count("24 free") == 27
    later = await page(site, "/overview", day="2027-03-20")
    assert "Esfand 1405" in later


async def test_in_persian_the_week_begins_on_saturday(site: Site, world: World) -> None:
    await site.sign_in(Role.SCHEDULER)
    shown = await page(site, "/overview")
    assert "آذر ۱۴۰۵" in shown
    heads = shown[shown.index("<thead") : shown.index("</thead")]
    assert heads.index("شنبه") < heads.index("یکشنبه") < heads.index("جمعه")
    assert "۲۴ نوبت آزاد" in shown


async def test_a_day_lists_the_prisons_with_their_first_free_time(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        province = await session.get_one(Province, world.prison.province_id)
        await make.prison(session, province, name="زندان زنان")
        await closures.close(
            session,
            site_id=world.prison.id,
            station_id=None,
            span=Timespan(TEN - 4 * HALF_HOUR, TEN),
            reason="تعمیر",
            by=SYSTEM,
            now=site.clock(),
        )
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    both = await page(site, "/overview/day", day=TOMORROW)
    assert f"/schedule?site={world.prison.id}&amp;day={TOMORROW}" in both
    assert "10:00" in both
    assert "زندان زنان" in both
    one = await page(site, "/overview/day", day=TOMORROW, prison=str(world.prison.id))
    assert one.count("زندان زنان") == 1  # only to choose


async def test_each_prison_of_a_day_keeps_its_own_clock(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        province = await session.get_one(Province, world.prison.province_id)
        other = await make.prison(
            session, province, name="زندان دوم", zone="Asia/Dubai"
        )
        await make.terminal(session, other)
        await make.open_every_day(session, other)
    await site.sign_in(Role.SCHEDULER)
    await english(site)

    both = await page(site, "/overview/day", day=TOMORROW)

    # An hour in Dubai begins half an hour earlier than in Tehran.
    assert both.count("08:00") == 2
    assert "07:30" not in both


async def test_villages_say_how_much_is_free(site: Site, world: World) -> None:
    async with site.database.write() as session:
        province = await session.get_one(Province, world.point.province_id)
        office = await make.point(
            session, province, kind=SiteKind.MOBILE_OFFICE, name="سیار شرق"
        )
        await make.kiosk(session, office)
        village = await make.point(
            session, province, kind=SiteKind.VILLAGE, name="زفره"
        )
        await mobile.plan_day(
            session,
            office=office,
            day=date(2026, 11, 24),
            stops=[
                Stop(village_id=village.id, span=Timespan(TEN, TEN + 3 * HALF_HOUR))
            ],
            reference="day",
            by=SYSTEM,
            now=site.clock(),
        )
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    prison = {"prison": str(world.prison.id)}
    shown = await page(site, "/overview/villages", **prison)
    assert "زفره" in shown
    assert "سیار شرق" in shown
    assert ">3<" in shown.replace(" ", "").replace("\n", "")
    await book(site, world)
    shown = await page(site, "/overview/villages", **prison)
    assert ">2<" in shown.replace(" ", "").replace("\n", "")


async def test_without_mobile_offices_the_page_says_what_to_do(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    assert "Plan a day for one." in await page(site, "/overview/villages")


async def test_what_is_out_of_reach_is_not_counted_nor_chosen(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.province(session, name="فارس")
        other = await make.prison(session, elsewhere, name="زندان شیراز")
        sibling = await make.prison(
            session,
            await session.get_one(Province, world.prison.province_id),
            name="زندان دوم",
        )
    await site.sign_in(Role.SCHEDULER, sites=[world.prison.id])
    shown = await page(site, "/overview/day", day=TOMORROW)
    assert world.prison.name in shown
    assert sibling.name not in shown
    refused = await page(site, "/overview", 422, province=str(elsewhere.id))
    assert other.name not in refused


@pytest.mark.parametrize("path", ["/overview", "/overview/day", "/overview/villages"])
async def test_auditors_read_and_clerks_do_not(
    site: Site, world: World, path: str
) -> None:
    await site.sign_in(Role.AUDITOR)
    shown = await page(site, path)
    assert 'href="/schedule?' not in shown
    await site.sign_in(Role.CLERK)
    await page(site, path, 404)


async def test_a_day_whose_hours_have_passed_is_over_and_not_closed(
    site: Site, world: World
) -> None:
    site.clock.now = TEN.replace(hour=17)
    await site.sign_in(Role.SCHEDULER)
    await english(site)

    shown = await page(site, "/overview")

    today = shown[shown.index('<a class="month__link" href="/overview/day?') :]
    today = today[today.index('aria-current="date"') :].partition("</td>")[0]
    assert "Over" in today
    assert "Not open" not in today
