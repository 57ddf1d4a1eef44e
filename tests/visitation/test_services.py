"""Services done at a point: each kept once, late ones told apart, and taken back."""

from datetime import timedelta
from typing import Any

import pytest

from tests import make
from tests.conftest import NOON
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.places import Site
from visitation.points import days, queue
from visitation.services import counting, recording
from visitation.services.counting import Done
from visitation.services.recording import Answer, Entry, Reception, TooLateToWithdraw
from visitation.services.tables import ServiceRecord
from visitation.words import ServiceKind

HOUR = timedelta(hours=1)


@pytest.fixture
async def point(database: Database) -> Site:
    async with database.write() as session:
        return await make.point(session)


def _entry(point: Site, reference: str = "first", **said: Any) -> Entry:
    said = {"kind": ServiceKind.PETITION, "done_at": NOON} | said
    return Entry(reference=reference, point_id=point.id, **said)


async def _record(
    database: Database, point: Site, *entries: Entry, after: timedelta = timedelta()
) -> tuple[Answer, ...]:
    async with database.write() as session:
        return await recording.record_many(
            session, entries, points={point.id: point}, by=SYSTEM, now=NOON + after
        )


async def _close(database: Database, point: Site) -> days.PointDay:
    async with database.write() as session:
        return await days.close(
            session,
            point=await session.get_one(Site, point.id),
            day=queue.day_of(point, NOON),
            note="",
            by=SYSTEM,
            now=NOON + HOUR,
        )


async def _done(database: Database, point: Site) -> tuple[Done, ...]:
    async with database.read() as session:
        day = queue.day_of(point, NOON)
        return await counting.by_kind(session, point_id=point.id, day=day)


def _kept(*references: str) -> tuple[Answer, ...]:
    return tuple(Answer(reference=one, became=Reception.KEPT) for one in references)


async def test_what_is_sent_twice_is_kept_once(database: Database, point: Site) -> None:
    two = _entry(point), _entry(point, "second", kind=ServiceKind.SANA, people=3)

    first = await _record(database, point, *two, two[0])
    again = await _record(database, point, *two)

    already = Answer(reference="first", became=Reception.ALREADY)
    assert first == (*_kept("first", "second"), already)
    assert again == (
        already,
        Answer(reference="second", became=Reception.ALREADY),
    )
    assert await _done(database, point) == (
        Done(kind=ServiceKind.PETITION, times=1, people=1),
        Done(kind=ServiceKind.SANA, times=1, people=3),
    )


async def test_one_reference_never_means_two_things(
    database: Database, point: Site
) -> None:
    await _record(database, point, _entry(point))

    answers = await _record(database, point, _entry(point, people=2))

    assert answers == (_refused("first", "service_conflict"),)


async def test_an_old_service_is_known_without_its_remark(
    database: Database, point: Site
) -> None:
    await _record(database, point, _entry(point))
    remarked = _entry(point, note="به دادگاه فرستاده شد.")

    soon = await _record(database, point, remarked, after=timedelta(days=30))
    late = await _record(database, point, remarked, after=timedelta(days=31))

    assert soon == (_refused("first", "service_conflict"),)
    assert late == (Answer(reference="first", became=Reception.ALREADY),)


def _refused(reference: str, reason: str) -> Answer:
    return Answer(reference=reference, became=Reception.REFUSED, reason=reason)


async def test_an_entry_that_cannot_be_kept_says_why_and_stops_no_other(
    database: Database, point: Site
) -> None:
    async with database.write() as session:
        other = await make.point(session, name="روستای بالا")
    every = {
        "service_elsewhere": _entry(other, "elsewhere"),
        "service_to_come": _entry(point, "to come", done_at=NOON + HOUR),
        "service_too_old": _entry(point, "old", done_at=NOON - timedelta(days=31)),
        "service_unfit": _entry(point, "nobody", people=0),
    }

    answers = await _record(database, point, *every.values(), _entry(point))

    refused = tuple(_refused(one.reference, code) for code, one in every.items())
    assert answers == (*refused, *_kept("first"))


async def test_a_clock_that_is_a_little_ahead_is_ours(
    database: Database, point: Site
) -> None:
    await _record(database, point, _entry(point, done_at=NOON + timedelta(minutes=4)))

    async with database.read() as session:
        row = await session.get_one(ServiceRecord, 1)
    assert (row.done_at, row.day) == (NOON, queue.day_of(point, NOON))


async def test_what_comes_after_the_day_was_closed_is_a_correction(
    database: Database, point: Site
) -> None:
    await _record(database, point, _entry(point))
    closed = await _close(database, point)

    answers = await _record(database, point, _entry(point, "late"), after=2 * HOUR)

    async with database.read() as session:
        found = await counting.corrections(
            session, point_id=point.id, day=closed.day, closed_at=closed.closed_at
        )
    assert answers == _kept("late")
    assert [(one.reference, one.late) for one in found] == [("late", True)]
    assert days.Figures(**closed.figures) == days.Figures(
        services=1, people=1, kinds={"petition": 1}
    )


async def test_a_service_is_taken_back_on_its_day(
    database: Database, point: Site
) -> None:
    await _record(database, point, _entry(point))

    for _twice in range(2):
        await _withdraw(database, after=5 * HOUR)

    assert await _done(database, point) == ()


async def _withdraw(database: Database, *, after: timedelta) -> None:
    async with database.write() as session:
        record = await session.get_one(ServiceRecord, 1)
        await recording.withdraw(session, record, by=SYSTEM, now=NOON + after)


async def test_a_service_of_another_day_stands(database: Database, point: Site) -> None:
    await _record(database, point, _entry(point))

    with pytest.raises(TooLateToWithdraw):
        await _withdraw(database, after=24 * HOUR)


async def test_a_closed_day_gives_back_what_was_entered_a_moment_ago(
    database: Database, point: Site
) -> None:
    await _close(database, point)
    await _record(database, point, _entry(point), after=2 * HOUR)

    await _withdraw(database, after=2 * HOUR + timedelta(minutes=9))

    assert await _done(database, point) == ()
