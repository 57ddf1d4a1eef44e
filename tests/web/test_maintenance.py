"""What pages say before and during work on the service, and who is let in meanwhile."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from signaling.hub import Hub
from tests.fakes import Clock
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import become, booked
from visitation import audit, maintenance
from visitation.lifecycle import VisitState
from visitation.maintenance import WorkReason
from visitation.timespan import Timespan
from visitation.words import Role
from web.maintenance import CALL_DOORS, FAMILY_DOORS, STATION_DOORS
from web.routes import ROUTES

pytestmark = pytest.mark.usefixtures("english")
HOUR = timedelta(hours=1)
TYPED = {
    "starts": "23:00",
    "ends": "01:00",
    "reason": "power",
    "text_fa": "در همهٔ استان‌ها",
    "text_en": "In all provinces.",
    "closed": "on",
}


async def announced(site: Site, *, closed: bool) -> None:
    now = site.clock()
    async with site.database.write() as session:
        await maintenance.announce(
            session,
            span=Timespan(now - HOUR, now + HOUR),
            reason=WorkReason.UPDATE,
            text_fa="متن",
            text_en="Thank you for waiting.",
            closed=closed,
            by=audit.SYSTEM,
            now=now,
        )


async def test_an_administrator_announces_work_and_takes_it_back(site: Site) -> None:
    await site.sign_in(Role.ADMINISTRATOR)
    day = f"{site.clock() + timedelta(days=1):%Y-%m-%d}"

    sent = await site.post("/maintenance", {"day": day, **TYPED})
    shown = await (await site.get("/maintenance")).text()
    ended = await site.post("/maintenance/1/end")
    after = await (await site.get("/staff")).text()

    assert sent.status == ended.status == 303
    assert "No visits can be entered then" in shown
    assert "The electricity is off. In all provinces." in shown
    assert "No visits can be entered then" not in after
    assert (await site.post("/maintenance/1/end")).status == 404
    assert (await site.post("/maintenance/99999999999/end")).status == 404


async def test_what_is_typed_wrongly_stays_typed(site: Site) -> None:
    await site.sign_in(Role.ADMINISTRATOR)

    answer = await site.post("/maintenance", {**TYPED, "day": "", "text_fa": ""})

    text = await answer.text()
    assert answer.status == 422
    assert "In all provinces." in text
    assert 'value="23:00"' in text


async def test_work_is_for_those_who_reach_all_provinces(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.ADMINISTRATOR, provinces=[world.prison.province_id])

    assert "Announce work" not in await (await site.get("/maintenance")).text()
    assert (await site.post("/maintenance", TYPED)).status == 404


async def test_during_open_work_everything_goes_on_under_a_banner(site: Site) -> None:
    await announced(site, closed=False)

    text = await (await site.get("/")).text()

    assert "We are working on the service" in text
    assert "Thank you for waiting." in text


async def test_families_read_until_when_while_staff_go_on(
    site: Site, clock: Clock
) -> None:
    await announced(site, closed=True)
    with capture_logs() as logged:
        shut = {one: await site.get(one) for one in ("/", "/join", "/mine", "/call/x")}
    help_page, form = await site.get("/help"), await site.get("/sign-in")
    page = await shut["/"].text()

    assert {path: one.status for path, one in shut.items()} == dict.fromkeys(shut, 503)
    # It was meant, and alarms nobody.
    assert {line["log_level"] for line in logged} == {"info"}
    assert shut["/"].headers["Retry-After"] == "3600"
    assert "We are working on the service" in page
    assert "Thank you for waiting." in page
    assert "Until " in page
    assert (help_page.status, form.status) == (200, 200)
    await site.sign_in(Role.SCHEDULER)
    assert "Families’ pages are closed" in await (await site.get("/staff")).text()

    clock.forward(HOUR)
    site.cookies = {"lang": "en"}
    assert (await site.get("/join")).status == 200


async def test_a_terminal_comes_back_to_its_visit_and_calls_for_help_meanwhile(
    start_site: Start, hub: Hub, world: World
) -> None:
    site = await start_site(live=hub)
    async with site.database.write() as session:
        visit = await booked(
            session,
            world,
            site.keyring,
            starts_at=site.clock(),
            state=VisitState.LIVE,
        )
    await announced(site, closed=True)
    await become(site, world.terminal)
    call = f"/call/{visit.visit.reference}"

    answers = [
        (await site.get(call)).status,
        (await site.post(f"{call}/ticket")).status,
        (await site.post(f"{call}/help")).status,
        (await site.get("/station")).status,
    ]

    assert answers[-1] == 503
    assert 503 not in answers[:-1]
    assert answers[:2] == [200, 200]


def test_doors_that_close_or_stay_open_are_routes() -> None:
    every = FAMILY_DOORS | STATION_DOORS | CALL_DOORS

    assert {route.called for route in ROUTES} >= every
