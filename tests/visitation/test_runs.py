"""How sweeps went is kept per sweep and node, and which day of daily work is done."""

from datetime import date, timedelta

from tests.conftest import NOON
from visitation import runs
from visitation.database import Database
from visitation.runs import SweepRun

SECOND = timedelta(seconds=1)


def ran(name: str, node: str, *, after: int = 0, **more) -> SweepRun:
    return SweepRun(
        **{
            "name": name,
            "node": node,
            "started_at": NOON + after * SECOND,
            "took_ms": 7,
            "late_ms": 0,
            "done": 0,
        }
        | more
    )


async def noted(database: Database, *every: SweepRun) -> list[dict[str, object]]:
    for one in every:
        async with database.write() as session:
            await runs.note(session, one)
    async with database.read() as session:
        return [one.model_dump() for one in await runs.latest(session)]


async def test_a_run_takes_the_place_of_the_one_before_on_its_node(
    database: Database,
) -> None:
    first = ran("remind", "a:1", took_ms=9, lag_ms=5)
    again = ran("remind", "a:1", after=60, late_ms=2, done=4)
    other = ran("remind", "b:2", after=30)
    another = ran("forget", "a:1")
    assert await noted(database, first, again, other, another) == [
        one.model_dump() for one in (another, again, other)
    ]


async def test_runs_that_fail_one_after_another_are_counted(
    database: Database,
) -> None:
    counted = []
    for done in (None, None, None, 0, None):
        rows = await noted(database, ran("remind", "a:1", done=done))
        counted.append((rows[0]["done"], rows[0]["failures"]))
    assert counted == [(None, 1), (None, 2), (None, 3), (0, 0), (None, 1)]


async def test_a_run_before_the_last_one_counts_too(database: Database) -> None:
    # The node's clock was put back.
    rows = await noted(database, ran("remind", "a", after=60), ran("remind", "a"))
    assert [row["started_at"] for row in rows] == [NOON]


async def test_nodes_that_are_gone_are_forgotten(database: Database) -> None:
    await noted(database, ran("remind", "old"), ran("remind", "new", after=1))
    async with database.write() as session:
        assert await runs.forget(session, before=NOON + SECOND) == 1
    assert [row["node"] for row in await noted(database)] == ["new"]


async def test_the_day_whose_work_was_done_last_is_known(database: Database) -> None:
    today, seen = date(2026, 11, 23), []
    tomorrow = today + timedelta(days=1)
    for day in (today, tomorrow, tomorrow):
        async with database.write() as session:
            seen.append(await runs.last_day(session, "review_all"))
            await runs.did_day(session, "review_all", day)
    async with database.read() as session:
        seen.append(await runs.last_day(session, "review_all"))
        assert await runs.last_day(session, "another") is None
    assert seen == [None, today, tomorrow, tomorrow]
