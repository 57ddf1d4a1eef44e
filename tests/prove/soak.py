"""`make prove-soak`: people come and go for an hour, and nothing piles up.

The whole service in a process of its own; rooms are added until its forwarder has
half a core to do, or the callers in this one have more; then visits are opened, joined,
left, joined again and ended without pause. With nobody there it must hold as much
afterwards as before.
`ARGS="--minutes 5 --rooms 10"` is shorter, with so many rooms and no more.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, Final

import aiohttp
import structlog
import uvloop

from tests.bench.call_join import Caller

#: What may be left over: pages of a database cache, and what an allocator keeps.
_SPARE_BYTES: Final = 16 << 20
_SPARE_SHARE: Final = 0.10
_SPARE_THINGS: Final = 8
_TALK_SECONDS: Final = (2.0, 9.0)
#: Of a core: callers who have more to do than that answer late and hear nothing.
_CALLERS_MOST: Final = 0.5

Measured = dict[str, Any]


@dataclass(slots=True)
class Service:
    """The other process, and what it was asked and has not answered yet."""

    process: asyncio.subprocess.Process
    port: int = 0
    asked: dict[int, asyncio.Future[Measured]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    async def ask(self, do: str, **given: object) -> Measured:
        """What the service answers to a line."""
        assert self.process.stdin
        number = next(self.numbers)
        answer = self.asked[number] = asyncio.get_running_loop().create_future()
        line = json.dumps({"number": number, "do": do, **given})
        self.process.stdin.write(line.encode() + b"\n")
        return await answer

    async def listen(self) -> None:
        """Hand the answers out, as they come."""
        assert self.process.stdout
        async for line in self.process.stdout:
            told = json.loads(line)
            self.asked.pop(told.pop("number")).set_result(told)
        for answer in self.asked.values():
            answer.set_exception(ConnectionError("the service is gone"))


@dataclass(slots=True, kw_only=True)
class Soak:
    """The rooms, and what happened in them."""

    service: Service
    client: aiohttp.ClientSession
    random: Random
    joins: int = 0
    visits: int = 0
    silent: int = 0
    stopping: bool = False

    async def room(self) -> None:
        """One visit after the other, until told to stop."""
        while not self.stopping:
            opened = await self.service.ask("open")
            self.visits += 1
            callers = [
                await self._joined(opened["visit"], one) for one in opened["people"]
            ]
            await self._talk(callers)
            if self.random.random() < 0.5:
                # One of them leaves and comes back.
                await callers[1].leave()
                person = opened["people"][1]
                callers[1] = await self._joined(opened["visit"], person)
                await self._talk(callers)
            await callers[0].leave()
            await self.service.ask("close", visit=opened["visit"])
            await callers[1].leave()

    async def _joined(self, visit: str, person: int) -> Caller:
        issued = await self.service.ask("ticket", visit=visit, person=person)
        caller = Caller(self.service, issued["ticket"])
        await caller.join(self.client)
        self.joins += 1
        return caller

    async def _talk(self, callers: list[Caller]) -> None:
        for caller in callers:
            caller.heard.clear()
            try:
                await asyncio.wait_for(caller.heard.wait(), 20)
            except TimeoutError:
                self.silent += 1
        await asyncio.sleep(self.random.uniform(*_TALK_SECONDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was measured with nobody there, before and after, and all between."""

    before: Measured
    after: Measured
    minutes: list[Measured]
    joins: int
    visits: int
    silent: int

    def complaints(self) -> list[str]:
        """What grew, and whom nobody heard."""
        found = []
        for what in ("resident", "worker_resident"):
            allowed = self.before[what] * (1 + _SPARE_SHARE) + _SPARE_BYTES
            if self.after[what] > allowed:
                found.append(f"{what}: {self.before[what]} then {self.after[what]}")
        found += [
            f"{what}: {self.before[what]} then {self.after[what]}"
            for what in ("descriptors", "worker_descriptors", "tasks", "held")
            if self.after[what] > self.before[what] + _SPARE_THINGS
        ]
        found += [
            f"{what} left: {self.after[what]}"
            for what in ("rooms", "legs")
            if self.after[what]
        ]
        if self.silent:
            found.append(f"{self.silent} times somebody heard nothing")
        if not self.joins:
            found.append("nobody joined")
        return found


