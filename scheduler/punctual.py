"""Whether what should happen by itself happens in time, judged from what nodes wrote.

Pure but for one question to the database: since when the oldest thing has been due.
That is asked now, so that it tells the truth when nobody ticks any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.ticker import WRITTEN_EVERY
from scheduler.timetable import TIMETABLE, Job
from visitation import runs
from visitation.runs import SweepRun

#: So many intervals without a run, and things that wait for so long, are too much.
TOO_MANY = 3
#: By so much the clocks of two nodes may differ.
APART = timedelta(minutes=1)


class Punctual(StrEnum):
    """How a job keeps time, from good to bad."""

    IN_TIME = "in_time"
    NOT_YET = "not_yet"
    CLOCK_AHEAD = "clock_ahead"
    BEHIND = "behind"
    FAILING = "failing"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHealth:
    """How one job of the timetable does.

    Attributes:
        every: how often it should run.
        last: its last run on any node; None if it never ran.
        lag: how long the oldest thing that is due now has waited for a run.
        failing: the last run of each node on which it fails.
    """

    name: str
    every: timedelta
    state: Punctual
    last: SweepRun | None
    lag: timedelta
    failing: tuple[SweepRun, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A process that ticks, or did: when it was last heard of, and what fails there."""

    name: str
    heard_at: datetime
    failing: tuple[str, ...]


async def jobs(
    session: AsyncSession, *, now: datetime, timetable: tuple[Job, ...] = TIMETABLE
) -> tuple[JobHealth, ...]:
    """How every job of the timetable does, in its order."""
    every = await runs.latest(session)
    found = []
    for job in timetable:
        oldest = await job.oldest(session, now=now) if job.oldest else None
        lag = max(timedelta(0), now - oldest) if oldest else timedelta(0)
        ran = [run for run in every if run.name == job.name]
        found.append(judged(job, ran, lag=lag, now=now))
    return tuple(found)


def judged(
    job: Job, ran: Sequence[SweepRun], *, lag: timedelta, now: datetime
) -> JobHealth:
    """How a job does, by the last run of each node and by what waits."""
    patience = TOO_MANY * job.every + WRITTEN_EVERY
    last = max(ran, key=lambda run: run.started_at, default=None)
    lag = min(lag, _known_of(last, now))
    # A node that fell silent failed or not; another does its work.
    failing = tuple(
        run for run in ran if run.failures and now - run.started_at <= patience
    )
    if last is None:
        state = Punctual.NOT_YET
    elif now - last.started_at > patience:
        state = Punctual.LATE
    elif failing:
        state = Punctual.FAILING
    elif lag > patience:
        state = Punctual.BEHIND
    elif last.started_at - now > APART:
        state = Punctual.CLOCK_AHEAD
    else:
        state = Punctual.IN_TIME
    return JobHealth(
        name=job.name,
        every=job.every,
        state=state,
        last=last,
        lag=lag,
        failing=failing,
    )


def _known_of(last: SweepRun | None, now: datetime) -> timedelta:
    """How long something can have waited of which the last run knew.

    What was written down later than it became due has waited no longer than that: an
    entry made elsewhere, or what another sweep has only just found.
    """
    if last is None:
        return timedelta(0)
    return timedelta(milliseconds=last.lag_ms) + max(
        timedelta(0), now - last.started_at
    )


def nodes(every: Iterable[SweepRun]) -> tuple[Node, ...]:
    """The processes that wrote down runs, whoever was heard of last first."""
    by_name: dict[str, list[SweepRun]] = {}
    for run in every:
        by_name.setdefault(run.node, []).append(run)
    found = [
        Node(
            name=name,
            heard_at=max(run.started_at for run in ran),
            failing=tuple(sorted(run.name for run in ran if run.failures)),
        )
        for name, ran in by_name.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.heard_at, one.name), reverse=True))
