"""The real application on a real server, with a browser's worth of cookies."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from signaling.hub import CallSettings, Hub
from signaling.views import RoomView
from tests import make
from tests.fakes import Clock
from tests.make import World
from tests.signaling.fakes import FakeEngine
from visitation import audit, people
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.people import Account
from visitation.words import Role
from web.app import create_app
from web.keys import WebSettings
from web.machine import MACHINE, Machine
from web.routes import ROUTES
from web.routing import Route
from web.sessions import SESSION_COOKIE

PASSWORD = "correct horse battery staple"
#: As it is stored, but quick to make and to check: nearly every test signs in.
_STORED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
SETTINGS = WebSettings(public_url="http://localhost", secure=False)


@dataclass
class Site:
    """One browser and the service it looks at.

    Cookies are kept here, because a test client over HTTP drops Secure ones.
    """

    client: TestClient[web.Request, web.Application]
    database: Database
    clock: Clock
    keyring: Keyring
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return str(self.client.make_url("/")).rstrip("/")

    async def get(self, path: str, **options: Any) -> ClientResponse:
        return await self.request("GET", path, **options)

    async def post(
        self, path: str, typed: dict[str, Any] | None = None, **options: Any
    ) -> ClientResponse:
        """Post a form from a page of our own."""
        headers = {"Origin": self.origin, **options.pop("headers", {})}
        return await self.request(
            "POST", path, data=typed or {}, headers=headers, **options
        )

    async def look(self, path: str, text: str, **fields: str) -> ClientResponse:
        """Look for words on a page, as its search form does; give what is found."""
        sent = await self.post("/look", {"to": path, "text": text, **fields})
        assert text not in sent.headers["Location"]
        return await self.get(sent.headers["Location"])

    async def request(self, method: str, path: str, **options: Any) -> ClientResponse:
        response = await self.client.request(
            method, path, cookies=dict(self.cookies), allow_redirects=False, **options
        )
        for name, morsel in response.cookies.items():
            if morsel["max-age"] == "0" or not morsel.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.coded_value
        return response

    async def add_account(
        self, role: Role, *, username: str = "", **options: Any
    ) -> Account:
        """An account of the role, named after it, with PASSWORD; reaches everything
        unless provinces or sites are given."""
        options.setdefault("everywhere", not options.keys() & {"provinces", "sites"})
        async with self.database.write() as session:
            return await people.add_account(
                session,
                username=username or role.value,
                name=f"The {role.value}",
                role=role,
                password_hash=_STORED,
                by=audit.SYSTEM,
                now=self.clock(),
                **options,
            )

    async def sign_in(self, role: Role, **options: Any) -> Account:
        """Add an account of the role and sign in with it."""
        account = await self.add_account(role, **options)
        response = await self.post(
            "/sign-in", {"username": account.username, "password": PASSWORD}
        )
        assert response.status == 303
        assert SESSION_COOKIE in self.cookies
        return account


@dataclass
class Rooms:
    """Live rooms as a board sees them, made up by a test."""

    views: dict[str, RoomView] = field(default_factory=dict)

    def snapshot(self, reference: str) -> RoomView | None:
        return self.views.get(reference)


Start = Callable[..., Awaitable[Site]]


@pytest.fixture
def rooms() -> Rooms:
    return Rooms()


@pytest.fixture
async def hub(sqlite: Database, clock: Clock, keyring: Keyring) -> AsyncIterator[Hub]:
    hub = Hub(
        database=sqlite,
        engine=FakeEngine(),
        keyring=keyring,
        clock=clock,
        settings=CallSettings(),
    )
    await hub.start()
    yield hub
    await hub.stop()


@pytest.fixture
async def world(site: Site) -> World:
    async with site.database.write() as session:
        return await make.world(session)


@pytest.fixture
def english(site: Site) -> None:
    site.cookies["lang"] = "en"


@pytest.fixture
async def scheduler(site: Site, world: World, english: None) -> Site:
    """Of the world's province, reading English."""
    await site.sign_in(Role.SCHEDULER, provinces=[world.prison.province_id])
    return site


@pytest.fixture
async def administrator(site: Site) -> Site:
    await site.sign_in(Role.ADMINISTRATOR)
    return site


@pytest.fixture
async def start_site(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> AsyncIterator[Start]:
    """Starts the application with settings and routes of a test's own."""
    clients = []

    async def start(
        *,
        settings: WebSettings = SETTINGS,
        extra: tuple[Route, ...] = (),
        live: object = None,
        database: Database = sqlite,
        machine: Machine | None = None,
    ) -> Site:
        app = create_app(
            settings=settings,
            database=database,
            keyring=keyring,
            clock=clock,
            live=live,
            routes=(*ROUTES, *extra),
        )
        if machine is not None:
            app[MACHINE] = lambda: machine
        client = TestClient(TestServer(app, host="localhost"))
        await client.start_server()
        clients.append(client)
        return Site(client=client, database=database, clock=clock, keyring=keyring)

    yield start
    for client in clients:
        await client.close()


@pytest.fixture
async def site(start_site: Start) -> Site:
    """The application as it is, seen by a browser nobody has signed in with."""
    return await start_site()
