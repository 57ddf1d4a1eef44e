"""Every figure of a small month, beside the number that a person counted."""

from datetime import date
from fractions import Fraction

import pytest

from tests.visitation.statistics.counted import (
    AZAR,
    NOW,
    Ground,
    broke,
    case,
    count_months,
    felt,
    ground,
    line,
    message,
    noon,
    participant,
    read,
    service,
    stop,
    visit,
)
from visitation import statistics
from visitation.calls.words import Mood
from visitation.database import Database
from visitation.lifecycle import MessageState, VisitState
from visitation.statistics import FIGURES, Measure, Number, Period, Where
from visitation.words import (
    CaseState,
    Outcome,
    ServiceChannel,
    ServiceKind,
    VisitKind,
)

AZAR_DAYS = Period.months(AZAR)


async def _visits(session, at: Ground) -> None:
    # Waited 3 days, two came; broke, 90 s lost, 2 minutes given back.
    one = await visit(session, at, noon(24, 11), minutes_given_back=2)
    mother = await participant(session, one, arrived_at=noon(24, 11))
    child = await participant(session, one, joined_at=noon(24, 11))
    await broke(session, one, mother)
    await line(session, mother, 1200.4, 300.2)
    await felt(session, mother, Mood.GOOD)
    await felt(session, child, Mood.BAD)
    # 7 days after it, in the village; waited 9 days, three came.
    two = await visit(session, at, noon(1), point_id=at.village.id, came=3, waited=9)
    calm = await participant(session, two, arrived_at=noon(1))
    await line(session, calm, 800.0, 0.0)
    await felt(session, calm, Mood.GOOD)
    # 5 days after that, at home with a phone; waited 20 days; ended by staff.
    await visit(
        session, at, noon(6), point_id=None, waited=20, outcome=Outcome.ENDED_BY_STAFF
    )
    # Never began for a technical reason; somebody had come.
    await visit(
        session,
        at,
        noon(7),
        came=1,
        state=VisitState.MISSED,
        outcome=Outcome.TECHNICAL_PRISON,
        started_at=None,
    )
    # The family was not there; another cancelled; one is still to come.
    no_show = {"state": VisitState.MISSED, "outcome": Outcome.FAMILY_ABSENT}
    await visit(session, at, noon(8), started_at=None, **no_show)
    gone = {"state": VisitState.CANCELLED, "outcome": Outcome.CANCELLED_BY_FAMILY}
    await visit(session, at, noon(9), started_at=None, **gone)
    to_come = {"state": VisitState.BOOKED, "outcome": None, "started_at": None}
    await visit(session, at, noon(20), **to_come)
    # A legal visit counts as a visit that was held, and as nothing else.
    legal = await visit(session, at, noon(10), kind=VisitKind.LEGAL, came=1, waited=90)
    await felt(session, await participant(session, legal), Mood.BAD)
    # What was only asked for, or held for a while, is no visit.
    await visit(session, at, noon(11), state=VisitState.REQUESTED, outcome=None)
    # Five minutes before and after the month, on Tehran's clock.
    await visit(session, at, noon(21, 11).replace(hour=20, minute=25), came=4)
    await visit(session, at, noon(21).replace(hour=20, minute=30), came=4)


async def _others(session, at: Ground) -> None:
    await service(session, at.office, date(2026, 11, 22), people=2)
    self_made = {"channel": ServiceChannel.SELF, "kind": ServiceKind.SANA}
    await service(session, at.office, date(2026, 12, 21), **self_made)
    await service(session, at.village, date(2026, 12, 1), people=4)
    await service(
        session, at.village, date(2026, 12, 1), kind=ServiceKind.VISIT, people=4
    )
    await service(session, at.office, date(2026, 12, 2), people=9, withdrawn_at=NOW)
    await service(session, at.office, date(2026, 11, 21), people=9)
    for day in (date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 20)):
        await stop(session, at, day)
    told = await visit(session, at, noon(30, 11), point_id=None, waited=1)
    await message(session, noon(30, 11), told)
    await message(session, noon(30, 11), told, state=MessageState.FAILED, segments=1)
    await message(session, noon(12), None, segments=3)
    granted = {"state": CaseState.GRANTED, "decided_at": noon(4)}
    await case(session, at.prisoner, noon(1), **granted)
    denied = {"state": CaseState.DENIED, "decided_at": noon(15)}
    await case(session, at.other, noon(3), **denied)
    await case(session, at.prisoner, noon(5))
    await case(session, at.prisoner, noon(10))
    await case(session, at.prisoner, noon(2), state=CaseState.WITHDRAWN)


@pytest.fixture
async def here(database: Database) -> Ground:
    async with database.write() as session:
        at = await ground(session)
        await _visits(session, at)
        await _others(session, at)
    await count_months(database)
    return at


