"""`make bench-call-join`: from the join message to the first forwarded packet.

The whole service over loopback: WebSocket, admission from the record, SDP, ICE, DTLS,
SRTP. Both directions are timed: what the joiner sends at the other side, and what the
other side sends at the joiner. The clients share the loop with the service, so their
half of every handshake counts too.
"""

import asyncio
import json
import struct
import tempfile
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

import aiohttp
import structlog
import uvloop
from sqlmodel import select

from config.program import running
from scheduler import booking, calendar
from signaling import tickets
from tests.browser.conftest import (
    SECRET,
    Installation,
    MorningClock,
    populate,
    settings_of,
)
from tests.signaling.media.client import OPUS, Peer
from visitation import calls, visits
from visitation.audit import SYSTEM
from visitation.database import Database, migrate
from visitation.keyring import Keyring
from visitation.lifecycle import ParticipantState
from visitation.people.tables import Prisoner, Visitor
from visitation.places.tables import Site
from visitation.visits import Participant, Visit
from visitation.words import Part, SiteKind, VisitKind

JOINS = 20
PACKET_SECONDS = 0.005


class Caller:
    """A page without a browser: one socket, two legs, sound every 5 ms."""

    def __init__(self, service: Installation, ticket: str) -> None:
        self._service = service
        self._ticket = ticket
        self.heard = asyncio.Event()
        self._publisher, self._subscriber = Peer(), Peer()
        self._subscriber.on_packet = lambda _: self.heard.set()
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self, session: aiohttp.ClientSession) -> float:
        """Enter the call; return the moment at which the join message was sent."""
        url = f"http://localhost:{self._service.port}"
        self._socket = await session.ws_connect(
            f"{url}/call/socket", headers={"Origin": url}
        )
        began = time.perf_counter()
        await self._say({"type": "join", "version": 1, "ticket": self._ticket})
        self._tasks.append(asyncio.create_task(self._listen()))
        return began

    async def leave(self) -> None:
        # The visit may have been ended for everybody before.
        with suppress(ConnectionError):
            await self._say({"type": "leave", "reason": "left"})
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._publisher.close()
        await self._subscriber.close()
        await self._socket.close()

    async def _listen(self) -> None:
        async for message in self._socket:
            said = json.loads(message.data)
            if said["type"] == "joined" and said["admitted"]:
                await self._publish()
            elif said["type"] == "offer":
                answer = self._subscriber.answer(said["sdp"])
                await self._say(
                    {"type": "answer", "target": "subscriber", "sdp": answer}
                )
                self._begin(self._subscriber.connect(said["sdp"]))
            elif said["type"] == "answer":
                self._begin(self._speak(said["sdp"]))

    async def _publish(self) -> None:
        await self._say({"type": "tracks", "audio": "on", "video": "none"})
        offer = self._publisher.offer(video=False)
        await self._say({"type": "offer", "target": "publisher", "sdp": offer})

    async def _speak(self, answer: str) -> None:
        await self._publisher.connect(answer)
        for number in count(1):
            header = struct.pack("!BBHLL", 0x80, OPUS, number & 0xFFFF, 960 * number, 7)
            self._publisher.send(header + b"\xfc" * 60)
            await asyncio.sleep(PACKET_SECONDS)

    async def _say(self, message: dict[str, object]) -> None:
        await self._socket.send_str(json.dumps(message))

    def _begin(self, work) -> None:
        self._tasks.append(asyncio.create_task(work))


async def live_visit(service: Installation) -> tuple[Visit, Participant, Participant]:
    """A visit that staff have started, with its prisoner and its visitor."""
    now = service.clock()
    async with service.database.write() as session:
        prison = (
            await session.exec(select(Site).where(Site.kind == SiteKind.PRISON))
        ).one()
        (slot,) = await calendar.free(session, site_id=prison.id, after=now, limit=1)
        visit = await booking.book(
            session,
            prison_id=prison.id,
            terminal_id=slot.terminal_id,
            span=slot.span,
            kind=VisitKind.FAMILY,
            prisoner_id=(await session.exec(select(Prisoner))).one().id,
            visitor_ids=[(await session.exec(select(Visitor))).one().id],
            keyring=service.keyring,
            by=SYSTEM,
            now=now,
        )
        await calls.start(session, visit, by=SYSTEM, now=now)
        people = {p.part: p for p in await visits.participants(session, visit.id)}
        for person in people.values():
            await calls.tick(
                session, person, ParticipantState.IDENTIFIED, by=SYSTEM, now=now
            )
    return visit, people[Part.PRISONER], people[Part.VISITOR]


async def measure(service: Installation) -> tuple[list[float], list[float]]:
    """Milliseconds until the others hear the joiner, and until the joiner hears."""
    visit, prisoner, visitor = await live_visit(service)

    def caller(person: Participant) -> Caller:
        ticket = tickets.issue(
            service.keyring,
            visit=visit.reference,
            participant_id=person.id,
            now=service.clock(),
        )
        return Caller(service, ticket)

    heard, hears = [], []
    async with aiohttp.ClientSession() as session:
        inside = caller(prisoner)
        await inside.join(session)
        await asyncio.sleep(0.5)
        for _ in range(JOINS):
            inside.heard.clear()
            joiner = caller(visitor)
            began = await joiner.join(session)

            async def since(event: asyncio.Event, began: float = began) -> float:
                async with asyncio.timeout(10):
                    await event.wait()
                return 1000 * (time.perf_counter() - began)

            both = await asyncio.gather(since(inside.heard), since(joiner.heard))
            heard.append(both[0])
            hears.append(both[1])
            await joiner.leave()
            await asyncio.sleep(0.3)
        await inside.leave()
    return sorted(heard), sorted(hears)


async def main() -> None:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(40)  # errors alone
    )
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{directory}/visits.db"
        await asyncio.to_thread(migrate, url)
        database, clock = Database(url), MorningClock()
        await populate(database, clock())
        settings = settings_of(url, Path(directory))
        async with running(settings, database, clock=clock) as app:
            service = Installation(
                port=settings.web.port,
                database=database,
                keyring=Keyring(SECRET.encode()),
                clock=clock,
                app=app,
            )
            heard, hears = await measure(service)
    p95 = JOINS * 95 // 100 - 1
    print(f"{JOINS} joins, ms from the join message     p50     p95     max")
    for words, taken in (
        ("the others hear the joiner", heard),
        ("the joiner hears the others", hears),
    ):
        print(f"  {words:34}{taken[JOINS // 2]:8.1f}{taken[p95]:8.1f}{taken[-1]:8.1f}")
    worst = max(heard[p95], hears[p95])
    print(
        json.dumps(
            {
                "bench": "call_join",
                "p50_ms": round(max(heard[JOINS // 2], hears[JOINS // 2]), 1),
                "p95_ms": round(worst, 1),
            }
        )
    )


if __name__ == "__main__":
    uvloop.run(main())
