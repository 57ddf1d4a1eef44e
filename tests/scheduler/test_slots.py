"""A weekly pattern laid over days, also over those on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.slots import Pattern, Slot, on_the_wall, sittings, unroll
from visitation.timespan import Timespan, on_quantum
from visitation.words import VisitKind

TEHRAN = ZoneInfo("Asia/Tehran")
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
MONDAY = date(2026, 11, 23)
FORWARD = date(2026, 3, 29)
BACK = date(2026, 10, 25)
FAMILY = frozenset({VisitKind.FAMILY})


def pattern(**changes: object) -> Pattern:
    values = {
        "template_id": 1,
        "weekday": 0,
        "starts": time(9),
        "ends": time(10, 30),
        "slot": timedelta(minutes=30),
        "turnover": timedelta(minutes=5),
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
        "terminals": (7,),
        "kinds": FAMILY,
    }
    return Pattern(**(values | changes))


def walls(slots: list[Slot], zone: ZoneInfo) -> list[str]:
    return [
        f"{slot.span.start.astimezone(zone):%H:%M}-{slot.span.end.astimezone(zone):%H:%M}"
        for slot in slots
    ]


def test_a_slot_begins_on_the_wall_clock_and_ends_a_turnover_early() -> None:
    assert unroll([pattern()], MONDAY, MONDAY, TEHRAN)[0] == Slot(
        template_id=1,
        terminal_id=7,
        span=Timespan(
            datetime(2026, 11, 23, 5, 30, tzinfo=UTC),
            datetime(2026, 11, 23, 5, 55, tzinfo=UTC),
        ),
        kinds=FAMILY,
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["09:00-09:25", "09:30-09:55", "10:00-10:25"]),
        ({"turnover": timedelta(0)}, ["09:00-09:30", "09:30-10:00", "10:00-10:30"]),
        ({"ends": time(10, 25)}, ["09:00-09:25", "09:30-09:55"]),
        ({"starts": time(23), "ends": time(0)}, ["23:00-23:25", "23:30-23:55"]),
        ({"ends": time(9)}, []),
        ({"turnover": timedelta(minutes=30)}, []),
        ({"weekday": 1}, []),
        ({"valid_from": date(2026, 11, 24)}, []),
        ({"valid_to": date(2026, 11, 22)}, []),
        ({"valid_to": MONDAY, "ends": time(9, 30)}, ["09:00-09:25"]),
        ({"terminals": ()}, []),
    ],
)
def test_a_day_has_the_slots_of_its_pattern(
    changes: dict[str, object], expected: list[str]
) -> None:
    slots = unroll([pattern(**changes)], MONDAY, MONDAY, TEHRAN)
    assert walls(slots, TEHRAN) == expected


def test_slots_come_in_order_of_time_then_terminal_over_all_days() -> None:
    patterns = [pattern(terminals=(9, 7), ends=time(9, 30)), pattern(weekday=2)]
    slots = unroll(patterns, MONDAY, MONDAY + timedelta(days=7), TEHRAN)
    assert [(slot.span.start.date().day, slot.terminal_id) for slot in slots] == [
        (23, 7),
        (23, 9),
        (25, 7),
        (25, 7),
        (25, 7),
        (30, 7),
        (30, 9),
    ]


def held(pattern: Pattern, last: date, **more: frozenset[date]) -> list[date]:
    slots = unroll([pattern], date(2026, 11, 1), last, TEHRAN, **more)
    return sorted({slot.span.start.date() for slot in slots})


def test_a_fortnightly_pattern_counts_from_the_week_of_its_first_day() -> None:
    # Its week begins on Saturday the 21st, though it is first held on the 30th.
    began_on_tuesday = pattern(valid_from=date(2026, 11, 24), every_weeks=2)
    assert held(began_on_tuesday, date(2027, 1, 10)) == [
        date(2026, 12, 7),
        date(2026, 12, 21),
        date(2027, 1, 4),
    ]
    began_on_monday = pattern(valid_from=MONDAY, every_weeks=3)
    assert held(began_on_monday, date(2027, 1, 10)) == [
        MONDAY,
        date(2026, 12, 14),
        date(2027, 1, 4),
    ]


def test_a_saturday_begins_a_week_and_a_friday_ends_it() -> None:
    saturday, friday = date(2026, 11, 21), date(2026, 11, 27)
    for day, weekday in ((saturday, 5), (friday, 4)):
        found = held(
            pattern(weekday=weekday, valid_from=saturday, every_weeks=2),
            friday + timedelta(days=14),
        )
        assert found == [day, day + timedelta(days=14)]


@pytest.mark.parametrize(
    "day", [FORWARD, BACK], ids=["clocks go forward", "clocks go back"]
)
def test_every_nth_week_keeps_its_wall_times_over_a_change_of_clocks(day: date) -> None:
    first = day - timedelta(weeks=2)
    slots = unroll(
        [
            pattern(
                weekday=day.weekday(),
                valid_from=first,
                every_weeks=2,
                ends=time(9, 30),
                turnover=timedelta(0),
            )
        ],
        first,
        day + timedelta(weeks=2),
        BERLIN,
    )
    assert walls(slots, BERLIN) == ["09:00-09:30"] * 3
    gaps = [
        other.span.start - one.span.start - timedelta(weeks=2)
        for one, other in pairwise(slots)
    ]
    hour = timedelta(hours=-1 if day == FORWARD else 1)
    assert gaps == [hour, timedelta(0)]


def test_on_a_holiday_only_those_are_held_that_say_so() -> None:
    off = frozenset({MONDAY})
    week_after = MONDAY + timedelta(days=7)
    usual = pattern(valid_from=MONDAY)
    assert held(usual, week_after, holidays=off) == [week_after]
    always = pattern(valid_from=MONDAY, on_holidays=True)
    assert held(always, week_after, holidays=off) == [MONDAY, week_after]


def one_by_one(
    patterns: list[Pattern], first: date, last: date, zone: ZoneInfo
) -> dict[tuple[Timespan, int], frozenset[VisitKind]]:
    """The slots, each asked of the wall clock by itself: slow, and plainly right."""
    found: dict[tuple[Timespan, int], frozenset[VisitKind]] = {}
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        for one in (one for one in patterns if one.holds_on(day)):
            wall = datetime.combine(day, one.starts)
            while wall + one.slot <= datetime.combine(day, one.ends) + timedelta(
                days=one.ends == time(0)
            ):
                span = on_the_wall(wall, one.slot - one.turnover, zone)
                for terminal in one.terminals if span else ():
                    known = found.get((span, terminal), frozenset())
                    found[span, terminal] = known | one.kinds
                wall += one.slot
    return found


@settings(deadline=None, max_examples=60)
@given(
    # Tehran changed its clocks at midnight until 2022, as Havana does.
    zone=st.sampled_from([TEHRAN, BERLIN, LORD_HOWE, ZoneInfo("America/Havana")]),
    first=st.one_of(
        st.dates(date(2020, 1, 1), date(2027, 1, 1)),
        st.sampled_from([FORWARD, BACK, date(2021, 3, 22), date(2021, 9, 22)]).map(
            lambda day: day - timedelta(days=3)
        ),
        st.sampled_from([date(2026, 3, 8), date(2026, 10, 4), date(2026, 11, 1)]),
    ),
    patterns=st.lists(
        st.builds(
            pattern,
            weekday=st.integers(0, 6),
            starts=st.sampled_from([time(0), time(1), time(1, 30), time(9)]),
            ends=st.sampled_from([time(3), time(10, 30), time(0)]),
            slot=st.sampled_from([timedelta(minutes=30), timedelta(minutes=45)]),
            valid_from=st.just(date(2020, 1, 1)),
            terminals=st.sampled_from([(7,), (9, 7), ()]),
            kinds=st.sampled_from([FAMILY, frozenset(VisitKind)]),
            every_weeks=st.integers(1, 3),
        ),
        max_size=5,
    ),
)
def test_every_span_comes_once_as_the_wall_clock_shows_it(
    zone: ZoneInfo, first: date, patterns: list[Pattern]
) -> None:
    last = first + timedelta(days=9)
    found = sittings(patterns, first, last, zone)
    expected = one_by_one(patterns, first, last, zone)
    assert {
        (one.span, seat.terminal_id): seat.kinds for one in found for seat in one.seats
    } == expected
    assert [one.span for one in found] == sorted({span for span, _ in expected})
    assert [(s.span, s.terminal_id) for s in unroll(patterns, first, last, zone)] == (
        sorted(expected)
    )


def test_two_patterns_for_one_slot_make_one_slot_for_both_kinds() -> None:
    legal = pattern(template_id=2, kinds=frozenset({VisitKind.LEGAL}), ends=time(9, 30))
    slots = unroll([pattern(), legal], MONDAY, MONDAY, TEHRAN)
    assert [len(slot.kinds) for slot in slots] == [2, 1, 1]


@pytest.mark.parametrize(
    ("zone", "day", "slot_minutes", "expected"),
    [
        # 02:00 to 03:00 does not exist.
        (
            BERLIN,
            FORWARD,
            30,
            ["01:00-01:30", "01:30-02:00*", "03:00-03:30", "03:30-04:00"],
        ),
        # A slot across the gap would be shorter than it says.
        (BERLIN, FORWARD, 45, ["01:00-01:45", "03:15-04:00"]),
        # 02:00 to 03:00 comes twice and is taken once.
        (
            BERLIN,
            BACK,
            30,
            [
                "01:00-01:30",
                "01:30-02:00",
                "02:00-02:30",
                "02:30-03:00*",
                "03:00-03:30",
                "03:30-04:00",
            ],
        ),
        # Half an hour is skipped, from 02:00 to 02:30.
        (
            LORD_HOWE,
            date(2026, 10, 4),
            30,
            [
                "01:00-01:30",
                "01:30-02:00*",
                "02:30-03:00",
                "03:00-03:30",
                "03:30-04:00",
            ],
        ),
        (TEHRAN, FORWARD, 60, ["01:00-02:00", "02:00-03:00", "03:00-04:00"]),
    ],
    ids=["forward", "forward-across", "back", "half-hour", "no-change"],
)
def test_slots_are_right_on_days_when_clocks_change(
    zone: ZoneInfo, day: date, slot_minutes: int, expected: list[str]
) -> None:
    slots = unroll(
        [
            pattern(
                weekday=day.weekday(),
                starts=time(1),
                ends=time(4),
                slot=timedelta(minutes=slot_minutes),
                turnover=timedelta(0),
            )
        ],
        day,
        day,
        zone,
    )
    # A star marks an end that the wall shows as something else.
    stated = [text.removesuffix("*") for text in expected]
    shown = walls(slots, zone)
    assert [text[:5] for text in shown] == [text[:5] for text in stated]
    for text, slot, wall in zip(expected, slots, shown, strict=True):
        assert slot.span.length == timedelta(minutes=slot_minutes)
        assert text.endswith("*") or text == wall


def test_a_time_that_does_not_exist_has_no_span() -> None:
    gap = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001
    assert on_the_wall(gap, timedelta(minutes=30), BERLIN) is None


@settings(deadline=None, max_examples=50)
@given(
    zone=st.sampled_from([TEHRAN, BERLIN, LORD_HOWE, ZoneInfo("America/St_Johns")]),
    day=st.dates(date(2024, 1, 1), date(2028, 1, 1)),
    quanta=st.integers(1, 40),
    turnover=st.integers(0, 3),
)
def test_slots_of_one_terminal_never_overlap_and_lie_on_quanta(
    zone: ZoneInfo, day: date, quanta: int, turnover: int
) -> None:
    every_day = [
        pattern(
            weekday=weekday,
            starts=time(0),
            ends=time(0),
            slot=timedelta(minutes=5 * quanta),
            turnover=timedelta(minutes=5 * turnover),
        )
        for weekday in range(7)
    ]
    slots = unroll(every_day, day, day + timedelta(days=2), zone)
    for one, other in pairwise(slots):
        gap = other.span.start - one.span.end
        assert gap >= timedelta(minutes=5 * turnover)
    assert all(on_quantum(s.span.start) and on_quantum(s.span.end) for s in slots)
