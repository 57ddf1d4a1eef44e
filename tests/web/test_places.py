"""Provinces, sites, stations, opening times, closures and rules, as administrators
and schedulers meet them."""

from datetime import timedelta
from typing import Any

import pytest

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.web.conftest import Site as Browser
from tests.web.reading import rows, sent_to, text
from visitation import places
from visitation.places import Closure, Policy, Site, Station
from visitation.words import Role, SiteKind, StationKind, Supervision

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("english")


def opening(**changes: Any) -> dict[str, Any]:
    return {
        "weekdays": ["saturday"],
        "starts": "۰۸:۰۰",
        "ends": "12:00",
        "slot_minutes": "۳۰",
        "valid_from": "۱۴۰۵/۰۹/۰۲",
        "kinds": ["family"],
    } | changes


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
        "step": "save",
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