@asynccontextmanager
async def serving(workers: int) -> AsyncIterator[Service]:
    """The service in its own process, ready."""
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.prove.soak_service", folder, str(workers)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout
        begun = json.loads(await process.stdout.readline())
        service = Service(process, begun["port"])
        listening = asyncio.create_task(service.listen())
        try:
            yield service
        finally:
            assert process.stdin
            process.stdin.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 30)
            if process.returncode is None:
                process.kill()
                await process.wait()
            await listening


async def soak(
    *, seconds: float, rooms: int, load: float, workers: int, seed: int = 1
) -> Verdict:
    """Warm up for a tenth of the time, measure, go on, measure again."""
    async with serving(workers) as service, aiohttp.ClientSession() as client:
        doing = Soak(service=service, client=client, random=Random(seed))
        minutes: list[Measured] = []
        wanted = await _busy(doing, seconds / 10, rooms, load, minutes)
        before = await _emptied(service)
        await _busy(doing, seconds * 9 / 10, wanted, 2.0, minutes)
        after = await _emptied(service)
        return Verdict(
            before=before,
            after=after,
            minutes=minutes,
            joins=doing.joins,
            visits=doing.visits,
            silent=doing.silent,
        )


async def _busy(
    doing: Soak, seconds: float, rooms: int, load: float, minutes: list[Measured]
) -> int:
    """Keep rooms going for so long; add one a second until one side has enough."""
    doing.stopping = False
    until = time.monotonic() + seconds
    going: list[asyncio.Task[None]] = []
    last = await _since(doing, None)
    shown = last
    while time.monotonic() < until:
        busy = last["share"] >= load or last["own"] >= _CALLERS_MOST
        if len(going) < rooms and not busy:
            going.append(asyncio.create_task(doing.room()))
        await asyncio.sleep(min(1.0, max(0.0, until - time.monotonic())))
        for task in going:
            if task.done():
                task.result()
        last = await _since(doing, last)
        if last["at"] - shown["at"] >= 60 or time.monotonic() >= until:
            shown = await _since(doing, shown)
            minutes.append(shown)
            print(_row(len(minutes), shown), flush=True)
    doing.stopping = True
    await asyncio.gather(*going)
    return len(going)


async def _since(doing: Soak, before: Measured | None) -> Measured:
    now = await doing.service.ask("measure")
    now |= {"at": time.monotonic(), "joins": doing.joins, "share": 0.0, "rate": 0.0}
    now |= {"spent": time.process_time(), "own": 0.0}
    if before is not None:
        passed = now["at"] - before["at"]
        now["own"] = (now["spent"] - before["spent"]) / passed
        now["share"] = (now["cpu"] - before["cpu"]) / passed
        now["rate"] = (now["packets"] - before["packets"]) / passed
    return now


async def _emptied(service: Service) -> Measured:
    """What is held once everybody has gone."""
    measured = await service.ask("measure")
    for _ in range(100):
        if not measured["rooms"] and not measured["legs"]:
            break
        await asyncio.sleep(0.2)
        measured = await service.ask("measure")
    # Sockets that were told to go take a moment.
    await asyncio.sleep(2)
    return await service.ask("measure")


HEAD = (
    "  row  rooms  legs   joins  packets/s  forwarding  "
    "service MiB  forwarder MiB  descriptors  tasks   held"
)


def _row(number: int, one: Measured) -> str:
    return (
        f"{number:5}{one['rooms']:7}{one['legs']:6}{one['joins']:8}{one['rate']:11.0f}"
        f"{100 * one['share']:10.0f} %{one['resident'] / (1 << 20):13.1f}"
        f"{one['worker_resident'] / (1 << 20):15.1f}"
        f"{one['descriptors'] + one['worker_descriptors']:13}"
        f"{one['tasks']:7}{one['held']:7}"
    )


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rooms", type=int, default=200, help="never more")
    parser.add_argument("--load", type=float, default=0.5, help="of a core, to forward")
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    print(HEAD)
    verdict = uvloop.run(
        soak(
            seconds=60 * given.minutes,
            rooms=given.rooms,
            load=given.load,
            workers=given.workers,
        )
    )
    print("with nobody there, before and after:")
    for what in verdict.before:
        print(f"  {what:20}{verdict.before[what]:>14}{verdict.after[what]:>14}")
    for complaint in (complaints := verdict.complaints()):
        print(f"FAILED: {complaint}")
    told = {
        "prove": "soak",
        "minutes": given.minutes,
        "joins": verdict.joins,
        "visits": verdict.visits,
        "silent": verdict.silent,
        "before": verdict.before,
        "after": verdict.after,
        "failed": complaints,
    }
    print(json.dumps(told))
    sys.exit(bool(complaints))


if __name__ == "__main__":
    main()
