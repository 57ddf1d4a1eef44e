"""Lines on pages: trying one, and what boards and a visit's page show of them."""

import re
from datetime import timedelta

import pytest

from signaling import line_ticket
from signaling.hub import Hub
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import Booked, become, booked
from visitation import calls, lines
from visitation.audit import SYSTEM
from visitation.lines import Measured, Stretch, Whose
from visitation.words import Role
from web.assets import STATIC_FOLDER

GOOD = Measured(
    loss_up=0.0,
    loss_down=0.0,
    round_trip=0.1,
    jitter=0.01,
    rate_up=600_000,
    rate_down=512_000,
)


@pytest.fixture
async def today(site: Site, world: World) -> Booked:
    async with site.database.write() as session:
        return await booked(session, world, site.keyring, starts_at=site.clock())


async def _at_kiosk(site: Site, world: World, today: Booked) -> None:
    await become(site, world.kiosk)
    await site.post("/join", {"code": today.code})


async def _tested(site: Site, of: Whose, measured: Measured = GOOD) -> None:
    async with site.database.write() as session:
        await lines.keep(session, of=of, measured=measured, now=site.clock())


async def _ticket(site: Site) -> Whose:
    response = await site.post("/line/ticket", headers={"Accept": "application/json"})
    assert response.status == 200
    made = (await response.json())["ticket"]
    return line_ticket.read(site.keyring, made, now=site.clock())


async def test_a_family_at_a_kiosk_tries_the_kiosks_line(
    site: Site, world: World, today: Booked
) -> None:
    await _at_kiosk(site, world, today)

    assert await _ticket(site) == Whose(
        station_id=world.kiosk.id, participant_id=today.visitor.id
    )


async def test_a_terminal_tries_its_own_line(site: Site, world: World) -> None:
    await become(site, world.terminal)

    assert await _ticket(site) == Whose(station_id=world.terminal.id)
    page = await (await site.get("/station/line")).text()
    assert world.terminal.name in page
    assert 'data-step="line"' in page
    assert 'href="/station/line"' in await (await site.get("/station")).text()


async def test_nobody_else_tries_a_line(site: Site) -> None:
    asked = {"Accept": "application/json"}
    stranger = await site.post("/line/ticket", headers=asked)
    await site.sign_in(Role.WARDEN)
    staff = await site.post("/line/ticket", headers=asked)

    assert (stranger.status, staff.status) == (401, 404)
    assert (await site.get("/station/line")).status == 404


async def test_a_line_is_not_tried_all_day_long(site: Site, world: World) -> None:
    await become(site, world.terminal)

    answers = [(await site.post("/line/ticket")).status for _ in range(31)]

    assert set(answers[:30]) == {200}
    assert answers[30] == 429


async def test_the_line_is_one_more_step_of_the_checks(
    site: Site, world: World, today: Booked
) -> None:
    await _at_kiosk(site, world, today)

    page = await (await site.get("/check")).text()

    screen = page.partition('data-step="line"')[2].partition("</section>")[0]
    assert {"skip", "again", "on"} <= set(re.findall(r'data-act="(\w+)"', screen))
    assert 'data-socket="/line/socket"' in screen
    answers = screen.partition('class="check__answers"')[2]
    places = [answers.find(one) for one in ('"on"', '"again"', 'class="check__help"')]
    assert places[0] > 0
    assert places == sorted(places)
    assert 'data-step="line"' not in await (await site.get("/check?skip")).text()


async def test_a_kiosk_that_passed_within_the_hour_is_not_tried_again(
    site: Site, world: World, today: Booked
) -> None:
    await _tested(site, Whose(station_id=world.kiosk.id))
    await _at_kiosk(site, world, today)
    soon = await (await site.get("/check")).text()
    await _tested(site, Whose(station_id=world.kiosk.id), Measured())
    failed = await (await site.get("/check")).text()

    assert 'data-step="line"' not in soon
    assert "خط در یک ساعت گذشته امتحان شده" in soon
    assert 'data-step="line"' in failed


