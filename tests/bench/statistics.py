"""`make bench-statistics`: the page of figures over a million visits and services.

A million of each on PostgreSQL, a tenth of that on SQLite. The page is asked for as a
browser does, with many choices in turn; beside it the same numbers by a plain GROUP BY
over the rows themselves. Then visits and services happen, and it is measured how long
the sweep needs to count them. In the end what was counted must be the raw count.

    python -m tests.bench.statistics [--many 1000000] [--rounds 6] [--quick]
"""

import argparse
import asyncio
import json
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
import uvloop
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Date, func, literal, select, text

from scheduler import counting
from tests import postgres
from tests.bench import counted_past
from tests.bench.counted_past import NOW
from tests.fakes import Clock, seeded_keyring
from tests.scheduler.fakes import FakeGateway, means
from tests.web.conftest import SETTINGS, Site
from visitation import audit, statistics
from visitation.audit import SYSTEM
from visitation.database import Database, migrate, rows
from visitation.services.tables import ServiceRecord
from visitation.statistics import Month, Period, Where
from visitation.statistics.facts import Bounds
from visitation.statistics.measures import Cell, Number
from visitation.statistics.sources import WAYS
from visitation.visits import Visit
from visitation.words import Role
from web.app import create_app

#: What is asked for in turn; the last year of everything is the most there is.
ASKED = (
    "?year=1405",
    "?year=1404",
    "?first=1404-10-01&last=1405-09-25",
    # As many days at both ends as there can be.
    "?first=1404-10-02&last=1405-08-29",
    "?span=today",
    "?span=week&province=7",
    "?year=1405&part=q3",
    "?year=1405&part=m9",
    "?year=1405&province=7",
    "?year=1405&kind=service:petition",
    "?year=1405&province=3&place=450",
)
YEAR = Period.months(Month(1404, 10), Month(1405, 9))
CHANGES = 500


class Whole(Bounds):
    """Many days as if they were one, for counting the rows at once."""

    def day(self, at: Any) -> Any:
        """What nobody asks for."""
        return literal(self.period.first, Date)


@dataclass(slots=True, kw_only=True)
class Found:
    """What came of one database; times in seconds."""

    pages: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    all_counted: float = 0.0
    changes_counted: float = 0.0


async def raw_count(database: Database) -> dict[Cell, Number]:
    """The last year by a plain GROUP BY, the year before beside it as the page has."""
    async with database.read() as session:
        if not database.is_sqlite:
            connection = await session.connection()
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            # A plan for any dates at all would walk over every visit again for each.
            await connection.execute(
                text("SET LOCAL plan_cache_mode = force_custom_plan")
            )
        found: dict[Cell, Number] = {}
        for period in (YEAR.year_before, YEAR):
            bounds = Whole(
                period=period,
                zone="Asia/Tehran",
                anchors=None,
                now=NOW,
                today=statistics.today(NOW),
            )
            found = {}
            for way in WAYS.values():
                for statement in way.statements(bounds):
                    each = statement.subquery()
                    _day, measure, _place, _prison, kind, key, _in, count, total = (
                        each.c
                    )
                    cell = (measure, kind, key)
                    counted = await rows(
                        session,
                        select(*cell, func.sum(count), func.sum(total)).group_by(*cell),
                    )
                    found |= {
                        Cell(*one[:3]): Number(int(one[3]), int(one[4]))
                        for one in counted
                    }
    return found


