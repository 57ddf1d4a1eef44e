"""Many at once book, move and cancel on few resources: nobody ever overlaps.

The same race with a naive check before an insert, instead of claims, does overlap, so
the oracle can fail. The oracle is a self-join over visits that knows nothing of
claims; a second one compares the claims with what each visit needs.

    python -m tests.prove.booking_race [--tasks 64] [--attempts 200] [--processes 4]
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking
from tests import make, postgres
from visitation import calls, places, visits
from visitation.audit import SYSTEM
from visitation.database import Database, is_conflict, migrate
from visitation.keyring import Keyring
from visitation.lifecycle import OCCUPYING, IllegalMove, VisitState
from visitation.timespan import QUANTUM, Timespan
from visitation.visits import Claim, Visit, claims
from visitation.words import Outcome, Role, VisitKind

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
BEGIN = NOW + timedelta(days=1)
#: Twelve hours of five minutes.
STARTS = 144
THINKING_SECONDS = 0.002
PATIENCE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The few resources that everybody wants."""

    prison_id: int
    terminals: list[int]
    kiosks: list[int]
    prisoners: list[int]
    visitors: list[int]
    officials: list[int]


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of the attempts, and how long each took, in milliseconds."""

    counts: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    seconds: float = 0.0


async def stage(database: Database) -> Stage:
    """A prison with three terminals, six prisoners, and visitors for all of them."""
    async with database.write() as session:
        prison = await make.prison(session)
        point = await make.point(session)
        await make.policy(session, prison, visits_per_week=10_000, max_party=12)
        prisoners = [await make.prisoner(session, prison) for _ in range(6)]
        family = [await make.visitor(session) for _ in range(6)]
        for prisoner in prisoners:
            for visitor in family:
                await make.contact(session, prisoner, visitor)
        return Stage(
            prison_id=prison.id,
            terminals=[(await make.terminal(session, prison)).id for _ in range(3)],
            kiosks=[(await make.kiosk(session, point)).id for _ in range(3)],
            prisoners=[prisoner.id for prisoner in prisoners],
            visitors=[visitor.id for visitor in family],
            officials=[(await make.account(session, Role.OFFICIAL)).id for _ in "ab"],
        )


def a_span(luck: random.Random) -> Timespan:
    start = BEGIN + luck.randrange(STARTS) * QUANTUM
    return Timespan(start, start + luck.choice([3, 4, 6, 9]) * QUANTUM)


async def book(
    session: AsyncSession, on: Stage, luck: random.Random, keyring: Keyring
) -> str:
    await booking.book(
        session,
        prison_id=on.prison_id,
        terminal_id=luck.choice(on.terminals),
        span=a_span(luck),
        kind=VisitKind.FAMILY,
        prisoner_id=luck.choice(on.prisoners),
        visitor_ids=luck.sample(on.visitors, luck.choice([1, 2])),
        kiosk_id=luck.choice([*on.kiosks, None]),
        official_id=luck.choice([*on.officials, None, None]),
        keyring=keyring,
        by=SYSTEM,
        now=NOW,
        override_reason="race",
    )
    return "booked"


async def move(
    session: AsyncSession, on: Stage, luck: random.Random, keyring: Keyring
) -> str:
    visit = await _some_visit(session, luck)
    if visit is None:
        return "nothing"
    await booking.move(
        session,
        visit=visit,
        terminal_id=luck.choice(on.terminals),
        span=a_span(luck),
        kiosk_id=luck.choice([*on.kiosks, None]),
        by=SYSTEM,
        now=NOW,
        override_reason="race",
    )
    return "moved"


async def cancel(
    session: AsyncSession, on: Stage, luck: random.Random, keyring: Keyring
) -> str:
    visit = await _some_visit(session, luck)
    if visit is None:
        return "nothing"
    await booking.cancel(
        session,
        visit=visit,
        outcome=Outcome.CANCELLED_BY_FAMILY,
        reason="race",
        by=SYSTEM,
        now=NOW,
    )
    return "cancelled"


async def _some_visit(session: AsyncSession, luck: random.Random) -> Visit | None:
    booked = await session.exec(select(Visit).where(Visit.state == VisitState.BOOKED))
    rows = booked.all()
    return luck.choice(rows) if rows else None


async def naive(
    session: AsyncSession, on: Stage, luck: random.Random, keyring: Keyring
) -> str:
    """What many programs do: look, think, insert."""
    span = a_span(luck)
    wanted = {
        "terminal_id": luck.choice(on.terminals),
        "kiosk_id": luck.choice(on.kiosks),
        "prisoner_id": luck.choice(on.prisoners),
    }
    clash = await session.exec(
        select(Visit.id).where(
            col(Visit.starts_at) < span.end,
            col(Visit.ends_at) > span.start,
            or_(*(getattr(Visit, name) == value for name, value in wanted.items())),
        )
    )
    if clash.first() is not None:
        return "refused"
    await asyncio.sleep(THINKING_SECONDS)
    session.add(
        Visit(
            reference=keyring.reference(),
            kind=VisitKind.FAMILY,
            state=VisitState.BOOKED,
            starts_at=span.start,
            ends_at=span.end,
            booked_end_at=span.end,
            prison_id=on.prison_id,
            created_at=NOW,
            changed_at=NOW,
            **wanted,
        )
    )
    await session.flush()
    return "booked"


Attempt = Callable[[AsyncSession, Stage, random.Random, Keyring], Awaitable[str]]
ATTEMPTS: tuple[Attempt, ...] = (*[book] * 6, move, cancel)


async def attempt(write: Callable, one: Attempt, *rest, tally: Tally) -> None:
    """One attempt; refusals are answers, everything else is counted as what it is.

    Whoever waited too long in line asks again a few times, as a person would.
    """
    began = time.perf_counter()
    for _ in range(PATIENCE):
        answer = await _answer(write, one, *rest)
        if answer != "waited too long":
            break
        tally.counts["asked again"] += 1
    tally.counts[answer] += 1
    tally.took.append((time.perf_counter() - began) * 1e3)


async def _answer(write: Callable, one: Attempt, *rest) -> str:
    try:
        async with write() as session:
            return await one(session, *rest)
    except booking.Refused:
        return "refused"
    except (visits.Overtaken, IllegalMove, booking.NotMovable):
        return "overtaken"
    except IntegrityError as error:
        return "conflict" if is_conflict(error) else "error"
    except DBAPIError as error:
        timed_out = getattr(error.orig, "sqlstate", "") in {"55P03", "57014"}
        return "waited too long" if timed_out else f"error {error.orig}"


async def run(
    write: Callable, on: Stage, *, kinds: tuple[Attempt, ...], tasks: int, each: int
) -> Tally:
    """So many tasks at once, so many attempts each."""
    tally = Tally()
    keyring = Keyring(b"r" * 32)

    async def one_task() -> None:
        luck = random.Random()
        for _ in range(each):
            await attempt(write, luck.choice(kinds), on, luck, keyring, tally=tally)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(tasks):
            group.create_task(one_task())
    tally.seconds = time.perf_counter() - began
    return tally


@asynccontextmanager
async def naive_writer(url: str) -> AsyncIterator[Callable]:
    """SQLite as a fresh program has it: many connections, deferred transactions.

    The driver begins one only before the INSERT, so that the look before it is not
    part of it.
    """
    engine = create_async_engine(
        url.replace("sqlite:", "sqlite+aiosqlite:"),
        pool_size=16,
        connect_args={"timeout": 10},
    )

    @asynccontextmanager
    async def write() -> AsyncIterator[AsyncSession]:
        async with (
            AsyncSession(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    yield write
    await engine.dispose()


async def overlaps(database: Database) -> int:
    """Pairs of visits that share a seat or a person at the same time."""
    occupying = ", ".join(f"'{state.value}'" for state in OCCUPYING)
    query = f"""
        SELECT count(*) FROM visit a JOIN visit b
          ON a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
        WHERE a.state IN ({occupying}) AND b.state IN ({occupying}) AND (
            a.terminal_id = b.terminal_id OR a.kiosk_id = b.kiosk_id
            OR a.prisoner_id = b.prisoner_id OR a.official_id = b.official_id
            OR EXISTS (
                SELECT 1 FROM participant p JOIN participant q
                  ON p.visitor_id = q.visitor_id
                WHERE p.visit_id = a.id AND q.visit_id = b.id))
    """
    async with database.read() as session:
        return (await session.exec(text(query))).scalar_one()


async def wrong_claims(database: Database) -> int:
    """Claims without an occupying visit, and needs of such visits without a claim."""
    async with database.read() as session:
        held = {
            (row.resource, row.quantum, row.visit_id)
            for row in (await session.exec(select(Claim))).all()
        }
        needed = set()
        booked = select(Visit).where(col(Visit.state).in_(OCCUPYING))
        for visit in (await session.exec(booked)).all():
            people = await visits.participants(session, visit.id)
            policy = await places.policy_of(session, visit.prison_id)
            needed |= {
                (resource, quantum, visit.id)
                for resource, quantum in claims.needed(
                    calls.seats_of(visit, people),
                    Timespan(visit.starts_at, visit.ends_at),
                    policy.turnover,
                )
            }
    return len(held ^ needed)


def _process(url: str, on: Stage, out, **race) -> None:
    async def whole() -> Tally:
        database = Database(url)
        try:
            return await run(database.write, on, **race)
        finally:
            await database.close()

    out.put(asyncio.run(whole()))


def in_processes(url: str, on: Stage, *, processes: int, **race) -> Tally:
    """The race from several processes at once."""
    spawn = multiprocessing.get_context("spawn")
    out = spawn.Queue()
    running = [
        spawn.Process(target=_process, args=(url, on, out), kwargs=race)
        for _ in range(processes)
    ]
    for process in running:
        process.start()
    whole = Tally()
    for _ in running:
        part = out.get(timeout=3600)
        whole.counts += part.counts
        whole.took += part.took
        whole.seconds = max(whole.seconds, part.seconds)
    for process in running:
        process.join()
    return whole


async def race_sqlite(*, tasks: int, each: int, naively: bool) -> dict[str, object]:
    """One process, many tasks."""
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory) / 'race.db'}"
        await asyncio.to_thread(migrate, url)
        database = Database(url)
        on = await stage(database)
        kinds = (naive,) if naively else ATTEMPTS
        async with naive_writer(url) as naive_write:
            write = naive_write if naively else database.write
            tally = await run(write, on, kinds=kinds, tasks=tasks, each=each)
        report = await _report("sqlite", database, tally, naively=naively)
        await database.close()
        return report


async def race_postgresql(
    url: str, *, processes: int, tasks: int, each: int, naively: bool
) -> dict[str, object]:
    """Several processes, some tasks in each, on a migrated database."""
    await asyncio.to_thread(postgres.empty, url)
    database = Database(url)
    on = await stage(database)
    race = {"kinds": (naive,) if naively else ATTEMPTS, "tasks": tasks, "each": each}
    tally = await asyncio.to_thread(in_processes, url, on, processes=processes, **race)
    report = await _report("postgresql", database, tally, naively=naively)
    await database.close()
    return report


async def _report(
    name: str, database: Database, tally: Tally, *, naively: bool
) -> dict[str, object]:
    took = sorted(tally.took)
    return {
        "database": name,
        "how": "naive" if naively else "claims",
        "attempts": len(took),
        "per_second": round(len(took) / tally.seconds),
        "p50_ms": round(took[len(took) // 2], 1),
        "p99_ms": round(took[int(len(took) * 0.99)], 1),
        "overlaps": await overlaps(database),
        "wrong_claims": 0 if naively else await wrong_claims(database),
        **dict(sorted(tally.counts.items())),
    }


#: What a report says beside its answers.
MEASURED = {
    "database",
    "how",
    "attempts",
    "per_second",
    "p50_ms",
    "p99_ms",
    "overlaps",
    "wrong_claims",
    "asked again",
}


def is_right(report: dict[str, object]) -> bool:
    """Claims never overlap and nothing breaks; the naive way must overlap."""
    if report["how"] == "naive":
        return report["overlaps"] != 0
    answers = {"booked", "moved", "cancelled", "refused", "overtaken", "nothing"}
    odd = set(report) - answers - MEASURED
    return not odd and report["overlaps"] == report["wrong_claims"] == 0


async def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tasks", type=int, default=64)
    options.add_argument("--attempts", type=int, default=200)
    options.add_argument("--processes", type=int, default=4)
    chosen = options.parse_args()
    reports = []
    for naively in (False, True):
        sqlite = await race_sqlite(
            tasks=chosen.tasks, each=chosen.attempts, naively=naively
        )
        reports.append(_said(sqlite))
    share = {
        "processes": chosen.processes,
        "tasks": max(1, chosen.tasks // chosen.processes),
        "each": chosen.attempts,
    }
    with postgres.server() as url:
        await asyncio.to_thread(migrate, url)
        for naively in (False, True):
            postgresql = await race_postgresql(url, naively=naively, **share)
            reports.append(_said(postgresql))
    right = all(is_right(report) for report in reports)
    print(json.dumps({"prove": "booking_race", "right": right, "races": reports}))
    return 0 if right else 1


def _said(report: dict[str, object]) -> dict[str, object]:
    print(report, flush=True)
    return report


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
