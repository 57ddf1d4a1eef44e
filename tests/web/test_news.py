"""Who is told that there is news, and when a page is told no more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSServerHandshakeError

from signaling.hub import Hub
from signaling.supervised import NO_PAST
from tests import make
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import Booked, become, booked
from visitation import calls, people
from visitation.audit import SYSTEM
from visitation.devices import paired
from visitation.people import Account
from visitation.places import policy_of
from visitation.visits import Visit
from visitation.words import Role
from web.news import NEWS, NewsDesk
from web.pages import news as page

NOTHING_SECONDS = 0.3


@pytest.fixture
async def site(
    start_site: Start, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    site = await start_site(live=hub)
    assert site.client.app is not None
    quick = NewsDesk(
        database=site.database, live=hub, clock=site.clock, every_seconds=0.02
    )
    site.client.app._state[NEWS] = quick
    yield site
    quick.stop()


@pytest.fixture
async def today(site: Site, world: World) -> Booked:
    async with site.database.write() as session:
        return await booked(session, world, site.keyring, starts_at=site.clock())


@asynccontextmanager
async def listening(site: Site) -> AsyncIterator[ClientWebSocketResponse]:
    """A page that is open, with the first look of the desk behind it."""
    cookies = "; ".join(f"{name}={value}" for name, value in site.cookies.items())
    headers = {"Origin": site.origin, "Cookie": cookies}
    async with site.client.ws_connect(page.SOCKET_PATH, headers=headers) as socket:
        assert (await said(socket))["type"] == "hello"
        await asyncio.sleep(0.1)
        yield socket


async def said(socket: ClientWebSocketResponse) -> dict[str, Any]:
    return await socket.receive_json(timeout=5)


async def hears_nothing(socket: ClientWebSocketResponse) -> bool:
    try:
        await socket.receive(timeout=NOTHING_SECONDS)
    except TimeoutError:
        return True
    return False


async def _start(site: Site, visit: Visit) -> None:
    async with site.database.write() as session:
        fresh = await session.get_one(Visit, visit.id)
        await calls.start(session, fresh, by=SYSTEM, now=site.clock())


async def test_staff_are_told_when_a_visit_of_theirs_changes(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    async with listening(site) as socket:
        await _start(site, today.visit)

        assert (await said(socket))["type"] == "news"
        assert await hears_nothing(socket)


async def test_staff_of_another_prison_hear_nothing_of_it(
    site: Site, today: Booked
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.prison(session, name="زندان دیگر")
    await site.sign_in(Role.WARDEN, sites=[elsewhere.id])

    async with listening(site) as socket:
        await _start(site, today.visit)

        assert await hears_nothing(socket)


async def test_a_station_hears_of_its_site_and_is_known_to_be_there(
    site: Site, world: World, today: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "BEAT_SECONDS", 0.3)
    await become(site, world.terminal)
    site.clock.forward(timedelta(seconds=40))

    async with listening(site) as socket:
        await _start(site, today.visit)

        assert (await said(socket))["type"] == "news"
        assert (await said(socket))["type"] == "beat"
    async with site.database.read() as session:
        known = await paired(session, station_ids=[world.terminal.id])
    assert known[world.terminal.id].last_seen_at == site.clock()


async def test_what_happens_in_a_call_is_news(
    site: Site, world: World, today: Booked, hub: Hub
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    async with listening(site) as socket:
        async with site.database.read() as session:
            policy = await policy_of(session, world.prison.id)
        hub.open(today.visit, policy, NO_PAST)

        assert (await said(socket))["type"] == "news"


async def test_every_minute_is_news_because_boards_say_how_late_it_is(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    async with listening(site) as socket:
        site.clock.forward(timedelta(minutes=1))

        assert (await said(socket))["type"] == "news"


async def test_whoever_is_shut_out_is_told_no_more(
    site: Site, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "BEAT_SECONDS", 0.1)
    account = await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    async with listening(site) as socket:
        async with site.database.write() as session:
            kept = await session.get_one(Account, account.id)
            await people.disable_account(session, kept, by=SYSTEM, now=site.clock())
        told = [(await said(socket))["type"]]
        while told[-1] in {"beat", "news"}:
            told.append((await said(socket))["type"])

        assert told[-1] == "over"


async def test_nobody_listens_without_signing_in(site: Site) -> None:
    with pytest.raises(WSServerHandshakeError):
        await site.client.ws_connect(page.SOCKET_PATH, headers={"Origin": site.origin})


async def test_a_part_of_a_page_does_not_take_the_notice_meant_for_the_page(
    site: Site,
) -> None:
    await site.sign_in(Role.WARDEN)
    site.cookies["flash"] = "%22Done%22"

    part = await site.get("/warden", headers={"X-Part": "news"})
    whole = await site.get("/warden")

    assert "Done" not in await part.text()
    assert "Done" in await whole.text()
