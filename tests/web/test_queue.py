"""Numbers of a service point: given out, called, ended, and shown without names."""

import re
from datetime import timedelta

import pytest

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.day import become
from visitation.points import queue
from visitation.visits import changes
from visitation.words import Role, TicketState
from web.news import Reach

KEY = "a-key-of-this-page"


async def _given(site: Site, world: World, key: str = KEY) -> int:
    sent = await site.post(
        f"/points/{world.point.id}/tickets", {"errand": "booking", "key": key}
    )
    assert sent.status == 303
    return len(await _tickets(site, world))


async def _tickets(site: Site, world: World) -> list[tuple[str, int, TicketState]]:
    async with site.database.read() as session:
        day = queue.day_of(world.point, site.clock())
        every = await queue.of_day(session, point_id=world.point.id, day=day)
    return [(one.reference, one.number, one.state) for one in every]


async def _states(site: Site, world: World) -> list[TicketState]:
    return [state for _, _, state in await _tickets(site, world)]


@pytest.fixture
async def clerk(site: Site, world: World) -> Site:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    return site


async def test_a_number_is_given_out_once_however_often_it_is_asked_for(
    clerk: Site, world: World
) -> None:
    await _given(clerk, world)
    await _given(clerk, world)

    page = await (await clerk.get(f"/clerk/queue?given={KEY}")).text()
    assert await _tickets(clerk, world) == [(KEY, 1, TicketState.WAITING)]
    assert f'href="/tickets/{KEY}/slip"' in page
    assert "شماره داده شد:" in page


async def test_numbers_are_called_in_turn_and_served(clerk: Site, world: World) -> None:
    for key in ("first-key", "second-key"):
        await _given(clerk, world, key)

    await clerk.post("/tickets/first-key", {"act": "call"})
    page = await (await clerk.get("/clerk/queue")).text()
    assert "صدا زدن بعدی: ۲" in page

    await clerk.post("/tickets/first-key", {"act": "serve"})
    assert await _states(clerk, world) == [TicketState.SERVED, TicketState.WAITING]
    await clerk.post("/tickets/first-key", {"act": "return"})
    await clerk.post("/tickets/first-key", {"act": "leave"})
    assert await _states(clerk, world) == [TicketState.LEFT, TicketState.WAITING]


async def test_what_cannot_be_done_with_a_number_is_said(
    clerk: Site, world: World
) -> None:
    await _given(clerk, world)
    await clerk.post(f"/tickets/{KEY}", {"act": "leave"})

    sent = await clerk.post(f"/tickets/{KEY}", {"act": "serve"})
    page = await (await clerk.get(sent.headers["Location"])).text()
    told = await clerk.post(
        f"/tickets/{KEY}", {"act": "serve"}, headers={"Accept": "application/json"}
    )

    assert "همکارتان این شماره را صدا زده یا بسته است" in page
    assert told.status == 409
    assert await _states(clerk, world) == [TicketState.LEFT]


async def test_the_screen_shows_numbers_and_nothing_else(
    clerk: Site, world: World
) -> None:
    for key in ("first-key", "second-key", "third-key"):
        await _given(clerk, world, key)
    await clerk.post("/tickets/first-key", {"act": "call"})
    clerk.clock.forward(timedelta(minutes=1))
    await clerk.post("/tickets/second-key", {"act": "call"})

    page = await (await clerk.get(f"/points/{world.point.id}/screen")).text()

    found = re.search(r'id="first">(.*?)<.*?id="others">(.*?)</p>', page, re.DOTALL)
    assert found is not None
    assert (found[1], "۱" in found[2], "۲" in found[2]) == ("۲", True, False)
    assert "بعدی: ۳" in page
    assert world.visitor.name not in page


async def test_a_screen_that_is_paired_at_the_point_shows_its_numbers(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.point(session, name="دفتر دیگر")
    await become(site, world.kiosk)

    assert (await site.get(f"/points/{world.point.id}/screen")).status == 200
    assert (await site.get(f"/points/{elsewhere.id}/screen")).status == 404
    assert (await site.get("/clerk/queue")).status in {303, 404}


async def test_the_slip_says_how_many_are_before(clerk: Site, world: World) -> None:
    for key in ("first-key", "second-key"):
        await _given(clerk, world, key)

    page = await (await clerk.get("/tickets/second-key/slip")).text()

    assert '<p class="number-slip__number">۲</p>' in page
    assert "۱ شماره پیش از شماست." in page


@pytest.mark.parametrize(
    "typed", [{}, {"key": KEY, "errand": "nothing"}, {"key": "x y", "errand": "visit"}]
)
async def test_what_is_no_form_of_ours_gives_out_nothing(
    clerk: Site, world: World, typed: dict[str, str]
) -> None:
    sent = await clerk.post(f"/points/{world.point.id}/tickets", typed)

    assert sent.status == 404
    assert await _tickets(clerk, world) == []


async def test_the_queue_of_another_point_does_not_exist(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.point(session, name="دفتر دیگر")
    await site.sign_in(Role.CLERK, sites=[elsewhere.id])
    path = f"/points/{world.point.id}"

    assert (await site.get(f"/clerk/queue?point={world.point.id}")).status == 404
    assert (await site.get(f"{path}/screen")).status == 404
    given = await site.post(f"{path}/tickets", {"errand": "visit", "key": KEY})
    assert given.status == 404


@pytest.mark.parametrize("path", ["/clerk/queue", "/clerk/report"])
async def test_a_clerk_without_a_point_is_told_whom_to_ask(
    site: Site, path: str
) -> None:
    await site.sign_in(Role.CLERK)

    answer = await site.get(path)

    assert answer.status == 200
    assert "حساب شما" in await answer.text()


@pytest.mark.parametrize("role", [Role.WARDEN, Role.OFFICIAL, Role.AUDITOR])
async def test_queues_are_for_clerks(site: Site, world: World, role: Role) -> None:
    await site.sign_in(role)

    for path in ("/clerk/queue", "/clerk/kiosks", "/clerk/report"):
        assert (await site.get(path)).status == 404


async def test_what_is_done_at_a_point_is_news_for_its_own_screens(
    clerk: Site, world: World
) -> None:
    await _given(clerk, world)

    async with clerk.database.read() as session:
        newest = await changes.newest(session)
        found = await changes.of(session, about=set(newest.values()))

    at_the_point = frozenset({world.point.id})
    assert any(
        Reach(sites=at_the_point).hears_of(one)
        and not Reach(sites=frozenset({world.prison.id})).hears_of(one)
        for one in found
    )


async def test_signing_out_clears_what_the_browser_kept(clerk: Site) -> None:
    assert 'id="unsent-texts"' in await (await clerk.get("/clerk/kiosks")).text()

    left = await clerk.post("/sign-out")

    assert left.headers["Clear-Site-Data"] == '"storage"'
