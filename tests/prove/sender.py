"""`make prove-sender`: kill -9 of the sender at each point of its work, many times.

After a message was claimed, after the provider took it, before that is committed and
after: one node on SQLite, two on PostgreSQL. Then somebody sends in peace, and every
message must have gone out. It may have gone out twice only where the provider's list
did not show what it had taken: every fifth message is hidden so, and counted.

`ARGS=10` kills ten times at each point; fifty is the default.
"""

import asyncio
import json
import multiprocessing
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.test_utils import TestServer

from scheduler import outgoing
from scheduler.means import Point
from tests import postgres
from tests.fakes import seeded_keyring
from tests.prove import sender_node
from tests.prove.sender_node import Orders
from tests.scheduler.posted import draft, posted, stored
from visitation.database import Database, migrate
from visitation.lifecycle import MessageState
from visitation.messages import Message
from visitation.wording import Template

TIMES: Final = 50
#: Messages that are due each time.
EACH: Final = 4
#: Every so many are not shown in the provider's list.
HIDDEN: Final = 5
#: Longer than a lease, and than any list lags.
LATER: Final = timedelta(minutes=11)
LASTS: Final = timedelta(days=30)
#: How many of the messages on their way the provider took before that of the kill.
BEFORE: Final = (0, 1)


@dataclass(slots=True)
class Provider:
    """Takes every message, and says what it has, but of some."""

    taken: Counter[str] = field(default_factory=Counter)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/send", self._send)
        app.router.add_get("/find", self._find)
        return app

    async def _send(self, request: web.Request) -> web.Response:
        reference = request.query["reference"]
        self.taken[reference] += 1
        return web.Response(text=f"p{reference}-{self.taken[reference]}")

    async def _find(self, request: web.Request) -> web.Response:
        reference = request.query["reference"]
        shown = self.taken[reference] and not hides(reference)
        return web.Response(text=f"p{reference}-1" if shown else "")


def hides(reference: str) -> bool:
    """Whether the provider's list never shows this message."""
    return int(reference) % HIDDEN == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of the messages of one point.

    Attributes:
        twice_hidden: went out twice, because the provider hid the first.
        twice: went out twice although the provider showed the first.
    """

    database: str
    nodes: int
    point: str
    kills: int
    messages: int
    lost: int
    unrecorded: int
    twice_hidden: int
    twice: int

    @property
    def right(self) -> bool:
        """Whether none is lost, and none went out twice without need."""
        return not (self.lost or self.unrecorded or self.twice)


@asynccontextmanager
async def provider() -> AsyncIterator[tuple[Provider, str]]:
    """A provider in this process, and its address."""
    ours = Provider()
    server = TestServer(ours.app())
    await server.start_server()
    try:
        yield ours, str(server.make_url("")).rstrip("/")
    finally:
        await server.close()


async def killed_at(point: Point, url: str, *, nodes: int, times: int) -> Found:
    """Kill nodes so many times at a point, send the rest in peace, and count."""
    async with provider() as (ours, address):
        ahead, kills, ids = timedelta(0), 0, []
        for turn in range(times):
            ids += await _due(url, ahead)
            orders = Orders(
                url=url,
                provider=address,
                node="",
                point=point,
                times=BEFORE[turn % len(BEFORE)] if point is Point.SENT else 0,
                ahead=ahead.total_seconds(),
                share=EACH / nodes,
            )
            kills += await _ran(orders, nodes)
            ahead += LATER
        for _ in range(2):
            ahead_s = ahead.total_seconds()
            await _ran(replace(orders, point=None, ahead=ahead_s, share=1000.0), 1)
            ahead += LATER
        rows = await _rows(url)
    keyring = seeded_keyring()
    named = [outgoing.reference(rows[each], keyring) for each in ids]
    twice = [each for each in named if ours.taken[each] > 1]
    return Found(
        database=url.partition(":")[0],
        nodes=nodes,
        point=point.value,
        kills=kills,
        messages=len(ids),
        lost=sum(not ours.taken[each] for each in named),
        unrecorded=sum(rows[each].state is not MessageState.ACCEPTED for each in ids),
        twice_hidden=sum(map(hides, twice)),
        twice=sum(not hides(each) for each in twice),
    )


async def _due(url: str, ahead: timedelta) -> list[int]:
    now = datetime.now(UTC) + ahead
    database = Database(url)
    # One that does not wait for the morning.
    soon = Template.OFFICIAL_REMINDER_SOON
    drafts = [draft(soon, now=now, expires_at=now + LASTS) for _ in range(EACH)]
    try:
        return await posted(database, *drafts)
    finally:
        await database.close()


async def _ran(orders: Orders, nodes: int) -> int:
    """Run nodes until they end; how many were killed."""
    named = [replace(orders, node=f"node-{number}") for number in range(nodes)]
    fresh = multiprocessing.get_context("forkserver")
    fresh.set_forkserver_preload([sender_node.__name__])
    running = [fresh.Process(target=sender_node.run, args=(each,)) for each in named]
    for process in running:
        process.start()
    for process in running:
        await asyncio.to_thread(process.join)
    codes = [process.exitcode for process in running]
    assert set(codes) <= {0, -signal.SIGKILL}, codes
    return codes.count(-signal.SIGKILL)


async def _rows(url: str) -> dict[int, Message]:
    database = Database(url)
    try:
        return {row.id: row for row in await stored(database)}
    finally:
        await database.close()


async def on_sqlite(times: int) -> list[Found]:
    """Every point, one node."""
    found = []
    with tempfile.TemporaryDirectory() as directory:
        empty = Path(directory) / "empty.db"
        await asyncio.to_thread(migrate, f"sqlite:///{empty}")
        for point in Point:
            file = empty.with_name(f"{point}.db")
            file.write_bytes(empty.read_bytes())
            url = f"sqlite:///{file}"
            found.append(_said(await killed_at(point, url, nodes=1, times=times)))
    return found


async def on_postgresql(url: str, times: int) -> list[Found]:
    """Every point, two nodes; the database is migrated."""
    found = []
    for point in Point:
        await asyncio.to_thread(postgres.empty, url)
        found.append(_said(await killed_at(point, url, nodes=2, times=times)))
    return found


def _said(found: Found) -> Found:
    print(asdict(found), flush=True)
    return found


async def main() -> int:
    """Kill, count, print."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    found = await on_sqlite(times)
    with postgres.server() as url:
        await asyncio.to_thread(migrate, url)
        found += await on_postgresql(url, times)
    right = all(one.right for one in found)
    whole = {
        name: sum(asdict(one)[name] for one in found)
        for name in ("kills", "messages", "lost", "twice_hidden", "twice")
    }
    print(json.dumps({"prove": "sender", "right": right, **whole}))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
