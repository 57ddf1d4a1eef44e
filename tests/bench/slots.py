"""`make bench-slots`: a month of a prison and a day of a province, over many visits.

A province of twenty prisons with ten terminals each, open every day. Of what is asked
about, half is taken: a week of every prison, a month of five. All other visits are of
the past. (A thousand visits are too few for that.) SQLite at every size, PostgreSQL at
those that `--postgresql` names.

    python -m tests.bench.slots [--sizes 1000 100000 1000000] [--postgresql 1000000]
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain, count, islice, product
from pathlib import Path

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import tallies
from tests import make, postgres
from visitation.database import Database, migrate
from visitation.places import Province

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 23), date(2026, 12, 22)
OPEN_AT = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)  # 8:00 in Tehran
PRISONS, TERMINALS = 20, 10
#: Slots of a terminal's day, from 8 to 20, each half an hour.
SLOTS = 24
#: Prisons whose month is asked about, and days on which the province is.
ASKED_PRISONS, ASKED_DAYS = 5, 7
#: Rows in one statement, well under SQLite's limit of variables.
AT_ONCE = 2_000
_COLUMNS = (
    "reference, kind, state, starts_at, ends_at, booked_end_at, minutes_given_back,"
    " prison_id, terminal_id, prisoner_id, official_wanted, note, version,"
    " outcome_reason, created_at, changed_at"
)
_INSERT = text(
    f"INSERT INTO visit ({_COLUMNS}) VALUES"
    " (:reference, 'family', :state, :starts, :ends, :ends, 0, :prison, :terminal,"
    " :prisoner, false, '', 1, '', :created, :created)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of everything.

    Attributes:
        sizes: how many visits, on SQLite.
        postgresql: how many visits, on PostgreSQL.
        rounds: how often each question is asked.
    """

    sizes: tuple[int, ...] = (1_000, 100_000, 1_000_000)
    postgresql: tuple[int, ...] = ()
    rounds: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Milliseconds, at one size on one database."""

    database: str
    visits: int
    month_p50: float
    month_p95: float
    province_p50: float
    province_p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The province whose visits are counted."""

    province_id: int
    prisoner_id: int
    terminals: dict[int, list[int]]


async def build(database: Database) -> Stage:
    """Twenty prisons with their terminals, open every day from 8 to 20."""
    async with database.write() as session:
        province: Province = await make.province(session)
        terminals = {}
        for number in range(PRISONS):
            prison = await make.prison(session, province, name=f"زندان {number:02}")
            await make.open_every_day(session, prison)
            rows = [await make.terminal(session, prison) for _ in range(TERMINALS)]
            terminals[prison.id] = [row.id for row in rows]
        held = await make.prisoner(session, prison)
        return Stage(province_id=province.id, prisoner_id=held.id, terminals=terminals)


