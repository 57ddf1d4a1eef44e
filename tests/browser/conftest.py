"""The whole service on a free port, with one prison, one village and their people."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from playwright.async_api import Browser

from config.program import running
from config.settings import Settings
from signaling.hub import Hub
from tests import make
from tests.browser.chromium import FEWER_PICTURES, chromium
from tests.remembering import opened
from visitation import people
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.words import Role
from web.keys import LIVE

SECRET = "s" * 40
PASSWORD = "a long enough password"
PHONE = "+989121234567"
TEHRAN = ZoneInfo("Asia/Tehran")
STAFF = (Role.SCHEDULER, Role.WARDEN, Role.CLERK, Role.OFFICIAL, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What a story needs to know: where the service is, and what is behind it."""

    port: int
    database: Database
    keyring: Keyring
    clock: "MorningClock"
    app: web.Application

    def lose_sockets(self, visit: str) -> None:
        """Cut every socket of a visit, without a word, as a bad line does."""
        hub: Hub = self.app[LIVE]
        for peer in tuple(hub._rooms[visit].peers.values()):
            peer._request.transport.abort()

    def url(self, host: str, path: str) -> str:
        """An address at which one browser keeps one role's session."""
        return f"http://{host}.localhost:{self.port}{path}"


class MorningClock:
    """Real time that begins a minute after ten in Tehran, whenever the test runs."""

    def __init__(self) -> None:
        real = datetime.now(UTC)
        morning = datetime.combine(real.astimezone(TEHRAN), time(10, 1), TEHRAN)
        self._shift = morning.astimezone(UTC) - real

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def forward(self, by: timedelta) -> None:
        self._shift += by


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    return settings_of(sqlite_url, tmp_path)


@pytest.fixture
async def service(settings: Settings, sqlite_url: str) -> AsyncIterator[Installation]:
    clock, keyring = MorningClock(), Keyring(SECRET.encode())
    database = opened(sqlite_url)
    await populate(database, clock())
    async with running(settings, database, clock=clock) as app:
        yield Installation(
            port=settings.web.port,
            database=database,
            keyring=keyring,
            clock=clock,
            app=app,
        )


def settings_of(url: str, data_dir: Path, *, workers: int = 0) -> Settings:
    """A service on free ports of this machine; by default all in this process."""
    port = _free_port(socket.SOCK_STREAM)
    return Settings(
        secret=SECRET,
        data_dir=data_dir,
        database={"url": url},
        web={
            "port": port,
            "public_url": f"http://localhost:{port}",
            "require_totp": (),
            "help_phone": "+982112345678",
        },
        media={
            "udp_port": _free_port(socket.SOCK_DGRAM),
            "workers": workers,
            "public_addresses": _addresses(),
        },
    )


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium(more=FEWER_PICTURES) as opened:
        yield opened


async def populate(database: Database, now: datetime) -> None:
    password_hash = await asyncio.to_thread(people.hashed, PASSWORD)
    async with database.write() as session:
        province = await make.province(session, name="اصفهان")
        prison = await make.prison(session, province, name="زندان مرکزی اصفهان")
        await make.policy(session, prison, notice_minutes=0)
        await make.terminal(session, prison, name="کابین ۱")
        village = await make.point(session, province, name="دفتر سیار ورزنه")
        await make.kiosk(session, village, name="کیوسک ۱")
        prisoner = await make.prisoner(session, prison, name="رضا کریمی", number="1001")
        mother = await make.visitor(session, name="زهرا کریمی", phone=PHONE)
        await make.contact(session, prisoner, mother)
        for weekday in range(7):
            await make.template(
                session,
                prison,
                weekday=weekday,
                starts=time(8),
                ends=time(20),
                slot_minutes=20,
            )
        for role in STAFF:
            await make.account(
                session,
                role,
                provinces=[province],
                username=role.value,
                name=role.value.title(),
                password_hash=password_hash,
                language="en",
            )


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _addresses() -> tuple[str, ...]:
    """Loopback, and this machine's own address where it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ("127.0.0.1",)
        return tuple(dict.fromkeys(("127.0.0.1", probe.getsockname()[0])))