async def measured(url: str, many: int, rounds: int) -> Found:
    """Fill a database, count it, and ask for the page and for the plain count."""
    await asyncio.to_thread(migrate, url)
    begun = time.perf_counter()
    await asyncio.to_thread(counted_past.fill, url, many)
    print(f"{many} visits and services in {_since(begun):.0f} s", flush=True)
    database, found = Database(url), Found()
    begun = time.perf_counter()
    await counting.count_all(database, now=NOW)
    found.all_counted = _since(begun)
    async with _signed_in(database) as site:
        for turn in range(rounds + 1):
            for query in ASKED:
                begun = time.perf_counter()
                response = await site.get(f"/statistics{query}")
                await response.read()
                assert response.status == 200, query
                # The first round opens connections and reads templates.
                if turn:
                    found.pages.append(_since(begun))
        for _ in range(max(rounds // 3, 1)):
            begun = time.perf_counter()
            raw = await raw_count(database)
            found.raw.append(_since(begun))
    await _happen(database, min(CHANGES, many // 10))
    tools = means(Clock(NOW), seeded_keyring(), FakeGateway())
    begun = time.perf_counter()
    await counting.count_changes(database, now=NOW, means=tools)
    found.changes_counted = _since(begun)
    raw = await raw_count(database)
    async with database.read() as session:
        told = await statistics.tallies(session, Where(everywhere=True), YEAR)
    assert dict(told.numbers) == raw, "what was counted is not the raw count"
    await database.close()
    return found


async def _happen(database: Database, many: int) -> None:
    """Visits and services of these days change, and the record says so."""
    async with database.write() as session:
        for number in range(1, many + 1):
            visit = await session.get_one(Visit, number)
            visit.minutes_given_back += 1
            service = await session.get_one(ServiceRecord, number)
            service.people = service.people % 50 + 1
            act = {"action": "act", "now": NOW}
            audit.note(
                session, SYSTEM, subject=f"visit:{number}", visit_id=number, **act
            )
            audit.note(session, SYSTEM, subject=f"service:{number}", **act)
    while True:
        async with database.write() as session:
            if not await audit.seal(session, limit=2000):
                return


@asynccontextmanager
async def _signed_in(database: Database) -> AsyncIterator[Site]:
    app = create_app(
        settings=SETTINGS,
        database=database,
        keyring=seeded_keyring(),
        clock=Clock(NOW + timedelta(minutes=1)),
        live=None,
    )
    client = TestClient(TestServer(app, host="localhost"))
    await client.start_server()
    site = Site(
        client=client, database=database, clock=Clock(NOW), keyring=seeded_keyring()
    )
    await site.sign_in(Role.ADMINISTRATOR)
    yield site
    await client.close()


@asynccontextmanager
async def on_sqlite() -> AsyncIterator[str]:
    """A file in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'counted.db'}"


@asynccontextmanager
async def on_postgresql() -> AsyncIterator[str]:
    """The database of a server of its own."""
    with postgres.server(durable=True) as url:
        yield url


#: What part of all is on which database.
KINDS: dict[str, tuple[Callable[[], AbstractAsyncContextManager[str]], int]] = {
    "sqlite": (on_sqlite, 10),
    "postgresql": (on_postgresql, 1),
}


async def run(many: int, rounds: int, only: str = "") -> dict[str, object]:
    """Measure, say so in a table, and return the last line."""
    found = {}
    print(
        "database     visits+services  page p50 ms  page p95 ms  plain ms"
        "  all counted s  changes counted s"
    )
    for name, (made, part) in KINDS.items():
        if only not in {"", name}:
            continue
        async with made() as url:
            one = found[name] = await measured(url, many // part, rounds)
        print(
            f"{name:<12}{many // part:>16}{_quantile(one.pages, 0.5):>13.0f}"
            f"{_quantile(one.pages, 0.95):>13.0f}{_quantile(one.raw, 0.5):>10.0f}"
            f"{one.all_counted:>15.1f}{one.changes_counted:>19.1f}",
            flush=True,
        )
    return {
        "bench": "statistics",
        "p95_ms": round(max(_quantile(one.pages, 0.95) for one in found.values()), 1),
        "ratio_raw": round(
            min(
                _quantile(one.raw, 0.5) / _quantile(one.pages, 0.5)
                for one in found.values()
            ),
            1,
        ),
    }


def _quantile(took: list[float], share: float) -> float:
    """Milliseconds that this share did not exceed."""
    ordered = sorted(took)
    return 1_000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _since(begun: float) -> float:
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--only", default="", choices=("", *KINDS))
    parser.add_argument("--quick", action="store_true", help="whether it runs at all")
    asked = parser.parse_args()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR)
    )
    if asked.quick:
        asked.many, asked.rounds = 2_000, 1
    print(json.dumps(uvloop.run(run(asked.many, asked.rounds, asked.only))))


if __name__ == "__main__":
    main()
