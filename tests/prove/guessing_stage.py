"""A country's live codes behind the real application, on a clock of its own."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web

from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from visitation import devices, visits
from visitation.audit import SYSTEM
from visitation.database import Database, migrate
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.people import Visitor
from visitation.persian import fold
from visitation.visits import Code, Participant, Visit
from visitation.words import Part, VisitKind
from web.app import create_app
from web.keys import WebSettings
from web.sessions import DEVICE_COOKIE

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A family's code, the last digits of its phone, and the phone."""

    code: str
    phone: str

    @property
    def ending(self) -> str:
        return self.phone[-4:]


@dataclass(slots=True, kw_only=True)
class Stage:
    """The service, its clock, the codes that open a visit now, and some that did."""

    database: Database
    clock: Clock
    keyring: Keyring
    port: int
    live: list[Live]
    over: list[Live]
    kiosk_cookie: str

    async def post(
        self, browser: ClientSession, path: str, typed: dict[str, str], cookie: str = ""
    ) -> tuple[int, dict[str, str]]:
        """What is answered to a form: the status, and the cookies set."""
        at = f"http://127.0.0.1:{self.port}"
        headers = {"Origin": at} | ({"Cookie": cookie} if cookie else {})
        async with browser.post(
            f"{at}{path}", data=typed, headers=headers, allow_redirects=False
        ) as answer:
            await answer.read()
            found = {name: one.value for name, one in answer.cookies.items()}
            return answer.status, found


@asynccontextmanager
async def stage(
    folder: Path, *, codes: int, luck: random.Random
) -> AsyncIterator[Stage]:
    url = f"sqlite:///{folder / 'guessing.db'}"
    migrate(url)
    database, clock = Database(url), Clock(NOON)
    keyring = Keyring(b"guess" * 8, entropy=luck.randbytes)
    live, over, kiosk = await _filled(database, keyring, codes, luck)
    app = create_app(
        settings=WebSettings(public_url="http://127.0.0.1", secure=False),
        database=database,
        keyring=keyring,
        clock=clock,
        live=None,
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield Stage(
        database=database,
        clock=clock,
        keyring=keyring,
        port=runner.addresses[0][1],
        live=live,
        over=over,
        kiosk_cookie=f"{DEVICE_COOKIE}={kiosk}",
    )
    await runner.cleanup()
    await database.close()


@asynccontextmanager
async def browsers(count: int, *, first: int = 1) -> AsyncIterator[list[ClientSession]]:
    """Browsers, each at a loopback address of its own."""
    opened = [
        ClientSession(
            connector=TCPConnector(local_addr=(_address(first + one), 0), limit=0),
            cookie_jar=DummyCookieJar(),
        )
        for one in range(count)
    ]
    try:
        yield opened
    finally:
        for one in opened:
            await one.close()


def _address(number: int) -> str:
    return f"127.7.{number // 250}.{number % 250 + 1}"


async def _filled(
    database: Database, keyring: Keyring, codes: int, luck: random.Random
) -> tuple[list[Live], list[Live], str]:
    """So many families whose visit is in ten minutes, some whose visit is over."""
    async with database.write() as session:
        world = await make.world(session)
        pairing = await devices.issue_pairing_code(
            session, station_id=world.kiosk.id, keyring=keyring, by=SYSTEM, now=NOON
        )
        _device, kiosk = await devices.pair(session, pairing, keyring=keyring, now=NOON)
    live: list[Live] = []
    drawn = visits.draw(codes, keyring=keyring)
    for first in range(0, codes, _AT_ONCE):
        some = drawn[first : first + _AT_ONCE]
        live += await _families(database, keyring, world, some, luck)
    over = live[: max(1, codes // 10)]
    async with database.write() as session:
        for one in over:
            participant = await visits.find_by_code(session, one.code, keyring=keyring)
            visit = await session.get_one(Visit, participant.visit_id)
            visit.state = VisitState.COMPLETED
            await visits.wipe(session, visit_id=visit.id)
    return live[len(over) :], over, kiosk


async def _families(
    database: Database,
    keyring: Keyring,
    world: make.World,
    drawn: list[Code],
    luck: random.Random,
) -> list[Live]:
    starts = NOON + timedelta(minutes=10)
    async with database.write() as session:
        phones = [f"+98912{luck.randrange(10**7):07}" for _ in drawn]
        families = [Visitor(name="خ", name_folded=fold("خ"), phone=p) for p in phones]
        held = [_visit(world, keyring, starts) for _ in drawn]
        session.add_all([*families, *held])
        await session.flush()
        session.add_all(
            Participant(
                reference=keyring.reference(),
                visit_id=visit.id,
                part=Part.VISITOR,
                visitor_id=family.id,
                code_sealed=code.sealed,
                code_fingerprint=code.fingerprint,
            )
            for visit, family, code in zip(held, families, drawn, strict=True)
        )
    opened = [keyring.open("join-code", code.sealed) for code in drawn]
    return [
        Live(code=code, phone=phone) for code, phone in zip(opened, phones, strict=True)
    ]


def _visit(world: make.World, keyring: Keyring, starts: Any) -> Visit:
    ends = starts + timedelta(hours=8)
    return Visit(
        reference=keyring.reference(),
        kind=VisitKind.FAMILY,
        state=VisitState.BOOKED,
        starts_at=starts,
        ends_at=ends,
        booked_end_at=ends,
        prison_id=world.prison.id,
        terminal_id=world.terminal.id,
        point_id=world.point.id,
        kiosk_id=world.kiosk.id,
        prisoner_id=world.prisoner.id,
        created_at=NOON,
        changed_at=NOON,
    )
