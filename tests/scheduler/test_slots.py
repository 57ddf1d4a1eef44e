"""A weekly pattern laid over days, also over those on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.slots import Pattern, Slot, on_the_wall, unroll
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
