"""Mobile days, as planners meet them."""

from datetime import timedelta

import pytest

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from tests.web.conftest import Site as Browser
from tests.web.reading import rows, sent_to, text
from visitation.places import MobileDay, MobileStop, Province, Site
from visitation.words import MobileDayState, Role, SiteKind

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
async def villages(site: Browser, world: World) -> tuple[Site, Site]:
    async with site.database.write() as session:
        province = await session.get_one(Province, world.point.province_id)
        village = {"kind": SiteKind.VILLAGE}
        return (
            await make.point(session, province, name="زفره", **village),
            await make.point(session, province, name="کوهپایه", **village),
        )


def itinerary(villages: tuple[Site, Site], **changes: str) -> dict[str, str]:
    """Two villages on the third of Azar; the second row of the form is left empty."""
    return {
        "day": "۱۴۰۵/۰۹/۰۳",
        "village_1": str(villages[0].id),
        "starts_1": "۰۹:۰۰",
        "ends_1": "۱۲:۰۰",
        "village_3": str(villages[1].id),
        "starts_3": "13:00",
        "ends_3": "15:30",
        "travel_3": "۴۵",
    } | changes


async def test_a_day_is_planned_changed_cancelled_and_takes_place_after_all(
    site: Browser, world: World, villages: tuple[Site, Site]
) -> None:
    async with site.database.write() as session:
        visit, _ = await booked(session, world, starts_at=NOON + 22 * HOUR)
    await site.sign_in(Role.SCHEDULER)
    assert "Plan a day of" in await text(site, "/mobile-days")
    new = f"/sites/{world.point.id}/mobile-days/new"
    assert "زفره" in await text(site, new)
    assert await sent_to(site, new, itinerary(villages)) == "/mobile-days"
    page = await text(site, "/mobile-days")
    assert "13:00 to 15:30" in page
    (day,) = await rows(site, MobileDay)
    path = f"/mobile-days/{day.reference}"
    page = await text(site, path)
    assert f"/visits/{visit.reference}" in page
    assert 'value="13:00"' in page
    later = itinerary(villages, village_3="", starts_3="", ends_3="", travel_3="")
    kiosk = {"kiosks_1": str(world.kiosk.id)}
    assert await sent_to(site, path, later | kiosk) == path
    (stop,) = await rows(site, MobileStop)
    assert (stop.village_id, stop.kiosks) == (villages[0].id, [world.kiosk.id])
    await text(site, f"{path}/cancel", {"reason": " "}, status=422)
    led = await sent_to(site, f"{path}/cancel", {"reason": "برف"})
    assert led == f"{path}/replan"
    assert "برف" in await text(site, "/mobile-days")
    assert "Let it take place" in await text(site, path)
    assert await sent_to(site, f"{path}/reinstate") == path
    (day,) = await rows(site, MobileDay)
    assert day.state is MobileDayState.PLANNED


@pytest.mark.parametrize(
    ("changes", "status", "sentence", "field"),
    [
        ({"starts_3": "11:00"}, 409, "still stands at the stop before", "starts_3"),
        ({"travel_3": "61"}, 409, "takes longer than the time between", "travel_3"),
        ({"travel_3": "x"}, 422, "Give a whole number", "travel_3"),
        ({"ends_1": "08:00"}, 409, "It must end after it starts", "ends_1"),
        ({"ends_1": "12:03"}, 409, "in whole five minutes", "ends_1"),
        ({"ends_1": ""}, 422, "Fill this in", "ends_1"),
        ({"village_3": "999"}, 422, "Choose one from the list", "village_3"),
        ({"kiosks_3": "999"}, 422, "Choose one from the list", "kiosks_3"),
        ({"day": "1405/09/01"}, 409, "already over", "day"),
    ],
)
async def test_an_itinerary_that_makes_no_sense_says_where(
    site: Browser,
    world: World,
    villages: tuple[Site, Site],
    *,
    changes: dict[str, str],
    status: int,
    sentence: str,
    field: str,
) -> None:
    await site.sign_in(Role.SCHEDULER)
    path = f"/sites/{world.point.id}/mobile-days/new"
    page = await text(site, path, itinerary(villages, **changes), status=status)
    assert sentence in page
    assert f'href="#{field}"' in page
    assert 'value="13:00"' in page or "starts_3" in changes
    assert await rows(site, MobileDay) == []


async def test_a_day_without_stops_is_no_day(
    site: Browser, world: World, villages: tuple[Site, Site]
) -> None:
    await site.sign_in(Role.SCHEDULER)
    path = f"/sites/{world.point.id}/mobile-days/new"
    page = await text(site, path, {"day": "1405/09/03"}, status=409)
    assert "Choose at least one village" in page


async def test_who_does_not_reach_the_office_finds_no_day_of_it(
    site: Browser, world: World, villages: tuple[Site, Site]
) -> None:
    async with site.database.write() as session:
        other = await make.province(session)
    await site.sign_in(Role.SCHEDULER)
    new = f"/sites/{world.point.id}/mobile-days/new"
    await sent_to(site, new, itinerary(villages))
    (day,) = await rows(site, MobileDay)
    await site.sign_in(Role.SCHEDULER, username="far", provinces=[other.id])
    assert "زفره" not in await text(site, "/mobile-days")
    for path in (new, f"/mobile-days/{day.reference}", "/mobile-days/%00"):
        await text(site, path, status=404)
    await site.sign_in(Role.AUDITOR)
    assert "زفره" in await text(site, "/mobile-days")
    await text(site, new, status=404)
