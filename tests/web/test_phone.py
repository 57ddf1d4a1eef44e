"""Families who sign in with a code on their phone, and what they see."""

import asyncio
import re
import time
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.web.conftest import Site
from tests.web.day import become, booked
from tests.web.reading import sent_to, text
from visitation import people
from visitation.audit import SYSTEM
from visitation.devices import Challenge, challenges
from visitation.lifecycle import VisitState
from visitation.messages import Message
from visitation.people import Visitor
from web.pages import join
from web.sessions import CHALLENGE_COOKIE, SESSION_COOKIE

PHONE = "+989123334455"
UNKNOWN = "0912 999 8877"


@dataclass(frozen=True, kw_only=True)
class Scene:
    site: Site
    world: make.World
    mother: Visitor

    async def code(self) -> str:
        async with self.site.database.read() as session:
            rows = await session.exec(select(Challenge).order_by(Challenge.id.desc()))
            found = challenges.code_of(rows.first(), keyring=self.site.keyring)
        assert found is not None
        return found

    async def sign_in(self) -> None:
        assert await sent_to(self.site, "/sign-in/phone", {"phone": PHONE}) == (
            "/sign-in/phone/code"
        )
        typed = {"code": await self.code()}
        assert await sent_to(self.site, "/sign-in/phone/code", typed) == "/mine"

    async def visit(self, *, minutes: int, who: Visitor | None = None, **more: object):
        async with self.site.database.write() as session:
            return await booked(
                session,
                self.world,
                self.site.keyring,
                starts_at=self.site.clock() + timedelta(minutes=minutes),
                visitors=[who or self.mother],
                **more,
            )


@pytest.fixture
async def scene(site: Site) -> Scene:
    async with site.database.write() as session:
        world = await make.world(session)
        mother = await make.visitor(session, name="مریم", phone=PHONE)
    site.cookies["lang"] = "en"
    return Scene(site=site, world=world, mother=mother)


async def test_a_code_on_the_phone_leads_to_ones_visits_and_out_again(
    scene: Scene,
) -> None:
    await scene.visit(minutes=10)
    await scene.sign_in()

    page = await text(scene.site, "/mine")
    assert "Go to the visit" in page
    assert scene.world.point.name in page
    assert scene.world.prisoner.name in page
    assert CHALLENGE_COOKIE not in scene.site.cookies
    assert await sent_to(scene.site, "/sign-out") == "/"
    assert await _away(scene.site) == "/sign-in/phone"


async def test_the_button_leads_where_the_code_does(scene: Scene) -> None:
    today = await scene.visit(minutes=10)
    await scene.sign_in()

    enter = f"/mine/{today.visitor.reference}/enter"

    assert f'action="{enter}"' in await text(scene.site, "/mine")
    assert await sent_to(scene.site, enter) == "/check"
    page = await text(scene.site, "/check")
    assert f'href="/call/{today.visit.reference}"' in page


async def test_there_is_no_button_before_the_door_opens(scene: Scene) -> None:
    today = await scene.visit(minutes=180)
    await scene.sign_in()

    page = await text(scene.site, "/mine")

    assert "You can come in from" in page
    assert "Go to the visit" not in page
    enter = f"/mine/{today.visitor.reference}/enter"
    assert await sent_to(scene.site, enter) == "/join/time"


async def test_a_phones_visits_are_those_of_all_who_have_it_and_of_nobody_else(
    scene: Scene,
) -> None:
    async with scene.site.database.write() as session:
        sister = await make.visitor(session, name="نرگس", phone=PHONE)
        other = await make.visitor(session, name="پروانه")
    await scene.visit(minutes=60)
    await scene.visit(minutes=120, who=sister)
    await scene.visit(minutes=-600, state=VisitState.COMPLETED)
    foreign = await scene.visit(minutes=10, who=other)
    await scene.sign_in()

    page = await text(scene.site, "/mine")
    past = await text(scene.site, "/mine/past")

    assert page.count('<section class="card">') == 2
    assert past.count('<section class="card">') == 1
    assert [name in page for name in ("مریم", "نرگس", "پروانه")] == [True, True, False]
    assert "مریم" in past
    theirs = f"/mine/{foreign.visitor.reference}/enter"
    await text(scene.site, theirs, status=404, post=True)


