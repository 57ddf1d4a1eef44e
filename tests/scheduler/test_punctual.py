"""Whether what should happen by itself happens in time."""

from datetime import timedelta

import pytest

from scheduler import punctual
from scheduler.punctual import Node, Punctual
from scheduler.ticker import Ticker
from scheduler.timetable import TIMETABLE, Job
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.test_booking import TEN, book
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import counts
from visitation.runs import SweepRun

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NO_TIME = timedelta(0)


async def nothing(database, *, now, means) -> int:
    return 0


JOB = Job(name="sweep", sweep=nothing, every=MINUTE)


def ran(
    ago: timedelta, node: str = "a", failures: int = 0, lag: timedelta = NO_TIME
) -> SweepRun:
    return SweepRun(
        name="sweep",
        node=node,
        started_at=NOON - ago,
        took_ms=1,
        late_ms=0,
        lag_ms=lag // timedelta(milliseconds=1),
        done=None if failures else 0,
        failures=failures,
    )


@pytest.mark.parametrize(
    ("runs", "lag", "state"),
    [
        ([], NO_TIME, Punctual.NOT_YET),
        ([ran(MINUTE)], NO_TIME, Punctual.IN_TIME),
        # Three intervals, and the minute in which an idle run is not written down.
        ([ran(4 * MINUTE)], NO_TIME, Punctual.IN_TIME),
        ([ran(5 * MINUTE)], NO_TIME, Punctual.LATE),
        ([ran(MINUTE)], 4 * MINUTE, Punctual.IN_TIME),
        ([ran(MINUTE, lag=4 * MINUTE)], 5 * MINUTE, Punctual.BEHIND),
        # It was not there yet when all was looked at, however long it has been due.
        ([ran(MINUTE)], 30 * DAY, Punctual.IN_TIME),
        ([], 30 * DAY, Punctual.NOT_YET),
        ([ran(MINUTE, failures=1)], NO_TIME, Punctual.FAILING),
        ([ran(9 * MINUTE, failures=9)], NO_TIME, Punctual.LATE),
        # Another node does what one that is gone could not.
        ([ran(9 * MINUTE, "b", 9), ran(MINUTE)], NO_TIME, Punctual.IN_TIME),
        ([ran(2 * MINUTE, "b", 2), ran(MINUTE)], NO_TIME, Punctual.FAILING),
        ([ran(-2 * MINUTE)], NO_TIME, Punctual.CLOCK_AHEAD),
        ([ran(-MINUTE)], NO_TIME, Punctual.IN_TIME),
    ],
)
def test_how_a_job_keeps_time(
    runs: list[SweepRun], lag: timedelta, state: Punctual
) -> None:
    assert punctual.judged(JOB, runs, lag=lag, now=NOON).state is state


def test_nodes_are_named_with_what_fails_there() -> None:
    every = [ran(9 * MINUTE, "b", 9), ran(MINUTE), ran(2 * MINUTE, "c")]
    assert punctual.nodes(every) == (
        Node(name="a", heard_at=NOON - MINUTE, failing=()),
        Node(name="c", heard_at=NOON - 2 * MINUTE, failing=()),
        Node(name="b", heard_at=NOON - 9 * MINUTE, failing=("sweep",)),
    )


async def test_what_waits_is_seen_though_nobody_ticks(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    tools = means(clock, keyring, FakeGateway())
    await Ticker(database, tools).run_all()
    async with database.write() as session:
        world = await make.world(session)
        await book(session, world, keyring)
    now = TEN - timedelta(hours=1)
    async with database.read() as session:
        found = await punctual.jobs(session, now=now)
        states = await counts.by_state(session)
        due = await counts.due(session, now=now)
    assert [one.name for one in found] == [job.name for job in TIMETABLE]
    lags = {one.name: one.lag for one in found if one.lag}
    assert lags == {
        "send_due": now - NOON,
        # By now somebody should be rung up instead.
        "look_after": now - NOON - timedelta(hours=2),
        "seal_audit": now - NOON,
        # The reminder of two hours before; the other's time was before the booking.
        "remind": timedelta(hours=1),
    }
    late = {one.name for one in found if one.state is Punctual.LATE}
    assert late == {job.name for job in TIMETABLE if job.every < timedelta(hours=6)}
    assert (due, {state: many for state, many in states.items() if many}) == (
        1,
        {MessageState.PENDING: 1},
    )