async def test_every_state_that_the_script_can_show_has_its_words(
    site: Site, world: World
) -> None:
    await become(site, world.terminal)
    page = await (await site.get("/station/line")).text()
    script = (STATIC_FOLDER / "js/check/line.js").read_text("utf-8")
    troubles = set(re.findall(r'LineTrouble\("(\w+)"\)', script))

    shown = {
        s for many in re.findall(r'data-when="([^"]+)"', page) for s in many.split()
    }

    verdicts = {verdict.value for verdict in lines.Verdict}
    assert shown == verdicts | troubles | {"busy", "connecting", "measuring"}


async def test_a_test_talks_with_the_live_calls_own_engine(
    start_site: Start, hub: Hub
) -> None:
    site = await start_site(live=hub)
    socket = await site.client.ws_connect(
        "/line/socket", headers={"Origin": site.origin}
    )
    ticket = line_ticket.issue(site.keyring, Whose(participant_id=1), now=site.clock())
    await socket.send_json({"type": "begin", "version": 1, "ticket": ticket})

    said = [await socket.receive_json(timeout=5) for _ in range(2)]

    assert [one["type"] for one in said] == ["ready", "offer"]
    await socket.close()


async def test_a_warden_sees_what_the_terminals_line_was_found_to_be(
    site: Site, world: World
) -> None:
    await _tested(site, Whose(station_id=world.terminal.id))
    site.clock.forward(timedelta(minutes=12))
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    page = await (await site.get("/warden/board")).text()

    assert "خط: خوب، ۱۲ دقیقه پیش" in page


async def test_a_clerk_sees_every_kiosk_even_one_never_tried(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])

    page = await (await site.get("/clerk/board")).text()

    assert world.kiosk.name in page
    assert "خط: هنوز امتحان نشده" in page


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=20), "همین حالا"),
        (timedelta(minutes=59, seconds=59), "۵۹ دقیقه پیش"),
        (timedelta(hours=3), "۳ ساعت پیش"),
        (timedelta(days=2, hours=5), "۲ روز پیش"),
    ],
)
async def test_a_clerk_sees_how_long_ago_a_kiosk_was_tried(
    site: Site, world: World, passed: timedelta, words: str
) -> None:
    async with site.database.write() as session:
        await lines.keep(
            session,
            of=Whose(station_id=world.kiosk.id),
            measured=Measured(),
            now=site.clock() - passed,
        )
    await site.sign_in(Role.CLERK, sites=[world.point.id])

    page = await (await site.get("/clerk/board")).text()

    assert f"خط: ناکافی، {words}" in page


async def test_a_visits_page_says_how_its_lines_did(
    site: Site, world: World, today: Booked
) -> None:
    stretch = Stretch(
        seconds_up=600,
        seconds_down=600,
        seconds_timed=600,
        loss_up_total=600 * 0.125,
        loss_up_worst=0.4,
        round_trip_total=600 * 0.21,
        round_trip_worst=0.9,
        bytes_up=7_500_000,
        bytes_down=60_000_000,
        seconds_audio_only=90,
        seconds_relayed=600,
    )
    await _tested(site, Whose(participant_id=today.visitor.id))
    async with site.database.write() as session:
        await lines.add(
            session,
            participant=today.visitor.reference,
            measured=stretch,
            now=site.clock(),
        )
        await calls.joined(session, today.visitor, by=SYSTEM, now=site.clock())
        await calls.reconnecting(session, today.visitor, now=site.clock())
    await site.sign_in(Role.SCHEDULER, provinces=[world.prison.province_id])

    page = await (await site.get(f"/visits/{today.visit.reference}")).text()

    rows = dict(
        re.findall(r'<tr><th scope="row">([^<]+)</th><td>([^<]+)</td></tr>', page)
    )
    assert rows == {
        "گم‌شده در رفت، درصد": "۱۲، بدترین ۴۰",
        "گم‌شده در دریافت، درصد": "۰، بدترین ۰",
        "رفت و برگشت، میلی‌ثانیه": "۲۱۰، بدترین ۹۰۰",
        "ناهمواری، میلی‌ثانیه": "۰، بدترین ۰",
        "فرستاده، کیلوبیت بر ثانیه": "۱۰۰",
        "گرفته، کیلوبیت بر ثانیه": "۸۰۰",
        "فقط صدا": "۲ دقیقه",
        "چند بار خط قطع شد": "۱",
    }
    assert "خط ضعیف" in page
    assert "از راه رله" in page
    assert "خط: خوب" in page
