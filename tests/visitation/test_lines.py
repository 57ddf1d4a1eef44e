"""Lines: verdicts, tests that are kept, and what is added up over a call."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests import make
from tests.conftest import NOON
from tests.visitation.booked import booked
from visitation import calls, lines
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.lines import Line, Measured, Stretch, Verdict, Whose

GOOD = Measured(
    loss_up=0.01,
    loss_down=0.02,
    round_trip=0.08,
    jitter=0.01,
    rate_up=600_000,
    rate_down=580_000,
)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [
        (GOOD, Verdict.GOOD),
        (replace(GOOD, round_trip=None), Verdict.GOOD),
        (replace(GOOD, round_trip=0.9), Verdict.WEAK),
        (replace(GOOD, loss_down=0.08), Verdict.WEAK),
        (replace(GOOD, rate_up=120_000), Verdict.WEAK),
        (replace(GOOD, rate_down=40_000), Verdict.SOUND_ONLY),
        (replace(GOOD, loss_up=0.2), Verdict.SOUND_ONLY),
        (replace(GOOD, round_trip=3.0), Verdict.NOT_ENOUGH),
        (replace(GOOD, rate_up=4_000), Verdict.NOT_ENOUGH),
        (Measured(), Verdict.NOT_ENOUGH),
    ],
)
def test_the_worst_of_a_line_decides_what_a_call_will_be_like(
    measured: Measured, verdict: Verdict
) -> None:
    assert lines.verdict_of(measured) is verdict


async def test_the_last_test_of_each_station_is_found(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        kiosk, terminal = world.kiosk.id, world.terminal.id
        for minute, measured in enumerate((Measured(), GOOD)):
            await lines.keep(
                session,
                of=Whose(station_id=kiosk),
                measured=measured,
                now=NOON + minute * MINUTE,
            )

    async with database.read() as session:
        found = await lines.latest_of_stations(session, station_ids=[kiosk, terminal])

    assert {one: (test.verdict, test.taken_at) for one, test in found.items()} == {
        kiosk: (Verdict.GOOD, NOON + MINUTE)
    }


async def test_a_station_that_passed_need_not_try_again_for_an_hour(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        of = Whose(station_id=world.kiosk.id)
        before = await lines.passed_lately(session, of=of, now=NOON)
        await lines.keep(session, of=of, measured=GOOD, now=NOON)
        soon = await lines.passed_lately(session, of=of, now=NOON + 59 * MINUTE)
        later = await lines.passed_lately(session, of=of, now=NOON + 60 * MINUTE)
        await lines.keep(session, of=of, measured=Measured(), now=NOON + MINUTE)
        failed = await lines.passed_lately(session, of=of, now=NOON + 2 * MINUTE)

    assert (before, soon, later, failed) == (False, True, False, False)


async def test_what_a_kiosk_passed_says_nothing_of_somebodys_own_phone(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        _visit, (_prisoner, mother) = await booked(session, world)
        kiosk = Whose(station_id=world.kiosk.id, participant_id=mother.id)
        phone = Whose(participant_id=mother.id)
        await lines.keep(session, of=kiosk, measured=GOOD, now=NOON)

        assert await lines.passed_lately(session, of=kiosk, now=NOON)
        assert not await lines.passed_lately(session, of=phone, now=NOON)


async def test_tests_older_than_a_month_are_forgotten(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, (_prisoner, mother) = await booked(session, world)
        of = Whose(participant_id=mother.id)
        for day in (0, 20, 40):
            await lines.keep(
                session, of=of, measured=GOOD, now=NOON + timedelta(days=day)
            )

    async with database.read() as session:
        kept = await lines.tests_of_visit(session, visit_id=visit.id)

    assert [test.taken_at for test in kept] == [
        NOON + timedelta(days=day) for day in (20, 40)
    ]


async def test_anybodys_next_test_forgets_what_is_older_than_a_month(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, (_prisoner, mother) = await booked(session, world)
        for of, day in (
            (Whose(participant_id=mother.id), 0),
            (Whose(station_id=world.kiosk.id), 31),
        ):
            await lines.keep(
                session, of=of, measured=GOOD, now=NOON + timedelta(days=day)
            )

        assert await lines.tests_of_visit(session, visit_id=visit.id) == []


async def test_a_test_outlives_the_participant_it_was_made_by(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        of = Whose(station_id=world.kiosk.id, participant_id=4711)
        kept = await lines.keep(session, of=of, measured=GOOD, now=NOON)

    assert (kept.station_id, kept.participant_id) == (world.kiosk.id, None)


async def test_a_call_is_added_up_from_its_stretches(database: Database) -> None:
    first = Stretch(
        seconds_up=30,
        seconds_down=30,
        seconds_timed=20,
        loss_up_total=3.0,
        loss_up_worst=0.4,
        loss_down_total=0.0,
        round_trip_total=4.0,
        round_trip_worst=0.3,
        jitter_total=0.3,
        jitter_worst=0.02,
        bytes_up=300_000,
        bytes_down=600_000,
    )
    second = Stretch(
        seconds_up=10,
        seconds_down=30,
        loss_up_total=1.0,
        loss_up_worst=0.1,
        loss_down_total=6.0,
        loss_down_worst=0.5,
        bytes_up=100_000,
        bytes_down=150_000,
        seconds_audio_only=12,
        seconds_relayed=30,
    )
    async with database.write() as session:
        world = await make.world(session)
        visit, (_prisoner, mother) = await booked(session, world)
        await calls.joined(session, mother, by=SYSTEM, now=NOON)
        await calls.reconnecting(session, mother, now=NOON + MINUTE)
    for stretch in (first, second):
        async with database.write() as session:
            await lines.add(
                session, participant=mother.reference, measured=stretch, now=NOON
            )

    async with database.read() as session:
        found = await lines.of_visit(session, visit_id=visit.id)

    assert found == (
        Line(
            participant_id=mother.id,
            seconds=60,
            loss_up=pytest.approx(0.1),
            loss_up_worst=0.4,
            loss_down=pytest.approx(0.1),
            loss_down_worst=0.5,
            round_trip=pytest.approx(0.2),
            round_trip_worst=0.3,
            jitter=pytest.approx(0.005),
            jitter_worst=0.02,
            rate_up=pytest.approx(80_000),
            rate_down=pytest.approx(100_000),
            seconds_audio_only=12,
            reconnects=1,
            relayed=True,
        ),
    )


async def test_whoever_is_in_no_visit_any_more_has_no_line(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _people = await booked(session, world)
        await lines.add(session, participant="gone", measured=Stretch(), now=NOON)

        assert await lines.of_visit(session, visit_id=visit.id) == ()
