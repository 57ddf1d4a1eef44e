"""Work on the service is announced, told of while it concerns people, and ended."""

from datetime import timedelta

import pytest

from tests.fakes import Clock
from visitation import audit, maintenance
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.maintenance import WorkReason
from visitation.timespan import Timespan

HOUR = timedelta(hours=1)


async def test_work_is_told_from_three_days_before_until_it_is_over(
    database: Database, clock: Clock
) -> None:
    start = clock() + timedelta(days=4)
    async with database.write() as session:
        work = await maintenance.announce(
            session,
            span=Timespan(start, start + HOUR),
            reason=WorkReason.UPDATE,
            by=audit.SYSTEM,
            now=clock(),
        )
    told = []
    for now in (clock(), start - timedelta(days=3), start, start + HOUR):
        async with database.read() as session:
            told.append([one.id for one in await maintenance.noticed(session, now=now)])
    assert told == [[], [work.id], [work.id], []]


@pytest.mark.parametrize(
    ("hours", "text_fa", "reason"),
    [
        ((-2, -1), "", "work_over"),
        ((1, 74), "", "work_too_long"),
        ((1, 2), "فقط فارسی", "work_in_one_language"),
    ],
)
async def test_what_would_mislead_people_is_refused(
    sqlite: Database,
    clock: Clock,
    hours: tuple[int, int],
    text_fa: str,
    reason: str,
) -> None:
    start, end = (clock() + hour * HOUR for hour in hours)
    async with sqlite.write() as session:
        with pytest.raises(Invalid) as refused:
            await maintenance.announce(
                session,
                span=Timespan(start, end),
                reason=WorkReason.POWER,
                text_fa=text_fa,
                by=audit.SYSTEM,
                now=clock(),
            )
    assert refused.value.reason == reason


async def test_work_is_ended_once_and_told_no_longer(
    database: Database, clock: Clock
) -> None:
    async with database.write() as session:
        work = await maintenance.announce(
            session,
            span=Timespan(clock(), clock() + HOUR),
            reason=WorkReason.REPAIR,
            by=audit.SYSTEM,
            now=clock(),
        )
        await maintenance.withdraw(session, work.id, by=audit.SYSTEM, now=clock())
        assert await maintenance.noticed(session, now=clock()) == []
        with pytest.raises(NotFound):
            await maintenance.withdraw(session, work.id, by=audit.SYSTEM, now=clock())
