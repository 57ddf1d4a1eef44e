"""Holidays and weekly hours, as planners meet them."""

from datetime import date, timedelta

import pytest

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from tests.web.conftest import Site as Browser
from tests.web.reading import rows, sent_to, text
from visitation.places import Holiday, SessionTemplate
from visitation.words import Role

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("english")


async def test_a_holiday_of_the_country_is_added_named_and_struck_out(
    site: Browser, world: World
) -> None:
    async with site.database.write() as session:
        visit, _ = await booked(session, world, starts_at=NOON + 24 * HOUR)
    await site.sign_in(Role.SCHEDULER)
    typed = {"day": "۱۴۰۵/۰۹/۰۳", "name": "برف"}
    path = await sent_to(site, "/holidays/new", typed)
    (kept,) = await rows(site, Holiday)
    assert path == f"/holidays/{kept.id}"
    assert (kept.day, kept.province_id, kept.observed) == (
        date(2026, 11, 24),
        None,
        True,
    )
    page = await text(site, path)
    assert f"/visits/{visit.reference}" in page
    assert await sent_to(site, path, {"name": "برف سنگین"}) == "/holidays"
    assert "برف سنگین" in await text(site, "/holidays")
    await text(site, path, {"name": " "}, status=422)
    assert await sent_to(site, f"{path}/strike-out") == path
    assert "Open as usual" in await text(site, "/holidays")
    assert f"/visits/{visit.reference}" not in await text(site, path)
    assert await sent_to(site, f"{path}/restore") == path
    again = await text(site, "/holidays/new", typed, status=409)
    assert "This day is in the list already" in again
    assert 'value="برف"' in again


async def test_a_province_speaks_for_itself_only(site: Browser, world: World) -> None:
    async with site.database.write() as session:
        other = await make.province(session, name="یزد")
        nation = Holiday(day=date(2026, 12, 1), name="عید")
        far = Holiday(day=date(2026, 12, 2), name="طوفان شن", province_id=other.id)
        session.add_all([nation, far])
        await session.flush()
    own = world.prison.province_id
    await site.sign_in(Role.SCHEDULER, provinces=[own])
    page = await text(site, "/holidays")
    assert "عید" in page
    assert "طوفان شن" not in page
    for one in (nation, far):
        await text(site, f"/holidays/{one.id}", status=404)
        await text(site, f"/holidays/{one.id}/strike-out", post=True, status=404)
    for where in ("", str(other.id)):
        typed = {"day": "2026-12-01", "name": "-", "province": where}
        page = await text(site, "/holidays/new", typed, status=422)
        assert "Choose one from the list" in page
    typed = {"day": "2026-12-01", "name": "-", "province": str(own), "open": "on"}
    await sent_to(site, "/holidays/new", typed)
    (kept,) = await rows(site, Holiday, Holiday.province_id == own)
    assert kept.observed is False


async def test_an_auditor_reads_holidays_and_changes_none(
    site: Browser, world: World
) -> None:
    async with site.database.write() as session:
        session.add(Holiday(day=date(2026, 12, 1), name="عید"))
    await site.sign_in(Role.AUDITOR)
    page = await text(site, "/holidays")
    assert "عید" in page
    assert "Add a holiday" not in page
    await text(site, "/holidays/new", status=404)


async def test_only_a_province_works_on_a_holiday(site: Browser, world: World) -> None:
    await site.sign_in(Role.SCHEDULER)
    typed = {"day": "2026-12-01", "name": "-", "open": "on"}
    page = await text(site, "/holidays/new", typed, status=422)
    assert "Choose the province that works" in page
    assert await rows(site, Holiday) == []


async def test_weekly_hours_may_be_fortnightly_and_held_on_holidays(
    site: Browser, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER)
    path = f"/sites/{world.prison.id}/templates"
    typed = {
        "weekdays": "monday",
        "starts": "20:00",
        "ends": "22:00",
        "slot_minutes": "30",
        "valid_from": "2026-11-23",
        "kinds": "family",
        "every_weeks": "۲",
        "on_holidays": "on",
    }
    assert await sent_to(site, f"{path}/new", typed) == path
    kept = (await rows(site, SessionTemplate))[-1]
    assert (kept.every_weeks, kept.on_holidays) == (2, True)
    page = await text(site, path)
    assert "every 2 weeks" in page
    assert "on holidays too" in page
    between = typed | {"valid_from": "2026-11-30"}
    assert await sent_to(site, f"{path}/new", between) == path
    overlapping = typed | {"every_weeks": "3"}
    page = await text(site, f"{path}/new", overlapping, status=409)
    assert "A terminal is already open then" in page
    past = typed | {"valid_from": "2026-01-01", "valid_to": "2026-11-22"}
    page = await text(site, f"{path}/new", past, status=409)
    assert "would be over already" in page
    await text(site, f"{path}/new", typed | {"every_weeks": "53"}, status=422)


async def test_the_official_calendar_is_taken_over_by_who_reaches_everything(
    site: Browser, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER)
    assert "No holiday is known yet" in await text(site, "/holidays")
    assert await sent_to(site, "/holidays/seed") == "/holidays"
    found = await rows(site, Holiday)
    assert date(2027, 3, 21) in {one.day for one in found}
    assert {one.day.year for one in found} == {2026, 2027, 2028}
    assert await sent_to(site, "/holidays/seed") == "/holidays"
    assert len(await rows(site, Holiday)) == len(found)
    one = world.prison.province_id
    await site.sign_in(Role.SCHEDULER, username="near", provinces=[one])
    assert "official calendar" not in await text(site, "/holidays")
    await text(site, "/holidays/seed", post=True, status=404)
