"""The door for families: a code, where it is typed, and when."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests import make
from tests.web.conftest import Site
from tests.web.day import Booked, become, booked
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from web.pages import join
from web.sessions import SESSION_COOKIE

REFUSAL = "با این نوشته ملاقاتی باز نمی‌شود"


@dataclass(frozen=True, kw_only=True)
class Scene:
    site: Site
    world: make.World
    today: Booked

    @property
    def ending(self) -> str:
        assert self.world.visitor.phone is not None
        return self.world.visitor.phone[-4:]

    async def type(self, code: str, phone: str | None = None, **more: Any) -> Any:
        typed = {"code": code} | ({} if phone is None else {"phone": phone}) | more
        return await self.site.post("/join", typed)


@pytest.fixture
async def scene(site: Site) -> Scene:
    async with site.database.write() as session:
        world = await make.world(session)
        today = await booked(
            session, world, site.keyring, starts_at=site.clock() + timedelta(minutes=10)
        )
    return Scene(site=site, world=world, today=today)


async def test_a_code_and_the_phone_lead_to_the_checks_and_the_call(
    scene: Scene,
) -> None:
    response = await scene.type(scene.today.code, scene.ending)

    assert (response.status, response.headers["Location"]) == (303, "/check")
    assert SESSION_COOKIE in scene.site.cookies
    page = await (await scene.site.get("/check")).text()
    assert f'href="/call/{scene.today.visit.reference}"' in page


async def test_persian_digits_and_spaces_are_as_good(scene: Scene) -> None:
    code = scene.today.code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))

    response = await scene.type(f" {code[:3]} {code[3:]} ", f"0912 345 {scene.ending}")

    assert response.status == 303


async def test_whatever_opens_nothing_gets_one_answer(scene: Scene) -> None:
    async with scene.site.database.write() as session:
        visit = await session.get_one(Visit, scene.today.visit.id)
        other = await booked(
            session,
            scene.world,
            scene.site.keyring,
            starts_at=visit.starts_at,
            visitors=[await make.visitor(session, phone="+989120009999")],
        )
        no_phone = await booked(
            session,
            scene.world,
            scene.site.keyring,
            starts_at=visit.starts_at,
            visitors=[await make.visitor(session, phone=None)],
        )
    wrong = "000000" if scene.today.code != "000000" else "111111"

    answers = [
        await scene.type(wrong, scene.ending),
        await scene.type(other.code, scene.ending),
        await scene.type(no_phone.code, scene.ending),
        await scene.type(scene.today.code, "9998"),
    ]

    assert {one.status for one in answers} == {422}
    for answer in answers:
        assert REFUSAL in await answer.text()
    assert SESSION_COOKIE not in scene.site.cookies


async def test_every_refusal_takes_the_same_time(scene: Scene) -> None:
    for code, phone in (("000000", scene.ending), (scene.today.code, "0000")):
        began = time.monotonic()
        await scene.type(code, phone)
        assert time.monotonic() - began >= join.REFUSAL_SECONDS


@pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", ""])
async def test_what_is_no_code_is_said_so_and_kept(scene: Scene, code: str) -> None:
    response = await scene.type(code, "1234")

    page = await response.text()
    assert response.status == 422
    assert REFUSAL not in page
    assert 'value="1234"' in page


async def test_an_early_family_is_told_its_time_and_waits_on_its_own_phone(
    scene: Scene,
) -> None:
    scene.site.clock.forward(timedelta(hours=-3))

    response = await scene.type(scene.today.code, scene.ending)

    assert response.headers["Location"] == "/join/time"
    page = await (await scene.site.get("/join/time")).text()
    assert "زود آمده‌اید" in page
    assert "۱۲:۱۰" in page
    assert 'data-module="open-door"' in page
    assert (await scene.site.get("/check")).headers["Location"] == "/join/time"


async def test_the_page_of_an_early_family_goes_on_when_the_door_opens(
    scene: Scene,
) -> None:
    scene.site.clock.forward(timedelta(hours=-1))
    await scene.type(scene.today.code, scene.ending)
    scene.site.clock.forward(timedelta(hours=1))

    response = await scene.site.get("/join/time")

    assert response.headers["Location"] == "/check"


async def test_a_visit_that_is_over_is_said_to_be(scene: Scene) -> None:
    scene.site.clock.forward(timedelta(hours=2))

    response = await scene.type(scene.today.code, scene.ending)

    assert response.status == 200
    assert "این ملاقات تمام شده است" in await response.text()
    assert SESSION_COOKIE not in scene.site.cookies


async def test_a_visit_that_was_called_off_is_said_to_be(scene: Scene) -> None:
    async with scene.site.database.write() as session:
        visit = await session.get_one(Visit, scene.today.visit.id)
        visit.state = VisitState.CANCELLED

    response = await scene.type(scene.today.code, scene.ending)

    assert "این ملاقات برگزار نمی‌شود" in await response.text()


async def test_on_a_kiosk_the_code_is_enough(scene: Scene) -> None:
    await become(scene.site, scene.world.kiosk)

    page = await (await scene.site.get("/join")).text()
    response = await scene.type(scene.today.code)

    assert 'name="phone"' not in page
    assert response.headers["Location"] == "/check"


async def test_a_kiosk_is_kept_for_nobody_who_is_early(scene: Scene) -> None:
    await become(scene.site, scene.world.kiosk)
    scene.site.clock.forward(timedelta(hours=-3))

    response = await scene.type(scene.today.code)

    page = await response.text()
    assert "زود آمده‌اید" in page
    assert 'data-module="go-back"' in page
    assert SESSION_COOKIE not in scene.site.cookies


async def test_a_terminal_takes_no_codes(scene: Scene) -> None:
    await become(scene.site, scene.world.terminal)

    asked = await scene.site.get("/join")
    posted = await scene.type(scene.today.code)

    assert asked.headers["Location"] == "/station"
    assert posted.headers["Location"] == "/station"
    assert SESSION_COOKIE not in scene.site.cookies


async def test_a_code_is_guessed_at_ten_times_an_hour_and_not_more(
    scene: Scene,
) -> None:
    guesses = (scene.type(scene.today.code, f"77{guess:02}") for guess in range(10))
    assert {answer.status for answer in await asyncio.gather(*guesses)} == {422}

    response = await scene.type(scene.today.code, scene.ending)

    assert response.status == 429
    assert "صبر کنید" in await response.text()


async def test_a_family_that_is_let_in_has_not_used_up_its_tries(scene: Scene) -> None:
    for _ in range(25):
        assert (await scene.type(scene.today.code, scene.ending)).status == 303


async def test_the_others_of_a_village_are_not_locked_out(scene: Scene) -> None:
    async with scene.site.database.write() as session:
        neighbour = await booked(
            session,
            scene.world,
            scene.site.keyring,
            starts_at=scene.today.visit.starts_at,
            visitors=[await make.visitor(session, phone="+989120007777")],
        )
    await asyncio.gather(
        *(scene.type(scene.today.code, f"88{guess:02}") for guess in range(12))
    )

    assert (await scene.type(neighbour.code, "7777")).status == 303


async def test_nobody_reaches_the_family_pages_without_a_code(site: Site) -> None:
    for path in ("/check", "/join/time"):
        response = await site.get(path)
        assert (response.status, response.headers["Location"]) == (303, "/join")