async def test_every_figure_is_what_a_person_counts(
    database: Database, here: Ground
) -> None:
    found = await read(database)

    assert {one.code: one.of(found) for one in FIGURES} == {
        # The office and the village; the phone at home is no point.
        "points": 2,
        "provinces": 1,
        # Two at the office, two in the village.
        "operations": 4,
        "served": 2 + 1 + 4 + 4,
        "self_service": Fraction(1, 4),
        # 4 visitors and 4 people of a petition on two days; the third is to come.
        "per_village_day": Fraction(8, 2),
        # Nine, and the one that the messages are about.
        "visits": 9,
        # Three, the legal one, and that one.
        "held": 5,
        # 2 at the office, 4 in the village, 1 who waited in vain.
        "visitors": 7,
        # 3, 9, 20 and 1 days.
        "waited_half": 3,
        "waited_most": 20,
        "waited_longest": 20,
        # Of nobody it was written down.
        "before_known": 0,
        "before_half": None,
        "before_most": None,
        # 21 November in the evening → 24 → 30 → 1 December → 6: 2, 6, 1 and 5 days.
        "since_half": 2,
        "since_most": 6,
        # Of four begun and one that could not, one broke and one did not begin.
        "first_try": Fraction(3, 5),
        "audio_only": Fraction(300, 2000),
        "lost": 1,
        "given_back": 2,
        "satisfied": Fraction(2, 3),
        "delivered": 2,
        "segments": 6,
        "opened": 5,
        "decided": 2,
        # The one that was due yesterday, and the one decided two days too late.
        "overdue": 2,
        # 3 and 12 days.
        "answered_half": 3,
        "answered_most": 12,
    }


async def test_outcomes_are_told_but_those_of_legal_visits(
    database: Database, here: Ground
) -> None:
    found = await read(database)

    assert found.by_key(Measure.VISITS) == {
        "": Number(1),
        "booked": Number(1),
        "cancelled_by_family": Number(1),
        "completed": Number(3),
        "ended_by_staff": Number(1),
        "family_absent": Number(1),
        "technical_prison": Number(1),
    }
    assert found.by_kind(Measure.HELD) == {"family": Number(4), "legal": Number(1)}
    assert "legal" not in found.by_kind(Measure.WAITED)


async def test_only_the_first_visit_tells_of_the_time_before(
    database: Database,
) -> None:
    async with database.write() as session:
        at = await ground(session)
        at.prisoner.visited_on = date(2026, 11, 1)
        at.other.visited_on = date(2026, 12, 5)
        session.add_all([at.prisoner, at.other])
        await visit(session, at, noon(23, 11), kind=VisitKind.LEGAL)
        await visit(session, at, noon(24, 11))
        await visit(session, at, noon(1))
        # Written down later than it was: nothing was before.
        await visit(session, at, noon(4), prisoner_id=at.other.id)
    await count_months(database)
    found = await read(database)

    assert found.days(Measure.BEFORE) == {23: 1}
    assert found.days(Measure.SINCE) == {7: 1}


async def test_a_day_has_its_own_and_days_come_to_their_month(
    database: Database, here: Ground
) -> None:
    days = [*AZAR_DAYS.days()]
    each = [await read(database, period=Period.day(one)) for one in days]
    ends = Period(days[3], days[-2])

    assert [one.count(Measure.HELD) for one in each[:3]] == [0, 0, 1]
    assert sum(one.count(Measure.VISITS) for one in each) == 9
    assert [one.count(Measure.OPERATIONS) for one in (each[0], each[9], each[-1])] == [
        *(1, 2, 1)
    ]
    among = await read(database, period=ends)
    # Without 1 Azar, the 3rd and the last: 9, 20 and 1 days.
    assert among.days(Measure.WAITED) == {1: 1, 9: 1, 20: 1}
    place = Where(sites=frozenset({here.village.id}))
    there = await read(database, place, period=Period.day(date(2026, 12, 1)))
    assert (there.points, there.count(Measure.VISITORS)) == (1, 4)


async def test_a_province_a_prison_and_a_point_have_their_own(
    database: Database, here: Ground
) -> None:
    def visits_of(found: statistics.Tallies) -> tuple[int, int]:
        return found.count(Measure.VISITS), found.count(Measure.OPENED)

    places = {
        "here": Where(provinces=frozenset({here.here.id})),
        "there": Where(provinces=frozenset({here.there.id})),
        "village": Where(sites=frozenset({here.village.id})),
        "prison": Where(sites=frozenset({here.prison.id})),
        "nowhere": Where(),
    }
    found = {name: visits_of(await read(database, one)) for name, one in places.items()}

    assert found == {
        "here": (9, 4),
        "there": (0, 1),
        "village": (1, 0),
        "prison": (9, 4),
        "nowhere": (0, 0),
    }
