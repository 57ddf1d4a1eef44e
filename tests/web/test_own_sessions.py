"""Signing in on one's own phone: as somebody new, and again in the middle of a form."""

from datetime import timedelta

import pytest

from tests import make
from tests.web.conftest import Site
from tests.web.own import Phone, phone
from tests.web.reading import rows, sent_to
from tests.web.test_own_links import wish
from visitation.messages import Message
from visitation.people import LinkRequest, Visitor
from web.sessions import SESSION_COOKIE

NEW = "+989125556677"


@pytest.fixture
async def mine(site: Site) -> Phone:
    return await phone(site)


async def leave(mine: Phone) -> None:
    """The session is over: nobody touched the page for hours."""
    mine.site.clock.forward(timedelta(hours=3))


async def test_somebody_new_says_who_they_are_and_is_let_in(site: Site) -> None:
    async with site.database.write() as session:
        world = await make.world(session)
    site.cookies["lang"] = "en"
    mine = Phone(site=site, world=world)
    await mine.page("/sign-in/phone/new")

    typed = {"name": "نرگس احمدی", "phone": NEW}
    to = await sent_to(site, "/sign-in/phone/new", typed)
    assert to == "/sign-in/phone/code"
    assert await mine.with_code() == "/mine"

    (new,) = await rows(site, Visitor, Visitor.phone == NEW)
    assert (new.name, new.language) == ("نرگس احمدی", "en")
    page = await mine.page("/mine")
    assert "First ask to be linked" in page
    assert "You are linked to nobody yet" in await mine.page("/mine/book")


async def test_a_phone_that_is_known_is_nobody_new(site: Site) -> None:
    async with site.database.write() as session:
        world = await make.world(session)
    site.cookies["lang"] = "en"
    mine = Phone(site=site, world=world)

    typed = {"name": "کس دیگر", "phone": world.visitor.phone}
    await sent_to(site, "/sign-in/phone/new", typed)
    await mine.with_code()

    found = await rows(site, Visitor, Visitor.phone == world.visitor.phone)
    assert [one.name for one in found] == [world.visitor.name]


async def test_the_name_belongs_to_the_code_it_was_given_with(site: Site) -> None:
    async with site.database.write() as session:
        world = await make.world(session)
    mine = Phone(site=site, world=world)
    typed = {"name": "نرگس احمدی", "phone": NEW}
    await sent_to(site, "/sign-in/phone/new", typed)
    await sent_to(site, "/sign-in/phone", {"phone": "+989125556688"})

    await mine.page(
        "/sign-in/phone/code", typed={"code": await mine.code()}, status=422
    )

    assert await rows(site, Visitor, Visitor.name == "نرگس احمدی") == []


async def test_somebody_new_is_sent_the_code_again(site: Site) -> None:
    async with site.database.write() as session:
        await make.world(session)
    typed = {"name": "نرگس احمدی", "phone": NEW}
    await sent_to(site, "/sign-in/phone/new", typed)
    site.clock.forward(timedelta(seconds=70))

    await sent_to(site, "/sign-in/phone/again")

    assert len(await rows(site, Message, Message.phone == NEW)) == 2


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "", "phone": NEW},
        {"name": "نرگس", "phone": "12"},
        {"name": "نرگس", "phone": "+442071234567"},
    ],
)
async def test_what_is_missing_is_said(site: Site, typed: dict[str, str]) -> None:
    response = await site.post("/sign-in/phone/new", typed)

    assert response.status == 422
    assert await rows(site, Message) == []


async def test_what_was_typed_is_kept_over_a_session_that_ended(mine: Phone) -> None:
    await leave(mine)
    away = await sent_to(mine.site, "/mine/people/new", wish(mine))
    assert away == "/sign-in/phone"
    await sent_to(mine.site, away, {"phone": mine.world.visitor.phone})

    page = await mine.page("/sign-in/phone/code", typed={"code": await mine.code()})

    assert "What you typed before is kept." in page
    assert 'action="/mine/people/new"' in page
    for name, value in wish(mine).items():
        assert f'name="{name}" value="{value}"' in page
    assert await rows(mine.site, LinkRequest) == []
    await sent_to(mine.site, "/mine/people/new", wish(mine))
    assert len(await rows(mine.site, LinkRequest)) == 1


async def test_a_page_that_was_looked_at_comes_back(mine: Phone) -> None:
    path = f"{mine.book}/days?{mine.query()}"
    await leave(mine)
    away = await mine.site.get(path)
    assert (away.status, away.headers["Location"]) == (303, "/sign-in/phone")

    assert await mine.sign_in() == path


async def test_what_one_family_typed_is_never_shown_to_another(mine: Phone) -> None:
    async with mine.site.database.write() as session:
        stranger = await make.visitor(session)
    await leave(mine)
    await sent_to(mine.site, "/mine/people/new", wish(mine))
    await sent_to(mine.site, "/sign-in/phone", {"phone": stranger.phone})

    assert await mine.with_code() == "/mine"


async def test_it_is_forgotten_after_a_while(mine: Phone) -> None:
    await leave(mine)
    await sent_to(mine.site, "/mine/people/new", wish(mine))
    mine.site.clock.forward(timedelta(minutes=21))

    assert await mine.sign_in() == "/mine"
    assert SESSION_COOKIE in mine.site.cookies
