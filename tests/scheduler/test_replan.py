"""Re-planning a day: who goes where instead, and what becomes of the others."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from scheduler import replanned
from scheduler.replan import Rest, Then
from scheduler.replanned import Changed, Was
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
from visitation import messages, waiting
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from visitation.wording import Template


async def test_a_cancelled_days_families_go_where_they_lose_the_fewest_days(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        first = await family(session, here, keyring, met_days_ago=40)
        second = await family(
            session, here, keyring, start=TEN + HALF_HOUR, met_days_ago=90
        )
        await village.cancel(session, here)
        await drive(session, here.office, here.neighbour, DAY + ONE_DAY)
        await drive(session, here.office, here.village, DAY + 3 * ONE_DAY)
        near = await village.draft(session, here)
        same = await village.draft(session, here, replace(CHOICES, kilometres=0))

    assert told(near, (first, second)) == [
        ("moves", ONE_DAY, here.neighbour.id),
        ("moves", ONE_DAY + HALF_HOUR, here.neighbour.id),
    ]
    assert [line.kilometres for line in near.lines] == [11, 11]
    assert told(same, (first, second)) == [
        ("moves", 3 * ONE_DAY, here.village.id),
        ("moves", 3 * ONE_DAY + HALF_HOUR, here.village.id),
    ]


async def test_with_too_few_places_the_longest_unvisited_come_first(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        week = await family(session, here, keyring, met_days_ago=7)
        month = await family(
            session, here, keyring, start=TEN + HALF_HOUR, met_days_ago=42
        )
        await village.cancel(session, here)
        await drive(session, here.office, here.village, DAY + ONE_DAY)
        other = await family(session, here, keyring, start=TEN + ONE_DAY)
        plan = await village.draft(session, here)
        await village.carry_out(session, plan, keyring)
        line = await waiting.line(session, here.prison.id, now=NOON)
        kept = await session.get_one(Visit, other.visit.id, populate_existing=True)
        left = await session.get_one(Visit, week.visit.id, populate_existing=True)
        said = await messages.of_visit(session, visit_id=week.visit.id)

    assert told(plan, (month, week)) == [
        ("moves", ONE_DAY + HALF_HOUR, here.village.id),
        ("waits", "taken"),
    ]
    assert (kept.starts_at, kept.version) == (TEN + ONE_DAY, 1)
    assert left.state is VisitState.CANCELLED
    (waits,) = line
    assert (waits.entry.prisoner_id, waits.waited_days, waits.entry.points) == (
        week.prisoner.id,
        7,
        [here.village.id],
    )
    assert [one.template for one in said][-1] is Template.WAITLISTED


async def test_whoever_never_met_waits_since_the_day_it_booked(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        one = await family(session, here, keyring, at=NOON - 9 * ONE_DAY)
        await village.cancel(session, here)
        plan = await village.draft(session, here)
        await village.carry_out(session, plan, keyring)
        (waits,) = await waiting.line(session, here.prison.id, now=NOON)

    assert told(plan, [one]) == [("waits", "no_option")]
    assert (waits.met_at, waits.waited_days) == (None, 9)


@pytest.mark.parametrize(("helper", "texts"), [(None, 0), ("+989131110000", 1)])
async def test_everybody_is_told_once_and_what_was_shown_is_what_is_said(
    database: Database, keyring: Keyring, helper: str | None, texts: int
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        first = await family(session, here, keyring)
        second = await family(
            session,
            here,
            keyring,
            start=TEN + HALF_HOUR,
            visitor={"phone": None, "helper_phone": helper},
        )
        await village.cancel(session, here)
        await drive(session, here.office, here.village, DAY + ONE_DAY)
        plan = await village.draft(session, here)
        stamps = {line.reference: line.postage() for line in plan.lines}
        await village.carry_out(session, plan, keyring)
        said = [
            [
                messages.text_of(one, code="000000")
                for one in await messages.of_visit(session, visit_id=visit_id)
                if one.template is not Template.BOOKED
            ]
            for visit_id in (first.visit.id, second.visit.id)
        ]

    shown = [stamps[one.visit.reference] for one in (first, second)]
    assert [len(one) for one in said] == [1, texts]
    assert [list(one.texts) for one in shown] == said
    assert [(one.segments, one.silent) for one in shown] == [
        (1, 0),
        (texts, 1 - texts),
    ]


async def test_a_plan_that_is_no_longer_true_is_not_carried_out(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        one = await family(session, here, keyring)
        two = await family(session, here, keyring, start=TEN + HALF_HOUR)
        await village.cancel(session, here)
        await drive(session, here.office, here.village, DAY + ONE_DAY)
        plan = await village.draft(session, here)
    async with database.write() as session:
        await family(session, here, keyring, start=TEN + ONE_DAY)

    with pytest.raises(Changed):
        async with database.write() as session:
            await village.carry_out(session, plan, keyring)

    async with database.write() as session:
        rows = await session.exec(
            select(Visit.starts_at, Visit.state, Visit.version)
            .where(col(Visit.id).in_([one.visit.id, two.visit.id]))
            .order_by(col(Visit.id))
        )
        fresh = await village.draft(session, here)
        assert rows.all() == [
            (TEN, VisitState.BOOKED, 1),
            (TEN + HALF_HOUR, VisitState.BOOKED, 1),
        ]
        assert await waiting.line(session, here.prison.id, now=NOON) == []
        with pytest.raises(Changed):
            await replanned.carry_out(
                session,
                fresh,
                shown=plan.marks,
                reason="برف",
                keyring=keyring,
                by=SYSTEM,
                now=NOON,
            )


async def test_a_plan_is_carried_out_once_however_often_it_is_asked_for(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        one = await family(session, here, keyring)
        await village.cancel(session, here)
        await drive(session, here.office, here.village, DAY + ONE_DAY)
        plan = await village.draft(session, here)
    for _ in range(2):
        async with database.write() as session:
            await village.carry_out(session, plan, keyring)
    async with database.read() as session:
        visit = await session.get_one(Visit, one.visit.id)
        after = await village.draft(session, here)
        (done,) = await replanned.done(session, plan.of)
        said = await messages.of_visit(session, visit_id=visit.id)

    assert (visit.starts_at, visit.version) == (TEN + ONE_DAY, 2)
    assert after.lines == ()
    was = Was(then=Then.MOVES, starts_at=TEN, point_id=here.village.id)
    assert done.visits == {visit.id: was}
    assert [m.template for m in said] == [Template.BOOKED, Template.MOVED]


async def test_the_same_day_gives_the_same_plan_and_keeps_seats_apart(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        for half in range(2):
            await family(session, here, keyring, start=TEN + half * HALF_HOUR)
        await village.cancel(session, here)
        await drive(session, here.office, here.village, DAY + 2 * ONE_DAY)
        plan = await village.draft(session, here)
        again = await village.draft(session, here)

    assert plan.marks == again.marks
    seats = [(line.new.kiosk_id, line.new.span) for line in plan.lines if line.new]
    assert len(set(seats)) == 2


async def test_the_day_on_which_the_office_comes_instead_is_liked_best(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        one = await family(session, here, keyring)
        await village.cancel(session, here)
        await drive(session, here.office, here.neighbour, DAY + ONE_DAY)
        for later in (-2, 2, 5):
            await drive(session, here.office, here.village, DAY + later * ONE_DAY)
        found = [
            told(
                await village.draft(
                    session, here, replace(CHOICES, prefer=DAY + days * ONE_DAY)
                ),
                [one],
            )
            for days in (5, -2)
        ]

    assert found == [
        [("moves", 5 * ONE_DAY, here.village.id)],
        [("moves", -2 * ONE_DAY, here.village.id)],
    ]


async def test_at_the_same_time_on_ones_own_phone_if_the_scheduler_allows_it(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        one = await family(session, here, keyring)
        none = await family(
            session, here, keyring, start=TEN + HALF_HOUR, visitor={"phone": None}
        )
        await village.cancel(session, here)
        choices = replace(CHOICES, own_phone=True)
        plan = await village.draft(session, here, choices)
        await village.carry_out(session, plan, keyring)
        visit = await session.get_one(Visit, one.visit.id, populate_existing=True)

    assert told(plan, (one, none)) == [
        ("moves", timedelta(0), None),
        ("waits", "no_option"),
    ]
    assert (visit.starts_at, visit.kiosk_id, visit.point_id) == (TEN, None, None)


@pytest.mark.parametrize(
    ("rest", "then", "state"),
    [
        (Rest.STAY, Then.STAYS, VisitState.BOOKED),
        (Rest.CANCEL, Then.CANCELLED, VisitState.CANCELLED),
    ],
)
async def test_the_scheduler_says_what_becomes_of_those_without_a_place(
    database: Database,
    keyring: Keyring,
    rest: Rest,
    then: Then,
    state: VisitState,
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        one = await family(session, here, keyring)
        await village.cancel(session, here)
        plan = await village.draft(session, here, replace(CHOICES, rest=rest))
        await village.carry_out(session, plan, keyring)
        visit = await session.get_one(Visit, one.visit.id, populate_existing=True)
        line = await waiting.line(session, here.prison.id, now=NOON)

    assert [each.then for each in plan.lines] == [then]
    assert (visit.state, line) == (state, [])


async def test_bounds_that_make_no_sense_are_refused(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        wrong = [
            replace(CHOICES, last=DAY - ONE_DAY),
            replace(CHOICES, last=DAY + 90 * ONE_DAY),
            replace(CHOICES, kilometres=-1),
        ]
        for choices in wrong:
            with pytest.raises(Invalid):
                await village.draft(session, here, choices)


async def test_what_nobody_changed_is_told_as_itself(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        one = await family(session, here, keyring)
        visit = await session.get_one(Visit, one.visit.id)
        visit.point_id = None
        session.add(visit)
        await village.cancel(session, here)
        plan = await village.draft(session, here)

    with pytest.raises(Invalid, match="place_needed"):
        async with database.write() as session:
            await village.carry_out(session, plan, keyring)