async def test_an_unknown_number_gets_the_same_page_in_the_same_time(
    scene: Scene,
) -> None:
    pages, waits = [], []
    for number in (PHONE, UNKNOWN):
        began = time.monotonic()
        assert await sent_to(scene.site, "/sign-in/phone", {"phone": number}) == (
            "/sign-in/phone/code"
        )
        waits.append(time.monotonic() - began)
        pages.append(await text(scene.site, "/sign-in/phone/code"))

    assert pages[0] == pages[1]
    assert min(waits) >= join.REFUSAL_SECONDS
    async with scene.site.database.read() as session:
        assert (await session.exec(select(Message.phone))).all() == [PHONE]


async def test_a_wrong_code_and_one_that_has_run_out_get_one_answer(
    scene: Scene,
) -> None:
    await sent_to(scene.site, "/sign-in/phone", {"phone": PHONE})
    code = await scene.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    path = "/sign-in/phone/code"
    at_once = await text(scene.site, path, {"code": wrong}, status=422)
    scene.site.clock.forward(timedelta(minutes=6))
    late = await text(scene.site, path, {"code": code}, status=422)

    assert "This code is not right, or its time is over." in at_once
    now = re.compile(r'data-now="[^"]*"')
    assert now.sub("", late.replace(code, wrong)) == now.sub("", at_once)
    assert SESSION_COOKIE not in scene.site.cookies


async def test_a_code_is_good_in_the_browser_that_asked_alone(scene: Scene) -> None:
    await sent_to(scene.site, "/sign-in/phone", {"phone": PHONE})
    code = await scene.code()
    del scene.site.cookies[CHALLENGE_COOKIE]

    await text(scene.site, "/sign-in/phone/code", {"code": code}, status=422)


async def test_a_code_is_sent_again_after_a_minute(scene: Scene) -> None:
    await sent_to(scene.site, "/sign-in/phone", {"phone": PHONE})
    for _ in range(2):
        scene.site.clock.forward(timedelta(seconds=40))
        assert await sent_to(scene.site, "/sign-in/phone/again") == (
            "/sign-in/phone/code"
        )

    async with scene.site.database.read() as session:
        assert len((await session.exec(select(Message))).all()) == 2


async def test_guessing_ends_after_ten_codes_a_day(scene: Scene) -> None:
    answers = []
    for _ in range(3):
        await scene.site.post("/sign-in/phone", {"phone": PHONE})
        wrong = f"{(int(await scene.code()) + 1) % 1_000_000:06}"
        tries = (
            scene.site.post("/sign-in/phone/code", {"code": wrong}) for _ in range(5)
        )
        answers += [one.status for one in await asyncio.gather(*tries)]
        scene.site.clock.forward(timedelta(minutes=11))

    assert answers.count(422) == 10
    assert answers.count(429) == 5


@pytest.mark.parametrize("number", ["031 3625 1234", "+44 7400 123456", "12"])
async def test_only_mobile_phones_of_the_country_are_written_to(
    scene: Scene, number: str
) -> None:
    await text(scene.site, "/sign-in/phone", {"phone": number}, status=422)


async def test_a_new_number_ends_what_the_old_one_began(scene: Scene) -> None:
    await scene.sign_in()
    assert (await scene.site.get("/mine")).status == 200
    async with scene.site.database.write() as session:
        mother = await session.get_one(Visitor, scene.mother.id)
        await people.edit_visitor(
            session,
            mother,
            name=mother.name,
            phone="+989120001122",
            language=mother.language,
            reads=True,
            born_on=None,
            keyring=scene.site.keyring,
            by=SYSTEM,
            now=scene.site.clock(),
        )

    assert await _away(scene.site) == "/sign-in/phone"


async def test_a_shared_device_keeps_nobodys_visits(scene: Scene) -> None:
    await become(scene.site, scene.world.kiosk)

    for path in ("/sign-in/phone", "/sign-in/phone/code"):
        assert (await scene.site.get(path)).headers["Location"] == "/join"


async def test_who_signed_in_by_phone_is_neither_staff_nor_in_a_visit(
    scene: Scene,
) -> None:
    await scene.sign_in()

    for path, to in (("/check", "/join"), ("/staff", "/sign-in?next=/staff")):
        assert (await scene.site.get(path)).headers["Location"] == to
    for path in ("/sign-in/phone", "/sign-in/phone/code"):
        assert (await scene.site.get(path)).headers["Location"] == "/mine"


async def _away(site: Site) -> str:
    return (await site.get("/mine")).headers["Location"]
