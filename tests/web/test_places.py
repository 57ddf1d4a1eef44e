"""Provinces, sites, stations, opening times, closures and rules, as administrators
and schedulers meet them."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from tests.web.conftest import Site as Browser
from tests.web.reading import rows, sent_to, text
from visitation import devices, places
from visitation.devices import Device
from visitation.places import Closure, Policy, Province, SessionTemplate, Site, Station
from visitation.words import Role, SiteKind, StationKind, Supervision

HOUR = timedelta(hours=1)


@pytest.fixture
async def world(site: Browser) -> World:
    async with site.database.write() as session:
        found = await make.world(session)
    site.cookies["lang"] = "en"
    return found


@pytest.fixture
async def administrator(site: Browser, world: World) -> Browser:
    await site.sign_in(Role.ADMINISTRATOR)
    return site


async def test_an_administrator_of_everything_adds_a_province(
    administrator: Browser,
) -> None:
    typed = {"name": "یزد", "code": "۲۱"}
    assert await sent_to(administrator, "/provinces/new", typed) == "/provinces"
    assert "یزد" in await text(administrator, "/provinces")
    again = await text(administrator, "/provinces/new", typed, status=409)
    assert "Another province has this code" in again
    assert 'value="یزد"' in again
    assert len(await rows(administrator, Province, Province.code == "21")) == 1


async def test_a_province_is_corrected(administrator: Browser, world: World) -> None:
    path = f"/provinces/{world.prison.province_id}"
    assert "اصفهان" in await text(administrator, path)
    assert await sent_to(administrator, path, {"name": "یزد", "code": "5"})
    (found,) = await rows(administrator, Province)
    assert (found.name, found.code) == ("یزد", "5")
    await text(administrator, path, {"name": "", "code": "x" * 17}, status=422)


async def test_an_administrator_of_one_province_adds_none(
    site: Browser, world: World
) -> None:
    async with site.database.write() as session:
        other = await make.province(session, name="هرمزگان")
    await site.sign_in(Role.ADMINISTRATOR, provinces=[world.prison.province_id])
    assert "هرمزگان" not in await text(site, "/provinces")
    for path in ("/provinces/new", f"/provinces/{other.id}", "/provinces/x"):
        await text(site, path, status=404)
    await text(site, "/provinces/new", {"name": "a", "code": "b"}, status=404)


async def test_a_site_is_added_with_its_first_seats(
    administrator: Browser, world: World
) -> None:
    typed = {
        "province": str(world.prison.province_id),
        "kind": "village",
        "name": "روستای زفره",
        "address": "خانه بهداشت",
        "phone": "۰۳۱ ۳۳۳۳ ۴۴۴۴",
        "zone": "Asia/Tehran",
    }
    path = await sent_to(administrator, "/sites/new", typed)
    (added,) = await rows(administrator, Site, Site.kind == SiteKind.VILLAGE)
    assert path == f"/sites/{added.id}"
    assert (added.name, added.phone, added.zone) == (
        "روستای زفره",
        "+983133334444",
        "Asia/Tehran",
    )
    assert "no kiosk yet" in await text(administrator, path)
    assert await sent_to(administrator, f"{path}/stations", {"name": "ایستگاه ۱"})
    (kiosk,) = await rows(administrator, Station, Station.site_id == added.id)
    assert kiosk.kind is StationKind.KIOSK
    again = await text(
        administrator, f"{path}/stations", {"name": "ایستگاه ۱"}, status=409
    )
    assert "has this name" in again
    await text(administrator, f"{path}/stations", {"name": ""}, status=422)


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"zone": "Asia/Nowhere"}, 409, "no such time zone"),
        ({"name": "زندان مرکزي"}, 409, "has this name"),
        ({"phone": "12"}, 422, "Give a phone number"),
        ({"province": "999999"}, 422, "Choose one from the list"),
        ({"province": "9" * 30}, 422, "Choose one from the list"),
        ({"kind": "castle"}, 422, "Choose one from the list"),
        ({"name": "a\u202eb"}, 422, "cannot be seen"),
        ({"address": "x" * 301}, 422, "characters at most"),
    ],
)
async def test_a_site_that_makes_no_sense_is_refused_and_nothing_is_lost(
    administrator: Browser,
    world: World,
    changes: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    typed = {
        "province": str(world.prison.province_id),
        "kind": "prison",
        "name": "زندان تازه",
        "address": "خیابان سوم",
        "zone": "Asia/Tehran",
    } | changes
    page = await text(administrator, "/sites/new", typed, status=status)
    assert sentence in page
    assert typed["address"] in page
    assert len(await rows(administrator, Site)) == 2


async def test_a_site_is_corrected(administrator: Browser, world: World) -> None:
    path = f"/sites/{world.prison.id}/edit"
    assert "زندان مرکزی" in await text(administrator, path)
    typed = {"name": "زندان دستگرد", "zone": "Asia/Tehran"}
    assert await sent_to(administrator, path, typed) == f"/sites/{world.prison.id}"
    (found,) = await rows(administrator, Site, Site.id == world.prison.id)
    assert (found.name, found.address, found.phone) == ("زندان دستگرد", "", "")
    bad = await text(administrator, path, {"name": "x", "zone": "?"}, status=409)
    assert "no such time zone" in bad


async def test_a_scheduler_sees_sites_and_changes_none(
    site: Browser, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER)
    page = await text(site, f"/sites/{world.prison.id}")
    assert "Weekly opening" in page
    assert "Add a seat" not in page
    assert "Add a place" not in await text(site, "/sites")
    for path in ("/sites/new", f"/sites/{world.prison.id}/edit", "/accounts"):
        await text(site, path, status=404)
    await text(site, f"/sites/{world.prison.id}/stations", {"name": "x"}, status=404)


@pytest.mark.parametrize("role", [Role.CLERK, Role.WARDEN, Role.OFFICIAL, Role.AUDITOR])
async def test_other_roles_find_none_of_it(
    site: Browser, world: World, role: Role
) -> None:
    await site.sign_in(role)
    for path in ("/sites", "/provinces", "/prisoners", "/visitors", "/accounts"):
        await text(site, path, status=404)


async def test_what_is_out_of_reach_does_not_exist(site: Browser, world: World) -> None:
    async with site.database.write() as session:
        far = await make.prison(session, name="زندان دور")
        terminal = await make.terminal(session, far)
        template = await make.template(session, far, weekday=0)
        closure = Closure(
            site_id=far.id, starts_at=NOON, ends_at=NOON + HOUR, reason="-"
        )
        session.add(closure)
        await session.flush()
    await site.sign_in(Role.ADMINISTRATOR, provinces=[world.prison.province_id])
    assert "زندان دور" not in await text(site, "/sites")
    for path in (
        f"/sites/{far.id}",
        f"/sites/{far.id}/edit",
        f"/sites/{far.id}/policy",
        f"/sites/{far.id}/templates",
        f"/sites/{far.id}/closures",
        f"/stations/{terminal.id}",
        f"/templates/{template.id}/end",
        f"/closures/{closure.id}/lift",
        "/closures/999999999999",
    ):
        await text(site, path, status=404)
    for path in (
        f"/sites/{far.id}/edit",
        f"/stations/{terminal.id}/pairing-code",
        f"/templates/{template.id}/end",
        f"/closures/{closure.id}/lift",
    ):
        await text(site, path, post=True, status=404)


async def test_an_administrator_of_one_site_adds_no_other(
    site: Browser, world: World
) -> None:
    await site.sign_in(Role.ADMINISTRATOR, sites=[world.prison.id])
    assert "Add a place" not in await text(site, "/sites")
    await text(site, "/sites/new", status=404)
    assert "no whole province" in await text(site, "/provinces")
    await text(site, f"/sites/{world.prison.id}/edit")


async def test_a_pairing_code_is_shown_once_and_pairs(
    administrator: Browser, world: World
) -> None:
    path = f"/stations/{world.terminal.id}"
    assert "Not paired" in await text(administrator, path)
    page = await text(administrator, f"{path}/pairing-code", post=True)
    code = page.split('class="secret code" dir="ltr"><bdi>')[1].split("<")[0]
    assert "13:00" not in page
    assert "12:30" in page
    assert code not in await text(administrator, path)
    async with administrator.database.write() as session:
        await devices.pair(
            session,
            code.replace(" ", ""),
            keyring=administrator.keyring,
            now=administrator.clock(),
        )
    assert "since Monday 23 November 2026" in await text(administrator, path)
    assert "signed out at once" in await text(administrator, f"{path}/unpair")
    assert await sent_to(administrator, f"{path}/unpair") == path
    (device,) = await rows(administrator, Device)
    assert device.revoked_at == NOON


async def test_a_station_goes_out_of_order_and_says_what_is_booked_there(
    administrator: Browser, world: World
) -> None:
    path = f"/stations/{world.terminal.id}"
    async with administrator.database.write() as session:
        visit, _ = await booked(session, world, starts_at=NOON + HOUR)
    await text(administrator, f"{path}/out-of-order", {"reason": " "}, status=422)
    assert await sent_to(administrator, f"{path}/out-of-order", {"reason": "شکسته"})
    page = await text(administrator, path)
    assert "شکسته" in page
    assert "visits are still booked here" in page
    assert f"/visits/{visit.reference}" in page
    assert await sent_to(administrator, f"{path}/in-order")
    (found,) = await rows(administrator, Station, Station.id == world.terminal.id)
    assert found.out_of_order is None


async def test_a_station_is_renamed(administrator: Browser, world: World) -> None:
    path = f"/stations/{world.terminal.id}"
    async with administrator.database.write() as session:
        await make.terminal(session, world.prison, name="کابین ۹۹")
    assert await sent_to(administrator, path, {"name": "کابین اول"})
    taken = await text(administrator, path, {"name": "کابین ۹۹"}, status=409)
    assert "has this name" in taken
    await text(administrator, path, {"name": "x" * 61}, status=422)
    (found,) = await rows(administrator, Station, Station.id == world.terminal.id)
    assert found.name == "کابین اول"


def opening(**changes: Any) -> dict[str, Any]:
    return {
        "weekdays": ["saturday"],
        "starts": "۰۸:۰۰",
        "ends": "12:00",
        "slot_minutes": "۳۰",
        "valid_from": "۱۴۰۵/۰۹/۰۲",
        "kinds": ["family"],
    } | changes


async def test_a_scheduler_opens_a_prison_on_several_days_at_once(
    site: Browser, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER)
    async with site.database.write() as session:
        prison = await make.prison(session, name="زندان تازه")
        terminal = await make.terminal(session, prison)
    path = f"/sites/{prison.id}/templates"
    assert "never open yet" in await text(site, path)
    assert "Saturday" in await text(site, f"{path}/new")
    typed = opening(
        weekdays=["saturday", "monday"],
        valid_to="1405/12/29",
        stations=[str(terminal.id)],
        kinds=["family", "official"],
    )
    assert await sent_to(site, f"{path}/new", typed) == path
    found = await rows(site, SessionTemplate, SessionTemplate.site_id == prison.id)
    assert [one.model_dump(exclude={"id"}) for one in found] == [
        {
            "site_id": prison.id,
            "weekday": weekday,
            "starts": time(8),
            "ends": time(12),
            "slot_minutes": 30,
            "valid_from": date(2026, 11, 23),
            "valid_to": date(2027, 3, 20),
            "every_weeks": 1,
            "on_holidays": False,
            "stations": [terminal.id],
            "kinds": ["family", "official"],
        }
        for weekday in (5, 0)
    ]
    page = await text(site, path)
    assert page.index("Saturday") < page.index("Monday")
    assert "8 of 30 minutes" in page
    again = await text(site, f"{path}/new", typed, status=409)
    assert "already open then" in again


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"weekdays": []}, 422, "Fill this in"),
        ({"weekdays": ["someday"]}, 422, "Choose one from the list"),
        ({"starts": "25:00"}, 422, "Give a time"),
        ({"ends": "08:00"}, 409, "must end after it starts"),
        ({"starts": "08:03"}, 409, "whole five minutes"),
        ({"slot_minutes": "300"}, 422, "or less"),
        ({"slot_minutes": "۲۴۵"}, 422, "or less"),
        ({"slot_minutes": "5"}, 409, "longer than the time to change"),
        ({"slot_minutes": "many"}, 422, "whole number"),
        ({"ends": "08:15"}, 409, "longer than the opening"),
        ({"valid_to": "1405/01/01"}, 409, "must end after it starts"),
        ({"valid_from": "1405/13/01"}, 422, "Give a day"),
        ({"valid_from": "9999-01-01"}, 422, "Give a day"),
        ({"stations": ["999"]}, 409, "terminals of this prison"),
        ({"kinds": []}, 422, "Fill this in"),
    ],
)
async def test_an_opening_that_makes_no_sense_is_refused_and_nothing_is_lost(
    administrator: Browser, changes: dict[str, Any], status: int, sentence: str
) -> None:
    async with administrator.database.write() as session:
        prison = await make.prison(session, name="زندان تازه")
    path = f"/sites/{prison.id}/templates/new"
    page = await text(administrator, path, opening(**changes), status=status)
    assert sentence in page
    typed = opening(**changes)
    assert f'value="{typed["starts"]}"' in page
    kept = await rows(
        administrator, SessionTemplate, SessionTemplate.site_id == prison.id
    )
    assert kept == []


async def test_no_day_is_opened_when_one_of_them_is_taken(
    administrator: Browser, world: World
) -> None:
    async with administrator.database.write() as session:
        prison = await make.prison(session, name="زندان تازه")
        await make.template(session, prison, weekday=0, starts=time(9))
    typed = opening(weekdays=["saturday", "monday"])
    path = f"/sites/{prison.id}/templates/new"
    await text(administrator, path, typed, status=409)
    found = await rows(
        administrator, SessionTemplate, SessionTemplate.site_id == prison.id
    )
    assert [one.weekday for one in found] == [0]


async def test_only_prisons_have_opening_times(
    administrator: Browser, world: World
) -> None:
    path = f"/sites/{world.point.id}/templates"
    assert "Only prisons" in await text(administrator, path)
    page = await text(administrator, f"{path}/new", opening(), status=409)
    assert "Choose a prison" in page


async def test_opening_times_end_on_a_day(administrator: Browser, world: World) -> None:
    (first, *_) = await rows(administrator, SessionTemplate)
    path = f"/templates/{first.id}/end"
    assert "stay booked" in await text(administrator, path)
    await text(administrator, path, {"last_day": "soon"}, status=422)
    listing = f"/sites/{world.prison.id}/templates"
    assert await sent_to(administrator, path, {"last_day": "1405/09/01"}) == listing
    (ended,) = await rows(
        administrator, SessionTemplate, SessionTemplate.id == first.id
    )
    assert ended.valid_to == date(2026, 11, 22)
    later = await text(administrator, path, {"last_day": "1405/12/01"}, status=409)
    assert "already ends before" in later
    assert "Opening times of the past" in await text(administrator, listing)


async def test_a_closure_shuts_whole_days(administrator: Browser, world: World) -> None:
    path = f"/sites/{world.prison.id}/closures"
    assert "Nothing is closed" in await text(administrator, path)
    typed = {"first_day": "1405/09/03", "last_day": "1405/09/04", "reason": "عید"}
    assert await sent_to(administrator, f"{path}/new", typed) == path
    (closure,) = await rows(administrator, Closure)
    assert (closure.starts_at, closure.ends_at, closure.station_id) == (
        NOON + 12 * HOUR,
        NOON + 60 * HOUR,
        None,
    )
    page = await text(administrator, path)
    assert "عید" in page
    assert "The whole place" in page
    again = await text(administrator, f"{path}/new", typed, status=409)
    assert "closed there already" in again
    assert "Open again?" in await text(administrator, f"/closures/{closure.id}/lift")
    assert await sent_to(administrator, f"/closures/{closure.id}/lift") == path
    assert "Opened again" in await text(administrator, path)
    assert await sent_to(administrator, f"{path}/new", typed) == path


async def test_a_seat_is_closed_for_some_hours(
    administrator: Browser, world: World
) -> None:
    path = f"/sites/{world.prison.id}/closures"
    typed = {
        "station": str(world.terminal.id),
        "first_day": "1405/09/02",
        "starts": "13:00",
        "ends": "۱۵:۳۰",
        "reason": "تعمیر",
    }
    assert await sent_to(administrator, f"{path}/new", typed) == path
    (closure,) = await rows(administrator, Closure)
    assert (closure.starts_at, closure.ends_at, closure.station_id) == (
        NOON + HOUR,
        NOON + 3.5 * HOUR,
        world.terminal.id,
    )
    assert world.terminal.name in await text(administrator, path)


async def test_a_closure_names_the_visits_in_its_way(
    administrator: Browser, world: World
) -> None:
    async with administrator.database.write() as session:
        visit, _ = await booked(session, world, starts_at=NOON + HOUR)
    path = f"/sites/{world.prison.id}/closures/new"
    typed = {"first_day": "1405/09/02", "reason": "تعمیر"}
    page = await text(administrator, path, typed, status=409)
    assert "Move or cancel them first" in page
    assert f"/visits/{visit.reference}" in page
    assert "زهرا کریمی" in page
    assert 'value="تعمیر"' in page
    assert await rows(administrator, Closure) == []


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"reason": ""}, 422, "Fill this in"),
        ({"first_day": ""}, 422, "Fill this in"),
        ({"first_day": "1405/09/31"}, 422, "Give a day"),
        ({"first_day": "1405/08/01"}, 409, "already over"),
        ({"last_day": "1405/09/01"}, 409, "must end after it starts"),
        ({"starts": "10:00", "ends": "09:00"}, 409, "must end after it starts"),
        ({"last_day": "1405/12/01"}, 409, "31 days at most"),
        ({"starts": "10:03"}, 409, "five minutes"),
        ({"station": "77777"}, 422, "Choose one from the list"),
    ],
)
async def test_a_closure_that_makes_no_sense_is_refused_and_nothing_is_lost(
    administrator: Browser,
    world: World,
    changes: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    typed = {"first_day": "1405/09/03", "reason": "عید"} | changes
    path = f"/sites/{world.prison.id}/closures/new"
    page = await text(administrator, path, typed, status=status)
    assert sentence in page
    assert f'value="{typed["first_day"]}"' in page
    assert await rows(administrator, Closure) == []


async def test_a_prisons_rules_are_set_within_their_limits(
    administrator: Browser, world: World
) -> None:
    path = f"/sites/{world.prison.id}/policy"
    page = await text(administrator, path)
    for least, most in places.LIMITS.values():
        assert f"From {least} to {most}." in page
    typed = {
        "notice_minutes": "۱۲۰",
        "horizon_days": "30",
        "turnover_minutes": "10",
        "early_minutes": "15",
        "grace_minutes": "0",
        "max_party": "3",
        "visits_per_week": "1",
        "reminder_hours": "24",
        "reminder_soon_minutes": "60",
        "reconnect_grace_seconds": "۹۰",
        "credit_max_minutes": "10",
        "supervision": "required",
    }
    assert await sent_to(administrator, path, typed) == f"/sites/{world.prison.id}"
    async with administrator.database.read() as session:
        found = await places.policy_of(session, world.prison.id)
    assert found == Policy(
        notice_minutes=120,
        horizon_days=30,
        turnover_minutes=10,
        early_minutes=15,
        grace_minutes=0,
        max_party=3,
        visits_per_week=1,
        reminder_hours=24,
        reminder_soon_minutes=60,
        reconnect_grace_seconds=90,
        credit_max_minutes=10,
        supervision=Supervision.REQUIRED,
    )
    bad = typed | {"max_party": "99", "horizon_days": "soon"}
    page = await text(administrator, path, bad, status=422)
    assert "Give 12 or less." in page
    assert "Give a whole number." in page
    odd = await text(administrator, path, typed | {"turnover_minutes": "7"}, status=409)
    assert "whole five minutes" in odd


async def test_a_service_point_has_no_rules(
    administrator: Browser, world: World
) -> None:
    await text(administrator, f"/sites/{world.point.id}/policy", status=404)


async def test_pages_speak_persian_with_persian_digits(
    administrator: Browser, world: World
) -> None:
    administrator.cookies["lang"] = "fa"
    page = await text(administrator, f"/sites/{world.prison.id}/templates")
    assert 'lang="fa" dir="rtl"' in page
    assert "از ۰۸:۰۰ تا ۲۰:۰۰" in page
    assert "۲۴ نوبت ۳۰ دقیقه‌ای" in page
    form = await text(administrator, f"/sites/{world.prison.id}/templates/new")
    assert 'value="۱۴۰۵/۰۹/۰۲"' in form


async def test_nothing_yet_says_where_to_begin(site: Browser) -> None:
    site.cookies["lang"] = "en"
    await site.sign_in(Role.ADMINISTRATOR)
    for path, sentence in (
        ("/sites", "Begin with a prison"),
        ("/provinces", "no province yet"),
        ("/prisoners", "no prisoner here yet"),
        ("/visitors", "no visitor here yet"),
    ):
        assert sentence in await text(site, path)