async def fill(database: Database, stage: Stage, wanted: int) -> None:
    """As many visits as wanted: those that are asked about, the rest of the past."""
    ahead = to_come()
    every = max(1, -(-2 * len(ahead) // wanted))
    rows = chain(ahead[::every], past())
    number = 0
    while number < wanted:
        some = list(islice(rows, min(AT_ONCE, wanted - number)))
        values = [
            _row(stage, database, number + n, place) for n, place in enumerate(some)
        ]
        async with database.write() as session:
            await (await session.connection()).execute(_INSERT, values)
        number += len(some)
    async with database.write() as session:
        await (await session.connection()).execute(text("ANALYZE"))


def to_come() -> list[tuple[int, int, int, int]]:
    """Day, slot, prison and terminal of each visit that is asked about."""
    return [
        (day, slot, prison, terminal)
        for day in range(30)
        for slot in range(0, SLOTS, 2)
        for prison in range(PRISONS if day < ASKED_DAYS else ASKED_PRISONS)
        for terminal in range(TERMINALS)
    ]


def past() -> Iterator[tuple[int, int, int, int]]:
    """The same of each visit before, back through the years."""
    for day in count(1):
        for place in product(range(SLOTS), range(PRISONS), range(TERMINALS)):
            yield (-day, *place)


def _row(
    stage: Stage, database: Database, number: int, place: tuple[int, int, int, int]
) -> dict[str, object]:
    day, slot, prison, terminal = place
    starts = OPEN_AT + timedelta(days=day, minutes=30 * slot)
    ends = starts + timedelta(minutes=25)
    prison_id, terminals = list(stage.terminals.items())[prison]

    def kept(instant: datetime) -> object:
        return f"{instant:%Y-%m-%d %H:%M:%S}.000000" if database.is_sqlite else instant

    return {
        "reference": f"bench-{number}",
        "state": "booked" if day >= 0 else "completed",
        "starts": kept(starts),
        "ends": kept(ends),
        "created": kept(OPEN_AT - timedelta(days=3_650)),
        "prison": prison_id,
        "terminal": terminals[terminal],
        "prisoner": stage.prisoner_id,
    }


async def measure(database: Database, stage: Stage, size: int, rounds: int) -> Measured:
    """Both questions, asked of one prison or the province in turn."""
    prisons = list(stage.terminals)

    async def month(session: AsyncSession, number: int) -> None:
        site_id = prisons[number % ASKED_PRISONS]
        await tallies.month(session, site_id=site_id, first=FIRST, last=LAST, now=NOW)

    async def province(session: AsyncSession, number: int) -> None:
        await tallies.province_day(
            session,
            province_id=stage.province_id,
            day=FIRST + timedelta(days=number % ASKED_DAYS),
            now=NOW,
        )

    months = await _timed(database, month, rounds)
    days = await _timed(database, province, rounds)
    return Measured(
        database="sqlite" if database.is_sqlite else "postgresql",
        visits=size,
        month_p50=quantile(months, 0.5),
        month_p95=quantile(months, 0.95),
        province_p50=quantile(days, 0.5),
        province_p95=quantile(days, 0.95),
    )


async def _timed(
    database: Database,
    ask: Callable[[AsyncSession, int], Awaitable[None]],
    rounds: int,
) -> list[float]:
    taken = []
    # The first few compile statements and fill caches, as a service does once.
    for number in range(-3, rounds):
        begun = time.perf_counter()
        async with database.read() as session:
            await ask(session, number)
        if number >= 0:
            taken.append(1_000 * (time.perf_counter() - begun))
    return taken


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def run(plan: Plan) -> dict[str, object]:
    """Measure every size, say so in a table, and return the last line."""
    print("database    visits     month p50  p95 ms   province p50  p95 ms")
    found = [await _on_sqlite(size, plan.rounds) for size in plan.sizes]
    if plan.postgresql:
        with postgres.server() as url:
            migrate(url)
            for size in plan.postgresql:
                postgres.empty(url)
                found.append(await _on(url, size, plan.rounds))
    ours = [one for one in found if one.database == "sqlite"]
    return {
        "bench": "slots",
        "month_p95_ms": round(max(one.month_p95 for one in found), 1),
        "province_p95_ms": round(max(one.province_p95 for one in found), 1),
        "growth": round(_growth(ours), 2),
    }


def _growth(found: Sequence[Measured]) -> float:
    """How much slower the largest is than the first that is asked as much."""
    full = [one for one in found if one.visits >= 2 * len(to_come())] or found
    small, large = full[0], full[-1]
    return max(
        large.month_p50 / small.month_p50, large.province_p50 / small.province_p50
    )


async def _on_sqlite(size: int, rounds: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        migrate(url)
        return await _on(url, size, rounds)


async def _on(url: str, size: int, rounds: int) -> Measured:
    database = Database(url)
    try:
        stage = await build(database)
        await fill(database, stage, size)
        told = await measure(database, stage, size, rounds)
    finally:
        await database.close()
    print(
        f"{told.database:<11}{told.visits:>8}"
        f"{told.month_p50:>13.1f}{told.month_p95:>9.1f}"
        f"{told.province_p50:>14.1f}{told.province_p95:>9.1f}",
        flush=True,
    )
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(Plan().sizes))
    parser.add_argument("--postgresql", type=int, nargs="*", default=[])
    parser.add_argument("--rounds", type=int, default=Plan().rounds)
    asked = parser.parse_args()
    plan = Plan(
        sizes=tuple(asked.sizes),
        postgresql=tuple(asked.postgresql),
        rounds=asked.rounds,
    )
    print(json.dumps(asyncio.run(run(plan))))


if __name__ == "__main__":
    main()
