"""The service of a soak, in a process of its own that does as it is told by lines.

One JSON object in for each line out, in any order, told apart by `number`: `open` a
visit, give a `ticket`, `close` a visit, `measure` what the process holds.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sized
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import structlog
import uvloop
from aiohttp import web

from config.program import running
from signaling import conduct, tickets
from signaling.hub import Hub
from tests import make
from tests.browser.conftest import SECRET, settings_of
from visitation.audit import SYSTEM
from visitation.database import Database, migrate
from visitation.keyring import Keyring
from visitation.lifecycle import ParticipantState, VisitState
from visitation.visits import Participant, Visit
from visitation.words import Part, VisitKind
from web.keys import LIVE

_TWO_HOURS = timedelta(hours=2)


class Desk:
    """Does what a line asks for."""

    def __init__(self, app: web.Application, database: Database) -> None:
        self._hub: Hub = app[LIVE]
        self._database = database
        self._keyring = Keyring(SECRET.encode())
        self._numbers = count(1)
        self._world: make.World | None = None

    async def open(self) -> dict[str, Any]:
        """A live visit, and who takes part."""
        now, number = datetime.now(UTC), next(self._numbers)
        async with self._database.write() as session:
            self._world = self._world or await make.world(session)
            visit = Visit(
                reference=f"soak-{number}",
                kind=VisitKind.FAMILY,
                state=VisitState.BOOKED,
                starts_at=now - timedelta(minutes=1),
                ends_at=now + _TWO_HOURS,
                booked_end_at=now + _TWO_HOURS,
                prison_id=self._world.prison.id,
                terminal_id=self._world.terminal.id,
                prisoner_id=self._world.prisoner.id,
                created_at=now,
                changed_at=now,
            )
            session.add(visit)
            await session.flush()
            people = [
                Participant(
                    reference=f"{part}-{number}",
                    visit_id=visit.id,
                    part=part,
                    visitor_id=visitor,
                    state=ParticipantState.IDENTIFIED,
                    identified_at=now,
                )
                for part, visitor in (
                    (Part.PRISONER, None),
                    (Part.VISITOR, self._world.visitor.id),
                )
            ]
            session.add_all(people)
            await session.flush()
            reference, ids = visit.reference, [person.id for person in people]
        await conduct.start(self._hub, reference, by=SYSTEM, now=now)
        return {"visit": reference, "people": ids}

    async def ticket(self, visit: str, person: int) -> dict[str, Any]:
        """What a page would have in it."""
        now = datetime.now(UTC)
        issued = tickets.issue(
            self._keyring, visit=visit, participant_id=person, now=now
        )
        return {"ticket": issued}

    async def close(self, visit: str) -> dict[str, Any]:
        """Staff end the visit."""
        await conduct.end(self._hub, visit, by=SYSTEM, now=datetime.now(UTC))
        return {}

    async def measure(self) -> dict[str, Any]:
        """What the process and its workers hold now."""
        own = psutil.Process()
        workers = self._hub.engine.workers()
        children = own.children(recursive=True)
        return {
            "resident": own.memory_info().rss,
            "descriptors": own.num_fds(),
            "tasks": len(asyncio.all_tasks()),
            "held": held(self._hub) + held(self._hub.engine),
            "rooms": sum(one.rooms for one in workers),
            "legs": sum(one.legs for one in workers),
            "packets": sum(one.packets_out for one in workers),
            "cpu": sum(one.cpu_seconds for one in workers),
            "worker_resident": sum(child.memory_info().rss for child in children),
            "worker_descriptors": sum(child.num_fds() for child in children),
        }


def held(something: object, depth: int = 3) -> int:
    """How much is in the collections of an object of ours, and of those in it."""
    total = 0
    names = [
        *getattr(something, "__dict__", ()),
        *(
            n
            for each in type(something).__mro__
            for n in getattr(each, "__slots__", ())
        ),
    ]
    for name in names:
        value = getattr(something, name, None)
        if isinstance(value, Sized) and not isinstance(value, str | bytes | tuple):
            total += len(value)
        elif depth and type(value).__module__.startswith("signaling."):
            total += held(value, depth - 1)
    return total


@asynccontextmanager
async def served(folder: Path, workers: int) -> AsyncIterator[tuple[Desk, int]]:
    """The whole service over SQLite, and the port of its pages."""
    url = f"sqlite:///{folder}/visits.db"
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    plain = settings_of(url, folder)
    media = plain.media.model_copy(update={"workers": workers})
    settings = plain.model_copy(update={"media": media})
    async with running(settings, database) as app:
        yield Desk(app, database), settings.web.port


async def main(folder: str, workers: str) -> None:
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with served(Path(folder), int(workers)) as (desk, port):
        say({"port": port})
        async with asyncio.TaskGroup() as doing:
            async for line in lines:
                doing.create_task(answer(desk, json.loads(line)))


async def answer(desk: Desk, asked: dict[str, Any]) -> None:
    number, do = asked.pop("number"), asked.pop("do")
    say({"number": number, **await getattr(desk, do)(**asked)})


def say(answer: dict[str, Any]) -> None:
    os.write(1, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(40),  # errors alone
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    uvloop.run(main(*sys.argv[1:]))
