"""The bench of bookings itself: tiny, and without the clock."""

import asyncio
import json
from itertools import islice

import pytest
from sqlmodel import func, select

from tests.bench import booked_past, booking, booking_clients
from tests.bench.booked_past import Stage
from tests.bench.booking_clients import BASELINE, OURS, Measured
from visitation.database import Database
from visitation.visits import Allowance, AllowanceEntry, Claim, Visit


async def test_the_bench_of_bookings_ends_in_its_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = json.loads(json.dumps(await booking.run(booking.QUICK)))

    assert list(told) == [
        "bench",
        "sqlite_per_second",
        "postgresql_per_second",
        "p99_ms",
        "ratio_baseline",
        "slowdown_at_million",
    ]
    assert told["bench"] == "booking"
    assert min(one for name, one in told.items() if name != "bench") > 0
    said = capsys.readouterr().out.splitlines()
    # Twenty attempts, two of them at a slot that is taken.
    rows = [row.split() for row in said if "check then lock" in row or "ours" in row]
    assert [row[-2] for row in rows] == ["2"] * 8


async def test_the_past_is_as_the_service_would_have_kept_it(
    database: Database,
) -> None:
    await booked_past.build(database, people=100)
    url = database.url.render_as_string(hide_password=False)
    await database.close()
    await asyncio.to_thread(booked_past.fill, url, 300, people=100)
    async with database.read() as session:
        visits, claims = [
            (await session.exec(select(func.count()).select_from(table))).one()
            for table in (Visit, Claim)
        ]
        used = (await session.exec(select(func.sum(Allowance.used)))).one()
        left = (await session.exec(select(func.sum(AllowanceEntry.amount)))).one()
        last = (await session.exec(select(func.max(Visit.ends_at)))).one()
    assert (visits, claims, used, left) == (300, 22 * 300, 2 * 300, 0)
    assert last < booked_past.OPEN_AT


def test_one_attempt_in_ten_aims_at_the_slot_before() -> None:
    seats = [[(10 * n + m, 1000 + 10 * n + m) for m in range(10)] for n in range(10)]
    stage = Stage(prisons=list(range(10)), seats=seats, people=1_000)
    wishes = list(islice(booking_clients.attempts(stage), 500))
    slots = [(wish["terminal_id"], wish["span"]) for wish in wishes]
    again = [n for n in range(1, 500) if slots[n] == slots[n - 1]]
    assert again == list(range(9, 500, 10))
    assert len(set(slots)) == 450
    assert len({wish["prisoner_id"] for wish in wishes}) == 500
    assert {wish["prisoner_id"] % 10 for wish in wishes if wish["prison_id"] == 3} == {
        3
    }


def test_several_processes_share_the_attempts_and_keep_conflicts_together() -> None:
    wishes = [{"number": number} for number in range(40)]
    shares = [
        list(islice(booking_clients.shared(iter(wishes), share, 2), 20))
        for share in range(2)
    ]
    assert shares == [wishes[:10] + wishes[20:30], wishes[10:20] + wishes[30:]]


def test_what_processes_measured_at_the_same_time_is_put_together() -> None:
    measured = Measured()
    measured.add(
        [
            Measured(took=[1.0], booked=4, spans=[(0.0, 2.0)], core=0.5),
            Measured(took=[2.0], booked=2, conflicts=1, spans=[(1.0, 3.0)], core=1.0),
        ]
    )
    assert measured == Measured(
        took=[1.0, 2.0], booked=6, conflicts=1, spans=[(0.0, 3.0)], core=1.5
    )
    assert measured.per_second == 2


def test_the_last_line_tells_the_worst() -> None:
    def measured(seconds: float) -> Measured:
        return Measured(took=[seconds / 10] * 10, booked=10, spans=[(0.0, seconds)])

    found = {
        name: {
            (OURS, 0): {16: measured(1.0)},
            (BASELINE, 0): {16: measured(2.0)},
            (OURS, 5): {16: measured(slow)},
            (BASELINE, 5): {16: measured(1.8)},
        }
        for name, slow in (("sqlite", 1.2), ("postgresql", 1.5))
    }
    assert booking.summary(found, 16) == {
        "bench": "booking",
        "sqlite_per_second": 10,
        "postgresql_per_second": 10,
        "p99_ms": 150.0,
        "ratio_baseline": 1.2,
        "slowdown_at_million": 1.5,
    }
