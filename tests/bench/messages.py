"""`make bench-messages`: messages a second, beside a plain loop that awaits the client.

Both send through the real Twilio client to a provider in another process, which takes
50 ms for an answer, from the same SQLite file as in service. First a backlog: how many
leave in a second, ours and by a loop that sends, records, and goes on to the next. Then
10, 100 and 1,000 new messages a second, and how long after each was due it was handed
over; the sweep begins as often as the timetable says.

    python -m tests.bench.messages [--seconds 15] [--backlog 3000]
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
import uvloop
from sqlmodel import col, select, update

from scheduler import dispatch
from scheduler.gateways import Letter, Sent, Twilio, TwilioSettings
from scheduler.means import Means
from scheduler.outgoing import outgoing, reference
from scheduler.timetable import TIMETABLE
from tests.fakes import seeded_keyring
from tests.scheduler import fake_twilio
from tests.scheduler.posted import draft
from visitation import messages
from visitation.database import Database, migrate
from visitation.lifecycle import MessageState
from visitation.messages import Message
from visitation.wording import Template

ANSWER_SECONDS: Final = 0.05
LOADS: Final = (10, 100, 1000)
PATIENCE: Final = 60.0
PLAIN_SECONDS: Final = 10.0
POSTS_A_SECOND: Final = 10
GOAL: Final = (100, 10.0)
EVERY: Final = next(job.every for job in TIMETABLE if job.name == "send_due")


class Timed(Twilio):
    """Twilio, and when it had taken each message."""

    def __init__(self, settings: TwilioSettings) -> None:
        super().__init__(settings)
        self.taken: dict[str, float] = {}

    async def send(self, letter: Letter) -> Sent:
        sent = await super().send(letter)
        self.taken[letter.reference] = time.time()
        return sent


@dataclass(slots=True, kw_only=True)
class Bench:
    """A database and a gateway in use."""

    database: Database
    gateway: Timed
    means: Means
    due: dict[str, float] = field(default_factory=dict)

    async def post(self, count: int) -> list[int]:
        """Write messages that are due now, and forget none of them; their ids."""
        now = _now()
        soon = Template.OFFICIAL_REMINDER_SOON
        drafts = [
            draft(soon, now=now, expires_at=now + timedelta(hours=4))
            for _ in range(count)
        ]
        async with self.database.write() as session:
            await messages.put_all(session, drafts)
            keys = [each["dedup_key"] for each in drafts]
            rows = await session.exec(
                select(Message).where(col(Message.dedup_key).in_(keys))
            )
            written = rows.all()
        named = [reference(one, self.means.keyring) for one in written]
        self.due |= dict.fromkeys(named, now.timestamp())
        return [one.id for one in written if one.id is not None]

    async def sweep(self) -> int:
        return await dispatch.send_due(
            self.database, now=self.means.clock(), means=self.means
        )

    async def keep_sweeping(self) -> None:
        """As the ticker does."""
        while True:
            began = time.monotonic()
            await self.sweep()
            left = EVERY.total_seconds() - (time.monotonic() - began)
            await asyncio.sleep(max(0.0, left))

    def waits(self) -> list[float]:
        """How long each message that was handed over had been due, sorted."""
        taken = self.gateway.taken
        return sorted(taken[one] - at for one, at in self.due.items() if one in taken)

    def forget(self) -> None:
        self.due.clear()
        self.gateway.taken.clear()


async def backlog(bench: Bench, count: int) -> float:
    """Messages a second while there are always more."""
    bench.forget()
    await bench.post(count)
    began = time.monotonic()
    sent = 0
    while sent < count:
        sent += await bench.sweep()
    return count / (time.monotonic() - began)


async def plain(bench: Bench, count: int) -> float:
    """The same by a loop that awaits the client for one message after the other."""
    bench.forget()
    numbers = await bench.post(count)
    began, sent = time.monotonic(), 0
    for number in numbers:
        if time.monotonic() - began > PLAIN_SECONDS:
            break
        async with bench.database.read() as session:
            (one,) = await outgoing(
                session, [number], bench.gateway, means=bench.means, now=_now()
            )
        assert one.letter is not None
        taken = await bench.gateway.send(one.letter)
        async with bench.database.write() as session:
            await session.exec(
                update(Message)
                .where(col(Message.id) == number)
                .values(state=MessageState.ACCEPTED, gateway_id=taken.gateway_id)
            )
        sent += 1
    rate = sent / (time.monotonic() - began)
    await _discard(bench)
    return rate


async def under(bench: Bench, load: int, *, seconds: int) -> dict[str, float]:
    """What becomes of so many new messages a second."""
    bench.forget()
    sweeping = asyncio.create_task(bench.keep_sweeping())
    began = time.monotonic()
    for turn in range(seconds * POSTS_A_SECOND):
        await bench.post(load // POSTS_A_SECOND)
        left = began + (turn + 1) / POSTS_A_SECOND - time.monotonic()
        await asyncio.sleep(max(0.0, left))
    deadline = time.monotonic() + PATIENCE
    while True:
        await asyncio.sleep(0.1)
        done = len(bench.gateway.taken) >= len(bench.due)
        if done or time.monotonic() > deadline:
            break
    sweeping.cancel()
    with suppress(asyncio.CancelledError):
        await sweeping
    waits = bench.waits()
    await _discard(bench)
    return {
        "load": load,
        "posted": len(bench.due),
        "handed_over": len(waits),
        "p50_s": round(_quantile(waits, 0.5), 2),
        "p95_s": round(_quantile(waits, 0.95), 2),
    }


async def _discard(bench: Bench) -> None:
    """What was not sent in one part is not sent in the next."""
    async with bench.database.write() as session:
        await session.exec(
            update(Message)
            .where(col(Message.state) == MessageState.PENDING)
            .values(state=MessageState.SUPPRESSED)
        )


@asynccontextmanager
async def set_up(base_url: str) -> AsyncIterator[Bench]:
    """An empty database, and the client."""
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory) / 'messages.db'}"
        await asyncio.to_thread(migrate, url)
        database = Database(url)
        settings = TwilioSettings(
            account_sid=fake_twilio.SID,
            auth_token=fake_twilio.TOKEN,
            sender="+15005550006",
            per_second=5000.0,
            base_url=base_url,
        )
        gateway = Timed(settings)
        means = Means(
            clock=_now,
            keyring=seeded_keyring(),
            gateways=(gateway,),
            node="bench",
            randomness=lambda: 1.0,
        )
        try:
            yield Bench(database=database, gateway=gateway, means=means)
        finally:
            await gateway.close()
            await database.close()


@contextmanager
def provider() -> Iterator[str]:
    """The provider in a process of its own; its address."""
    command = [sys.executable, "-m", fake_twilio.__name__]
    with subprocess.Popen(
        [*command, "--delay", str(ANSWER_SECONDS)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["base_url"]
        finally:
            process.terminate()


async def measured(base_url: str, *, seconds: int, count: int) -> Mapping[str, float]:
    """All of it, told as it comes; the summary."""
    async with set_up(base_url) as bench:
        await backlog(bench, max(10, count // 10))  # Connections, caches.
        ours = await backlog(bench, count)
        print(f"backlog of {count}: {ours:.0f} a second", flush=True)
        loop = await plain(bench, count)
        print(f"plain loop: {loop:.1f} a second", flush=True)
        p95 = {}
        for load in LOADS:
            found = await under(bench, load, seconds=seconds)
            print(found, flush=True)
            p95[load] = found["p95_s"]
    return {
        "per_second": round(ours),
        **{f"p95_s_at_{load}": p95[load] for load in LOADS},
        "ratio_plain_loop": round(ours / loop, 1),
    }


def _now() -> datetime:
    return datetime.now(UTC)


def _quantile(values: list[float], part: float) -> float:
    return values[min(len(values) - 1, int(len(values) * part))] if values else -1.0


def main() -> None:
    """Measure, print, and say whether that is enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--backlog", type=int, default=3000)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with provider() as base_url:
        found = uvloop.run(
            measured(base_url, seconds=asked.seconds, count=asked.backlog)
        )
    print(json.dumps({"bench": "messages", **found}))
    load, seconds = GOAL
    if not 0 <= found[f"p95_s_at_{load}"] <= seconds:
        sys.exit(f"p95 at {load} a second is more than {seconds} s")


if __name__ == "__main__":
    main()
