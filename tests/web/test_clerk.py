"""The clerk's day: who comes, ticks, codes said again, and whose business it is."""

import re
from datetime import timedelta

import pytest

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.day import Booked, booked
from visitation import audit
from visitation.lifecycle import ParticipantState
from visitation.visits import Participant, wipe
from visitation.words import Role


@pytest.fixture
async def today(site: Site, world: World) -> Booked:
    async with site.database.write() as session:
        return await booked(
            session, world, site.keyring, starts_at=site.clock() + timedelta(minutes=10)
        )


async def _person(site: Site, one: Participant) -> Participant:
    async with site.database.read() as session:
        return await session.get_one(Participant, one.id)


def _tick(today: Booked, state: str, **more: str) -> dict[str, str]:
    return {"participant": today.visitor.reference, "state": state} | more


async def test_the_day_shows_who_comes_to_which_kiosk(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])

    page = await (await site.get("/clerk")).text()

    assert world.visitor.name in page
    assert world.prisoner.name in page
    assert world.kiosk.name in page
    assert "از ۱۲:۱۰ تا ۱۲:۴۰" in page
    assert f'href="/visits/{today.visit.reference}/slip"' in page
    assert today.code not in page


async def test_the_fresh_part_is_the_inside_alone(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])

    page = await (await site.get("/clerk")).text()
    address = re.search(r'id="board"[^>]+data-news-url="([^"]+)"', page)
    assert address is not None
    part = await (await site.get(address[1])).text()

    assert world.visitor.name in part
    assert "<html" not in part


async def test_an_arrival_is_ticked_once_and_stands_with_its_time(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    path = f"/clerk/{today.visit.reference}/tick"

    response = await site.post(
        path, _tick(today, "arrived", next="/clerk?day=2026-11-23")
    )
    site.clock.forward(timedelta(minutes=1))
    await site.post(path, _tick(today, "arrived"))

    assert response.headers["Location"] == (
        f"/clerk?day=2026-11-23#visit-{today.visit.reference}"
    )
    seen = await _person(site, today.visitor)
    assert (seen.state, seen.arrived_at) == (
        ParticipantState.ARRIVED,
        site.clock() - timedelta(minutes=1),
    )
    assert "۱۲:۰۰" in await (await site.get("/clerk")).text()


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"state": "arrived"}, 404),
        ({"participant": "nobody", "state": "arrived"}, 404),
        ({"state": "joined", "participant": "theirs"}, 422),
    ],
)
async def test_a_tick_that_makes_no_sense_changes_nothing(
    site: Site, world: World, today: Booked, typed: dict[str, str], status: int
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    if typed.get("participant") == "theirs":
        typed = typed | {"participant": today.visitor.reference}

    response = await site.post(f"/clerk/{today.visit.reference}/tick", typed)

    assert response.status == status
    assert (await _person(site, today.visitor)).state is ParticipantState.EXPECTED


async def test_a_clerk_does_not_tick_the_prisoner(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])

    response = await site.post(
        f"/clerk/{today.visit.reference}/tick",
        {"participant": today.prisoner.reference, "state": "arrived"},
    )

    assert response.status == 404


async def test_a_code_is_shown_on_demand_and_the_record_says_so(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])

    response = await site.post(
        f"/clerk/{today.visit.reference}/code",
        {"participant": today.visitor.reference, "next": "/clerk"},
    )

    persian = today.code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert persian in await response.text()
    assert response.headers["Cache-Control"] == "no-store"
    async with site.database.read() as session:
        entries = await audit.history(session, visit_id=today.visit.id)
    assert [(one.action, one.subject) for one in entries] == [
        ("show_code", f"participant:{today.visitor.id}")
    ]


async def test_a_code_that_is_gone_is_said_to_be(
    site: Site, world: World, today: Booked
) -> None:
    async with site.database.write() as session:
        await wipe(session, visit_id=today.visit.id)
    await site.sign_in(Role.CLERK, sites=[world.point.id])

    response = await site.post(
        f"/clerk/{today.visit.reference}/code",
        {"participant": today.visitor.reference},
    )

    assert "کد آن پاک شده است" in await response.text()


async def test_whoever_is_late_is_marked(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    site.clock.forward(timedelta(minutes=17))

    assert "۷ دقیقه دیر شده" in await (await site.get("/clerk")).text()


async def test_visitors_without_phone_or_reading_are_marked(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        old = await make.visitor(session, name="گل‌بانو", phone=None, reads=False)
        await booked(
            session, world, site.keyring, starts_at=site.clock(), visitors=[old]
        )
    await site.sign_in(Role.CLERK, sites=[world.point.id])

    page = await (await site.get("/clerk")).text()

    assert "تلفن ندارد" in page
    assert "خواندن نمی‌داند" in page


async def test_another_day_is_a_link_away(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])

    tomorrow = await (await site.get("/clerk?day=1405/09/03")).text()
    wrong = await site.get("/clerk?day=soon")

    assert "در این روز اینجا نوبتی نیست" in tomorrow
    assert 'href="/clerk?day=2026-11-23"' in tomorrow
    assert wrong.status == 422
    assert 'value="soon"' in await wrong.text()


@pytest.mark.parametrize("text", ["زهرا", "كريمي", "{code}", "{persian}"])
async def test_a_visit_is_found_by_name_and_by_code(
    site: Site, world: World, today: Booked, text: str
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    persian = today.code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    text = text.format(code=today.code, persian=persian)

    response = await site.look("/clerk", text)

    assert f'id="visit-{today.visit.reference}"' in await response.text()


@pytest.mark.parametrize("text", ["nobody", "000000"])
async def test_what_is_not_found_is_said_so(
    site: Site, world: World, today: Booked, text: str
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])

    page = await (await site.look("/clerk", text)).text()

    assert "در اینجا ملاقات ندارد" in page
    assert f'value="{text}"' in page


async def test_the_visits_of_another_point_do_not_exist(
    site: Site, today: Booked
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.point(session, name="دفتر دیگر")
    await site.sign_in(Role.CLERK, sites=[elsewhere.id])
    path = f"/clerk/{today.visit.reference}"

    page = await (await site.get("/clerk")).text()
    found = await (await site.look("/clerk", today.code)).text()
    ticked = await site.post(f"{path}/tick", _tick(today, "arrived"))
    shown = await site.post(f"{path}/code", {"participant": today.visitor.reference})

    assert today.visit.reference not in page
    assert today.visit.reference not in found
    assert (ticked.status, shown.status) == (404, 404)


@pytest.mark.parametrize("role", [Role.WARDEN, Role.OFFICIAL, Role.AUDITOR])
async def test_the_list_is_for_clerks(site: Site, today: Booked, role: Role) -> None:
    await site.sign_in(role)

    assert (await site.get("/clerk")).status == 404
    assert (
        await site.post(f"/clerk/{today.visit.reference}/tick", _tick(today, "arrived"))
    ).status == 404
