"""Who waits, since when, and in which order."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from tests.scheduler import queue
from tests.scheduler.queue import DAY, DAYS
from visitation import waiting
from visitation.audit import SYSTEM
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.visits import Overtaken
from visitation.waiting import Days, NotWaiting, WaitingEntry
from visitation.words import ContactState, WaitingState


async def test_who_never_met_comes_first_then_the_longest_unvisited(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await queue.queue(session)
        week = await queue.family(session, here, keyring, met_days_ago=7)
        month = await queue.family(session, here, keyring, met_days_ago=42)
        never = await queue.family(session, here, keyring)
        line = await waiting.line(session, here.prison.id, now=NOON)

    assert [(one.entry.id, one.place, one.waited_days) for one in line] == [
        (never.entry.id, 1, 1),
        (month.entry.id, 2, 42),
        (week.entry.id, 3, 7),
    ]
    assert [one.met_at is None for one in line] == [True, False, False]
    assert line[0].visitor_ids == (never.visitor.id,)


async def test_of_those_who_wait_alike_the_farthest_comes_first_then_the_first_to_join(
    database: Database, keyring: Keyring
) -> None:
    earlier = NOON - timedelta(hours=30)
    async with database.write() as session:
        here = await queue.queue(session)
        late = await queue.family(session, here, keyring)
        early = await queue.family(session, here, keyring, joined=earlier)
        far = await queue.family(session, here, keyring, distance_km=900)
        line = await waiting.line(session, here.prison.id, now=NOON)

    ids = [far.entry.id, early.entry.id, late.entry.id]
    assert [one.entry.id for one in line] == ids
    # One degree of latitude.
    assert [one.distance_km for one in line] == [900, 111, 111]


async def test_one_familys_place_is_that_of_the_line_without_reading_all_of_it(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await queue.queue(session)
        families = [
            await queue.family(session, here, keyring, **wishes)
            for wishes in (
                {"met_days_ago": 7},
                {"met_days_ago": 42},
                {"met_days_ago": 42, "distance_km": 900},
                {"met_days_ago": 0},
                {},
                {"joined": NOON - timedelta(hours=30)},
                {"joined": NOON - timedelta(days=9), "points": [], "own_phone": True},
                {"joined": NOON},
                {"distance_km": 900},
            )
        ]
        withdrawn = await queue.family(session, here, keyring, met_days_ago=99)
        await waiting.withdraw(session, withdrawn.entry, by=SYSTEM, now=NOON)
        line = await waiting.line(session, here.prison.id, now=NOON)
        alone = [
            await waiting.standing(session, one.entry, now=NOON)
            for one in (*families, withdrawn)
        ]

    assert alone.pop() is None
    assert sorted(alone, key=lambda one: one.place) == line


async def test_only_a_visit_that_took_place_with_one_of_them_counts(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await queue.queue(session)
        one = await queue.family(session, here, keyring)
        other = await make.visitor(session)
        for visitor, state in (
            (other, VisitState.COMPLETED),
            (one.visitor, VisitState.MISSED),
        ):
            at = NOON - timedelta(days=3, hours=visitor.id)
            await queue.met(session, here, one.prisoner, [visitor], at=at, state=state)
        line = await waiting.line(session, here.prison.id, now=NOON)

    assert line[0].met_at is None


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"visitor_ids": []}, "visitors", "nobody_visits"),
        ({"points": []}, "places", "place_needed"),
        (
            {"days": Days(first=DAY, last=DAY - timedelta(1))},
            "last_day",
            "ends_before_start",
        ),
        (
            {"days": Days(first=DAY - timedelta(9), last=DAY - timedelta(2))},
            "last_day",
            "already_over",
        ),
        (
            {"days": Days(first=DAY, last=DAY + timedelta(400))},
            "last_day",
            "waits_too_long",
        ),
        (
            # The day itself is a Tuesday.
            {"days": Days(first=DAY, last=DAY, weekdays=frozenset({0}))},
            "weekdays",
            "weekday_never_comes",
        ),
        ({}, "visitors", "already_waiting"),
    ],
)
async def test_what_cannot_be_waited_for_is_refused(
    database: Database, keyring: Keyring, changes, field, reason
) -> None:
    async with database.write() as session:
        here = await queue.queue(session)
        one = await queue.family(session, here, keyring)
        wishes = {
            "prisoner_id": one.prisoner.id,
            "visitor_ids": [one.visitor.id],
            "days": DAYS,
            "points": [here.point.id],
        }
        with pytest.raises(Invalid) as refused:
            await waiting.join(
                session, keyring=keyring, by=SYSTEM, now=NOON, **(wishes | changes)
            )

    assert (refused.value.field, refused.value.reason) == (field, reason)


async def test_strangers_and_the_released_do_not_wait(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await queue.queue(session)
        held = await make.prisoner(session, here.prison)
        suspended = await make.visitor(session)
        state = ContactState.SUSPENDED
        await make.contact(session, held, suspended, state=state)
        free = await make.prisoner(session, here.prison, released_at=NOON)
        for prisoner, reason in ((held, "not_approved"), (free, "prisoner_released")):
            with pytest.raises(Invalid, match=reason):
                await waiting.join(
                    session,
                    prisoner_id=prisoner.id,
                    visitor_ids=[suspended.id],
                    days=DAYS,
                    own_phone=True,
                    keyring=keyring,
                    by=SYSTEM,
                    now=NOON,
                )


async def test_a_prison_is_no_place_for_a_family_to_sit(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await queue.queue(session)
        with pytest.raises(NotFound, match="point"):
            await queue.family(session, here, keyring, points=[here.prison.id])


async def test_two_who_put_one_family_on_the_list_put_it_there_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await queue.queue(session)
        one = await queue.family(session, here, keyring)
        await waiting.withdraw(session, one.entry, by=SYSTEM, now=NOON)

    async def join() -> object:
        async with database.write() as session:
            return await waiting.join(
                session,
                prisoner_id=one.prisoner.id,
                visitor_ids=[one.visitor.id],
                days=DAYS,
                own_phone=True,
                keyring=keyring,
                by=SYSTEM,
                now=NOON,
            )

    results = await asyncio.gather(join(), join(), return_exceptions=True)

    assert sorted(type(one).__name__ for one in results) == ["Invalid", "WaitingEntry"]
    async with database.read() as session:
        assert len(await waiting.line(session, here.prison.id, now=NOON)) == 1


async def test_who_withdraws_is_off_the_list_and_it_is_on_record(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await queue.queue(session)
        one = await queue.family(session, here, keyring)
        await waiting.withdraw(session, one.entry, by=SYSTEM, now=NOON)
        with pytest.raises(NotWaiting):
            await waiting.withdraw(session, one.entry, by=SYSTEM, now=NOON)

    async with database.read() as session:
        assert await waiting.line(session, here.prison.id, now=NOON) == []
        noted = await session.exec(select(AuditEntry.action).order_by(AuditEntry.id))
    assert noted.all()[-2:] == ["join_waiting_list", "waiting_withdrawn"]


async def test_the_second_of_two_who_move_an_entry_is_overtaken(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await queue.queue(session)
        one = await queue.family(session, here, keyring)
    stale = WaitingEntry.model_validate(one.entry.model_dump())
    async with database.write() as session:
        fresh = await session.get_one(WaitingEntry, one.entry.id)
        await waiting.withdraw(session, fresh, by=SYSTEM, now=NOON)
    async with database.write() as session:
        with pytest.raises(Overtaken):
            await waiting.shift(
                session, stale, WaitingState.OFFERED, by=SYSTEM, now=NOON
            )
