"""The night is read from the wall clock of the place, on both days of a change."""

from datetime import UTC, datetime, time

import pytest

from scheduler.quiet import QuietHours

TEHRAN, BERLIN = "Asia/Tehran", "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "morning"),
    [
        ("2026-11-23 17:29", TEHRAN, None),
        ("2026-11-23 17:30", TEHRAN, "2026-11-24 04:30"),
        ("2026-11-23 23:00", TEHRAN, "2026-11-24 04:30"),
        ("2026-11-24 04:29", TEHRAN, "2026-11-24 04:30"),
        ("2026-11-24 04:30", TEHRAN, None),
        # Clocks go forward at 2 and back at 3 in that night.
        ("2026-03-28 22:00", BERLIN, "2026-03-29 06:00"),
        ("2026-10-24 22:00", BERLIN, "2026-10-25 07:00"),
        ("2026-10-25 00:30", BERLIN, "2026-10-25 07:00"),
    ],
)
def test_the_night_ends_at_eight_by_the_wall_clock(
    now: str, zone: str, morning: str | None
) -> None:
    assert QuietHours().morning(utc(now), zone) == (morning and utc(morning))


def test_a_night_may_begin_after_midnight_or_never() -> None:
    late = QuietHours(begin=time(1), end=time(7), zone="UTC")
    assert late.morning(utc("2026-11-23 00:59")) is None
    assert late.morning(utc("2026-11-23 01:00")) == utc("2026-11-23 07:00")
    assert late.morning(utc("2026-11-23 07:00")) is None
    never = QuietHours(begin=time(0), end=time(0), zone="UTC")
    assert never.morning(utc("2026-11-23 00:00")) is None


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        # The clock shows 02:30 twice, and the night ends the second time.
        ("2026-10-25 00:20", "2026-10-25 01:30"),
        ("2026-10-25 01:10", "2026-10-25 01:30"),
        # It goes from 02:00 to 03:00, and never shows 02:30.
        ("2026-03-29 00:50", "2026-03-29 01:30"),
    ],
)
def test_a_night_that_ends_while_the_clock_changes_ends_later_than_now(
    now: str, morning: str
) -> None:
    hours = QuietHours(begin=time(21), end=time(2, 30))
    assert hours.morning(utc(now), BERLIN) == utc(morning)
