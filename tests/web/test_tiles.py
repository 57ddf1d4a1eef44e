"""The start page of a scheduler says how much waits, and since when the oldest."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.make import World
from tests.visitation.test_boards import counted
from tests.web.conftest import Site
from tests.web.test_cases import asked
from tests.web.worlds import TEN, book, english, made, text
from visitation import visits, waiting
from visitation.audit import SYSTEM
from visitation.lifecycle import MessageState, VisitAction
from visitation.messages import Message
from visitation.visits import Visit
from visitation.waiting import Days, Plan
from visitation.words import CaseKind, Role


@pytest.fixture
async def world(site: Site) -> World:
    return await made(site)


async def tiles(site: Site) -> dict[str, tuple[str, str]]:
    """The count and the age on each tile, by its words."""
    page = await text(await site.get("/staff"))
    found = re.findall(
        r'__count">(\d+)</strong>\s*<span class="tile-link__words">([^<]+)</span>\s*'
        r'<span class="tile-link__age">(?:<span aria-hidden="true">▲ </span>)?([^<]+)<',
        page,
    )
    return {words: (count, age) for count, words, age in found}


async def test_where_nothing_waits_every_tile_says_so(site: Site, world: World) -> None:
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    found = await tiles(site)
    assert len(found) == 8
    assert set(found.values()) == {("0", "Nothing waits")}


async def test_each_kind_of_work_is_counted_with_the_age_of_the_oldest(
    site: Site, world: World
) -> None:
    visit = await book(site, world)
    async with site.database.write() as session:
        await waiting.join(
            session,
            prisoner_id=world.prisoner.id,
            visitor_ids=[world.visitor.id],
            days=Days(first=TEN.date(), last=TEN.date() + timedelta(days=60)),
            points=[world.point.id],
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )
        session.add(
            Plan(
                reference="draft-of-a-plan",
                prison_id=world.prison.id,
                first_day=TEN.date(),
                last_day=TEN.date(),
                made_at=site.clock() - timedelta(hours=5),
            )
        )
        for message in (
            await session.exec(select(Message).where(Message.visit_id == visit.id))
        ).all():
            message.state = MessageState.UNDELIVERED
            session.add(message)
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    found = await tiles(site)
    assert found["Families on the waiting list"] == ("1", "The oldest: under an hour")
    assert found["Plans not yet published"] == ("1", "The oldest: 5 hours")
    assert found["Text messages that did not arrive"][0] == "1"
    listed = await text(await site.get("/messages?lost=on"))
    assert f"/visits/{visit.reference}" in listed
    assert "draft-of-a-plan" in await text(await site.get("/plans"))


async def test_a_visit_that_nobody_closed_is_counted_where_one_reaches_it(
    site: Site, world: World
) -> None:
    visit = await book(site, world)
    site.clock.now = TEN + timedelta(days=3)
    async with site.database.write() as session:
        await visits.move(
            session,
            await session.get_one(Visit, visit.id),
            VisitAction.ABANDON,
            by=SYSTEM,
            now=site.clock(),
        )
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    assert (await tiles(site))["Visits that nobody closed"] == (
        "1",
        "The oldest: 2 days",
    )
    await site.sign_in(Role.SCHEDULER, username="elsewhere", sites=[world.point.id])
    assert (await tiles(site))["Visits that nobody closed"] == ("0", "Nothing waits")


async def test_a_tile_takes_one_query(site: Site, world: World) -> None:
    await book(site, world)
    await site.sign_in(Role.SCHEDULER)
    with counted() as statements:
        await site.get("/staff")
    assert len([one for one in statements if "count(" in one.lower()]) == 8


@pytest.mark.parametrize("role", [Role.CLERK, Role.AUDITOR])
async def test_other_roles_have_no_such_tiles(
    site: Site, world: World, role: Role
) -> None:
    await site.sign_in(role)
    assert await tiles(site) == {}


async def test_those_that_decide_see_what_waits_for_an_answer(
    site: Site, world: World, english: None
) -> None:
    await asked(site, world, kind=CaseKind.MEDICAL, answers={"what": "doctor"})
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    assert await tiles(site) == {
        "Requests of prisoners that nobody has": ("1", "The oldest: under an hour"),
        "Requests of prisoners that are late": ("0", "Nothing waits"),
        "Orders to carry out": ("0", "Nothing waits"),
    }
