"""A counter at which lines are tried, on an engine that only pretends."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient

from signaling import line_ticket
from signaling.line_desk import LineDesk, Means
from signaling.line_trial import Timing
from signaling.media.engine import ParticipantStatistics
from signaling.media.workers.link import Gone
from tests.fakes import Clock
from tests.signaling.fakes import FakeEngine, leg
from visitation import lines
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lines import LineTest, Whose

QUICK = Timing(connecting=1.0, reporting=1.0, second=0.03)
SDP = "v=0 a description"
REPORT = {
    "received": 990,
    "lost": 10,
    "rate": 500_000,
    "jitter": 0.01,
    "round_trip": 0.08,
    "relayed": False,
}


class Looping(FakeEngine):
    """Connects whoever has described both legs, and lets so much through a look."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        self.lets_through = 3_000
        self.gone = False
        self.left = asyncio.Event()

    async def subscribe(self, participant: str) -> str:
        if self.gone:
            raise Gone("worker 1")
        return await super().subscribe(participant)

    def leave(self, participant: str) -> None:
        super().leave(participant)
        self.left.set()

    def statistics(self, participant: str) -> ParticipantStatistics:
        done = {order[0] for order in self.done if participant in order}
        state = "connected" if {"publish", "accept"} <= done else "connecting"
        self.looks += 1
        both = replace(
            leg(state=state),
            bytes=self.lets_through * self.looks,
            packets=5 * self.looks,
        )
        return ParticipantStatistics(publisher=both, subscriber=both, silence={})


@dataclass
class Counter:
    """Where tests are made, and a station whose line is tried."""

    desk: LineDesk
    engine: Looping
    database: Database
    keyring: Keyring
    clock: Clock
    client: TestClient[web.Request, web.Application]
    kiosk: int
    terminal: int
    means: Means
    sockets: list[ClientWebSocketResponse] = field(default_factory=list)

    async def dial(self, **headers: str) -> ClientWebSocketResponse:
        origin = str(self.client.make_url("/")).rstrip("/")
        socket = await self.client.ws_connect(
            "/line/socket", headers={"Origin": origin, **headers}
        )
        self.sockets.append(socket)
        return socket

    async def begin(self, station: int | None = None) -> ClientWebSocketResponse:
        socket = await self.dial()
        of = Whose(station_id=station or self.kiosk)
        ticket = line_ticket.issue(self.keyring, of, now=self.clock())
        await socket.send_json({"type": "begin", "version": 1, "ticket": ticket})
        return socket

    async def connected(self) -> ClientWebSocketResponse:
        """A test in which measuring has begun."""
        socket = await self.begin()
        assert (await hear(socket))["type"] == "ready"
        offer = await hear(socket)
        assert (offer["type"], offer["target"]) == ("offer", "subscriber")
        for kind, target in (("answer", "subscriber"), ("offer", "publisher")):
            await socket.send_json({"type": kind, "target": target, "sdp": SDP})
        answer = await hear(socket)
        assert (answer["type"], answer["target"]) == ("answer", "publisher")
        assert (await hear(socket))["type"] == "begun"
        return socket

    async def kept(self) -> LineTest | None:
        async with self.database.read() as session:
            found = await lines.latest_of_stations(session, station_ids=[self.kiosk])
        return found.get(self.kiosk)


async def hear(socket: ClientWebSocketResponse) -> dict[str, Any]:
    said: dict[str, Any] = await socket.receive_json(timeout=5)
    return said
