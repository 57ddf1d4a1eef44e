"""A program with a token, and a world in which it can book."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse

from tests import make
from tests.make import World
from tests.web.conftest import Site
from visitation import audit, people
from visitation.people import Account
from visitation.words import Role

PREFIX = "/api/v1"


@dataclass
class Program:
    """Somebody else's software, holding a token."""

    site: Site
    token: str

    async def get(self, path: str, **query: Any) -> ClientResponse:
        return await self.request("GET", path, params=query)

    async def post(
        self, path: str, body: Any = None, *, key: str = ""
    ) -> ClientResponse:
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        return await self.request("POST", path, data=json.dumps(body), headers=headers)

    async def request(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> ClientResponse:
        headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return await self.site.client.request(
            method, PREFIX + path, headers=headers, **more
        )


async def told(response: ClientResponse, status: int = 200) -> Any:
    """What was answered, after making sure of the status."""
    body = await response.json(content_type=None)
    assert response.status == status, body
    return body


@pytest.fixture
async def world(site: Site) -> World:
    async with site.database.write() as session:
        return await make.world(session)


Enrol = Callable[[Account], Awaitable[Program]]


@pytest.fixture
def program_of(site: Site) -> Enrol:
    """Makes a program that acts as an account."""

    async def enrol(account: Account) -> Program:
        async with site.database.write() as session:
            token = await people.issue_token(
                session,
                account,
                label="tests",
                expires_at=site.clock() + timedelta(days=30),
                keyring=site.keyring,
                by=audit.SYSTEM,
                now=site.clock(),
            )
        return Program(site=site, token=token)

    return enrol


@pytest.fixture
async def program(program_of: Enrol, world: World) -> Program:
    """Acts as the scheduler of the world's province."""
    return await program_of(world.scheduler)


@pytest.fixture
async def keeper(site: Site, world: World, program_of: Enrol) -> Program:
    """Acts as an administrator of the world's province."""
    async with site.database.write() as session:
        province = await session.get_one(make.Province, world.prison.province_id)
        account = await make.account(session, Role.ADMINISTRATOR, provinces=[province])
    return await program_of(account)


def wish(world: World, **changes: Any) -> dict[str, Any]:
    """A booking of tomorrow at ten, in Tehran, that is possible in the world."""
    return {
        "prison_id": world.prison.id,
        "terminal_id": world.terminal.id,
        "starts_at": "2026-11-24T10:00:00+03:30",
        "ends_at": "2026-11-24T10:25:00+03:30",
        "prisoner_id": world.prisoner.id,
        "visitor_ids": [world.visitor.id],
        "kiosk_id": world.kiosk.id,
    } | changes
