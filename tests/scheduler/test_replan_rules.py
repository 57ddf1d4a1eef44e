"""Re-planning a day keeps to the rules: allowances, those kept apart, closures."""

import asyncio
from datetime import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler import displaced, replan
from scheduler.replan import Then
from scheduler.replanned import Changed
from tests import make
from tests.conftest import NOON
from tests.scheduler import village
from tests.scheduler.village import (
    CHOICES,
    DAY,
    HALF_HOUR,
    ONE_DAY,
    TEN,
    drive,
    family,
    told,
)
from visitation import people, waiting
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.places import Closure, Province
from visitation.visits import Visit
from visitation.waiting import Days
from visitation.words import WaitingState


async def test_two_visits_of_one_prisoner_do_not_pass_the_weeks_limit_together(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        await make.policy(session, here.prison, visits_per_week=2)
        await drive(session, here.office, here.village, DAY + 7 * ONE_DAY)
        await drive(session, here.office, here.village, DAY + 8 * ONE_DAY)
        first = await family(session, here, keyring, met_days_ago=30)
        aunt = await make.visitor(session)
        await make.contact(session, first.prisoner, aunt)
        second = await village.booked(
            session, here, keyring, first.prisoner, aunt, start=TEN + HALF_HOUR
        )
        later = {"start": TEN + 8 * ONE_DAY}
        await village.booked(
            session, here, keyring, first.prisoner, first.visitor, **later
        )
        await village.cancel(session, here)
        plan = await village.draft(session, here)
        await village.carry_out(session, plan, keyring)

    # The aunt never met the prisoner, and comes first.
    assert told(plan, (second, first)) == [
        ("moves", 7 * ONE_DAY + HALF_HOUR, here.village.id),
        ("waits", "taken"),
    ]


async def test_within_the_month_a_new_place_costs_no_more(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        await make.policy(session, here.prison, visits_per_month=1, visits_per_week=1)
        one = await family(session, here, keyring)
        await village.cancel(session, here)
        await drive(session, here.office, here.village, DAY + 8 * ONE_DAY)
        plan = await village.draft(session, here)
        await village.carry_out(session, plan, keyring)

    assert told(plan, [one]) == [("moves", 8 * ONE_DAY, here.village.id)]


async def test_prisoners_kept_apart_are_not_sent_to_one_day(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        first = await family(session, here, keyring, met_days_ago=90)
        second = await family(
            session, here, keyring, start=TEN + HALF_HOUR, met_days_ago=30
        )
        await people.keep_apart(
            session,
            first.prisoner.id,
            second.prisoner.id,
            reason="پرونده",
            by=SYSTEM,
            now=NOON,
        )
        await village.cancel(session, here)
        for days in (1, 2):
            await drive(session, here.office, here.village, DAY + days * ONE_DAY)
        plan = await village.draft(session, here)
        await village.carry_out(session, plan, keyring)

    assert told(plan, (first, second)) == [
        ("moves", ONE_DAY, here.village.id),
        ("moves", 2 * ONE_DAY + HALF_HOUR, here.village.id),
    ]


async def test_families_of_two_prisons_do_not_get_one_kiosk(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        other = await make.prison(
            session, await session.get_one(Province, here.prison.province_id)
        )
        await make.open_every_day(session, other, starts=time(10), ends=time(11))
        there = await make.terminal(session, other)
        first = await family(session, here, keyring, met_days_ago=90)
        inmate = await make.prisoner(session, other)
        await make.contact(session, inmate, first.visitor)
        second = await village.booked(
            session,
            here,
            keyring,
            inmate,
            first.visitor,
            start=TEN + HALF_HOUR,
            prison_id=other.id,
            terminal_id=there.id,
        )
        await village.cancel(session, here)
        await drive(session, here.office, here.village, DAY + ONE_DAY)
        plan = await village.draft(session, here)
        await village.carry_out(session, plan, keyring)

    assert told(plan, (first, second)) == [
        ("moves", ONE_DAY, here.village.id),
        ("moves", ONE_DAY + HALF_HOUR, here.village.id),
    ]


async def test_who_came_from_the_list_goes_back_to_its_old_place_in_it(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        one = await family(session, here, keyring)
        entry = await waiting.join(
            session,
            prisoner_id=one.prisoner.id,
            visitor_ids=[one.visitor.id],
            days=Days(first=DAY, last=DAY + 20 * ONE_DAY, weekdays=frozenset({5})),
            points=[here.village.id],
            keyring=keyring,
            by=SYSTEM,
            now=NOON - 20 * ONE_DAY,
        )
        then = {"by": SYSTEM, "now": NOON, "visit_id": one.visit.id}
        await waiting.shift(session, entry, WaitingState.PLACED, **then)
        await village.cancel(session, here)
        # A Sunday, on which this family cannot come.
        await drive(session, here.office, here.village, DAY + ONE_DAY)
        plan = await village.draft(session, here)
        await village.carry_out(session, plan, keyring)
        (back,) = await waiting.line(session, here.prison.id, now=NOON)

    assert told(plan, [one]) == [("waits", "no_option")]
    assert (back.entry.id, back.waited_days) == (entry.id, 20)


async def test_of_a_prisons_day_only_what_is_shut_moves(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        await family(session, here, keyring)
        second = await family(session, here, keyring, start=TEN + HALF_HOUR)
        await drive(session, here.office, here.village, DAY + 2 * ONE_DAY)
        of = displaced.of_prison(here.prison, DAY)
        nobody = await displaced.count(session, of, now=NOON)
        session.add(
            Closure(
                site_id=here.prison.id,
                starts_at=TEN + HALF_HOUR,
                ends_at=TEN + 2 * HALF_HOUR,
                reason="برق",
            )
        )
        await session.flush()
        plan = await replan.draft(session, of, CHOICES, now=NOON)

    assert nobody == 0
    assert told(plan, [second]) == [("moves", 2 * ONE_DAY + HALF_HOUR, here.village.id)]


async def test_of_two_who_do_it_at_once_both_get_what_one_did(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        one = await family(session, here, keyring)
        await village.cancel(session, here)
        await drive(session, here.office, here.village, DAY + ONE_DAY)
        plan = await village.draft(session, here)

    async def carry_out() -> None:
        async with database.write() as session:
            await village.carry_out(session, plan, keyring)

    results = await asyncio.gather(carry_out(), carry_out(), return_exceptions=True)

    assert [found for found in results if not isinstance(found, Changed)] == [None] * 2
    async with database.read() as session:
        visit = await session.get_one(Visit, one.visit.id)
    assert (visit.starts_at, visit.version) == (TEN + ONE_DAY, 2)


@given(
    met=st.lists(st.none() | st.integers(1, 300), min_size=1, max_size=4),
    later=st.lists(st.integers(1, 13), max_size=2, unique=True),
)
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_whatever_the_day_its_plan_is_the_same_again_and_serves_the_first(
    database: Database, keyring: Keyring, met: list[int | None], later: list[int]
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        seats = [(here.terminal, here.kiosk)]
        seats.append(
            (
                await make.terminal(session, here.prison),
                await make.kiosk(session, here.office),
            )
        )
        for number, days in enumerate(met):
            terminal, kiosk = seats[number // 2]
            await family(
                session,
                here,
                keyring,
                start=TEN + (number % 2) * HALF_HOUR,
                met_days_ago=days,
                terminal_id=terminal.id,
                kiosk_id=kiosk.id,
            )
        for days in later:
            await drive(session, here.office, here.village, DAY + days * ONE_DAY)
        others = [
            await family(session, here, keyring, start=TEN + days * ONE_DAY)
            for days in later
        ]
        await village.cancel(session, here)
        plan = await village.draft(session, here)
        again = await village.draft(session, here)
        await village.carry_out(session, plan, keyring)
        kept = [
            await session.get_one(Visit, one.visit.id, populate_existing=True)
            for one in others
        ]

    served = min(len(met), 3 * len(later))
    assert plan.marks == again.marks
    assert [line.then for line in plan.lines] == [
        Then.MOVES if number < served else Then.WAITS for number in range(len(met))
    ]
    assert [(one.starts_at, one.version) for one in kept] == [
        (TEN + days * ONE_DAY, 1) for days in later
    ]
