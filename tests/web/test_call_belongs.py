"""A page in a call goes with the sign-in, or the pairing, that it was opened by."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse
from sqlmodel import select

from scheduler import attendance
from signaling import belonging
from signaling.hub import Hub
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import Booked, become, booked
from visitation import devices, people
from visitation.audit import SYSTEM
from visitation.audit.tables import AuditEntry
from visitation.lifecycle import VisitState
from visitation.people import Account
from visitation.visits import Visit
from visitation.words import Role


@pytest.fixture
async def site(start_site: Start, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(belonging, "LOOK_EVERY_SECONDS", 0.02)
    return await start_site(live=hub)


@pytest.fixture
async def visit(site: Site, world: World) -> Booked:
    async with site.database.write() as session:
        return await booked(
            session,
            world,
            site.keyring,
            starts_at=site.clock(),
            state=VisitState.LIVE,
        )


@asynccontextmanager
async def page_in_call(
    site: Site, visit: Booked
) -> AsyncIterator[tuple[ClientWebSocketResponse, str]]:
    """A page in the call, with what it may come back with."""
    page = await (await site.get(f"/call/{visit.visit.reference}")).text()
    [ticket] = re.findall(r'data-ticket="([^"]+)"', page)
    async with opened(site) as socket:
        await socket.send_json({"type": "join", "version": 1, "ticket": ticket})
        joined = await heard(socket, "joined")
        yield socket, joined["resume"]


@asynccontextmanager
async def opened(site: Site) -> AsyncIterator[ClientWebSocketResponse]:
    cookies = "; ".join(f"{name}={value}" for name, value in site.cookies.items())
    headers = {"Origin": site.origin, "Cookie": cookies}
    async with site.client.ws_connect("/call/socket", headers=headers) as socket:
        yield socket


async def heard(socket: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    while True:
        said: dict[str, Any] = await socket.receive_json(timeout=5)
        if said["type"] == kind:
            return said


async def comes_back(site: Site, token: str) -> dict[str, Any]:
    async with opened(site) as socket:
        await socket.send_json({"type": "resume", "version": 1, "token": token})
        said: dict[str, Any] = await socket.receive_json(timeout=5)
        return said


async def removals(site: Site) -> list[dict[str, Any]]:
    async with site.database.read() as session:
        rows = await session.exec(
            select(AuditEntry).where(AuditEntry.action == "call_remove")
        )
        return [one.facts for one in rows.all()]


@pytest.mark.parametrize("how", ["disabled", "signed_out", "reach_taken"])
async def test_whoever_is_shut_out_is_out_of_the_call_and_does_not_come_back(
    site: Site, world: World, visit: Booked, how: str
) -> None:
    warden = await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    async with page_in_call(site, visit) as (socket, token):
        async with site.database.write() as session:
            if how == "disabled":
                account = await session.get_one(Account, warden.id)
                await people.disable_account(
                    session, account, by=SYSTEM, now=site.clock()
                )
            elif how == "reach_taken":
                account = await session.get_one(Account, warden.id)
                await people.set_scope(session, account, provinces=(), sites=())
            else:
                await devices.end_sessions_of(session, account_id=warden.id)
        assert (await heard(socket, "leave"))["reason"] == "removed"

    assert await comes_back(site, token) == {"type": "deny", "reason": "ticket"} | {
        "opens_at": None
    }
    [facts] = await removals(site)
    assert facts["reason"] == "signed_out"


async def test_an_official_taken_off_a_visit_is_out_of_its_waiting_room(
    site: Site, world: World
) -> None:
    official = await site.sign_in(Role.OFFICIAL, sites=[world.prison.id])
    async with site.database.write() as session:
        visit = await booked(
            session, world, site.keyring, starts_at=site.clock(), official=official
        )

    async with page_in_call(site, visit) as (socket, token):
        async with site.database.write() as session:
            await attendance.leave(
                session,
                await session.get_one(Visit, visit.visit.id),
                reason="Ill",
                by=SYSTEM,
                now=site.clock(),
            )
        assert (await heard(socket, "leave"))["reason"] == "removed"

    assert (await comes_back(site, token))["reason"] == "ticket"
    assert (await site.get(f"/call/{visit.visit.reference}")).status == 404


async def test_a_token_is_of_no_use_to_another_account(
    site: Site, world: World, visit: Booked
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    async with page_in_call(site, visit) as (_socket, token):
        await site.sign_in(Role.WARDEN, username="another", sites=[world.prison.id])

        assert (await comes_back(site, token))["reason"] == "ticket"


async def test_an_unpaired_terminal_is_out_of_the_call(
    site: Site, world: World, visit: Booked
) -> None:
    await become(site, world.terminal)

    async with page_in_call(site, visit) as (socket, _token):
        async with site.database.write() as session:
            await devices.unpair(
                session, station_id=world.terminal.id, by=SYSTEM, now=site.clock()
            )

        assert (await heard(socket, "leave"))["reason"] == "removed"
    assert len(await removals(site)) == 1


async def test_a_page_that_enters_late_is_looked_after_all_the_same(
    site: Site, world: World, visit: Booked
) -> None:
    await become(site, world.terminal)
    warden = await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    page = await (await site.get(f"/call/{visit.visit.reference}")).text()
    [ticket] = re.findall(r'data-ticket="([^"]+)"', page)

    async with opened(site) as socket:
        async with site.database.write() as session:
            await devices.unpair(
                session, station_id=world.terminal.id, by=SYSTEM, now=site.clock()
            )
        await asyncio.sleep(0.2)
        await socket.send_json({"type": "join", "version": 1, "ticket": ticket})
        await heard(socket, "joined")
        async with site.database.write() as session:
            await devices.end_sessions_of(session, account_id=warden.id)

        assert (await heard(socket, "leave"))["reason"] == "removed"
