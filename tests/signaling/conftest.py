"""A hub on a real database with a pretended engine, and a visit to let people into."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiohttp import ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient, TestServer

from signaling import conduct, endpoint, tickets, timekeeping, wire
from signaling.hub import CallSettings, Hub
from signaling.live import Live
from signaling.recording_desk import Archive
from tests import make
from tests.fakes import Clock
from tests.signaling.fakes import FakeEngine
from visitation import calls
from visitation.audit import Actor
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.visits import Participant, Visit
from visitation.words import Fault, Part, Role, VisitKind

ACCOUNT = 1
WARDEN = Actor.account(ACCOUNT, Role.WARDEN)

PRISONER, VISITOR = "prisoner-reference", "visitor-reference"


@dataclass
class Stage:
    """One booked visit about to begin, and everything it takes to play it."""

    hub: Hub
    engine: FakeEngine
    database: Database
    keyring: Keyring
    clock: Clock
    client: TestClient[web.Request, web.Application]
    visit: Visit
    world: make.World
    people: dict[Part, Participant]
    archive: Archive | None = None

    def ticket(self, part: Part) -> str:
        return tickets.issue(
            self.keyring,
            visit=self.visit.reference,
            participant_id=self.people[part].id,
            now=self.clock(),
        )

    async def dial(self, **headers: str) -> ClientWebSocketResponse:
        """A socket of our own page that has said nothing yet."""
        origin = str(self.client.make_url("/")).rstrip("/")
        return await self.client.ws_connect(
            "/call/socket", headers={"Origin": origin, **headers}
        )

    async def join(self, part: Part) -> ClientWebSocketResponse:
        socket = await self.dial()
        await say(socket, "join", version=1, ticket=self.ticket(part))
        return socket

    async def start(self) -> None:
        await conduct.start(self.hub, self.visit.reference, by=WARDEN, now=self.clock())

    async def watch(self) -> Participant:
        """The warden's part, as the call page makes it."""
        async with self.database.write() as session:
            account = await make.account(session, Role.WARDEN)
            self.people[Part.MONITOR] = await calls.attend(
                session,
                visit=self.visit,
                account=account,
                part=Part.MONITOR,
                keyring=self.keyring,
                now=self.clock(),
            )
        return self.people[Part.MONITOR]

    async def recorded(self, part: Part) -> Participant:
        """The participant's row, once everything that happened is written."""
        await self.hub.settled()
        async with self.database.read() as session:
            return await session.get_one(Participant, self.people[part].id)

    async def kept(self) -> Visit:
        async with self.database.read() as session:
            return await session.get_one(Visit, self.visit.id)


async def say(socket: ClientWebSocketResponse, kind: str, **fields: object) -> None:
    await socket.send_json({"type": kind, **fields})


async def hear(socket: ClientWebSocketResponse, kind: str) -> dict[str, object]:
    """The next message of that type; what comes before it is passed over."""
    while True:
        message: dict[str, object] = await socket.receive_json(timeout=5)
        if message["type"] == kind:
            return message
        assert message["type"] in wire.TO_PAGE


async def in_call(stage: Stage, *parts: Part):
    """They join, the visit is started, and each has been admitted."""
    sockets = [await stage.join(part) for part in parts]
    for socket in sockets:
        await hear(socket, "joined")
    await stage.start()
    for socket in sockets:
        await hear(socket, "admit")
        await hear(socket, "offer")
        await say(socket, "answer", target="subscriber", sdp="v=0")
        await say(socket, "tracks", audio="on", video="on")
        await say(socket, "offer", target="publisher", sdp="v=0 mine")
        await hear(socket, "answer")
    return sockets


async def rejoined(stage: Stage, part: Part) -> dict[str, object]:
    return await hear(await stage.join(part), "joined")


async def restarted(stage: Stage) -> None:
    """The process is killed, and another one takes its place."""
    stage.hub.__dict__.update(
        Hub(
            database=stage.database,
            engine=FakeEngine(),
            keyring=stage.keyring,
            clock=stage.clock,
            settings=CallSettings(),
            archive=stage.archive,
        ).__dict__
    )
    await stage.hub.start()


def live_of(stage: Stage) -> Live:
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    return live


async def passes(stage: Stage, seconds: int) -> None:
    """So many seconds go by, each with its tick."""
    for _ in range(seconds):
        stage.clock.forward(timedelta(seconds=1))
        await timekeeping.tick(stage.hub, live_of(stage), measure=False)


async def lost(stage: Stage) -> dict[Fault, int]:
    await stage.hub.settled()
    async with stage.database.read() as session:
        return dict((await calls.losses.of(session, stage.visit)).seconds)


@pytest.fixture
def archive() -> Archive | None:
    """Where recordings lie: nowhere, as long as nobody has set that up."""
    return None


@pytest.fixture
async def engine() -> FakeEngine:
    """What carries sound and picture: nothing, as long as no test brings peers."""
    return FakeEngine()


@pytest.fixture
async def stage(
    sqlite: Database,
    clock: Clock,
    keyring: Keyring,
    archive: Archive | None,
    engine: FakeEngine,
) -> AsyncIterator[Stage]:
    hub = Hub(
        database=sqlite,
        engine=engine,
        keyring=keyring,
        clock=clock,
        settings=CallSettings(origins=("https://visits.example",)),
        archive=archive,
    )
    async with sqlite.write() as session:
        world = await make.world(session)
        visit = await _visit(session, world, clock)
        people = await _people(session, world, visit)
    app = web.Application()

    async def serve(request: web.Request) -> web.StreamResponse:
        return await endpoint.serve(request, hub)

    app.router.add_get("/call/socket", serve)
    client = TestClient(TestServer(app))
    await client.start_server()
    await hub.start()
    yield Stage(
        hub=hub,
        engine=engine,
        database=sqlite,
        keyring=keyring,
        clock=clock,
        client=client,
        visit=visit,
        world=world,
        people=people,
        archive=archive,
    )
    await hub.stop()
    await client.close()


async def _visit(session, world: make.World, clock: Clock) -> Visit:
    now = clock()
    visit = Visit(
        reference="dmlzaXQtcmVmZXJlbmNl",
        kind=VisitKind.FAMILY,
        state=VisitState.BOOKED,
        starts_at=now,
        ends_at=now + timedelta(minutes=30),
        booked_end_at=now + timedelta(minutes=30),
        prison_id=world.prison.id,
        terminal_id=world.terminal.id,
        prisoner_id=world.prisoner.id,
        official_id=world.official.id,
        created_at=now,
        changed_at=now,
    )
    session.add(visit)
    await session.flush()
    return visit


async def _people(session, world: make.World, visit: Visit) -> dict[Part, Participant]:
    rows = {
        Part.PRISONER: Participant(
            reference="prisoner-reference", visit_id=visit.id, part=Part.PRISONER
        ),
        Part.VISITOR: Participant(
            reference="visitor-reference",
            visit_id=visit.id,
            part=Part.VISITOR,
            visitor_id=world.visitor.id,
        ),
        Part.OFFICIAL: Participant(
            reference="official-reference",
            visit_id=visit.id,
            part=Part.OFFICIAL,
            account_id=world.official.id,
        ),
    }
    session.add_all(rows.values())
    await session.flush()
    return rows
