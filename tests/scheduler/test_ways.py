"""A gateway that fails again and again is passed over, and tried again with one."""

from datetime import timedelta

from structlog.testing import capture_logs

from scheduler.ways import FAILURES, FIRST_REST, LONGEST_REST, TRY, Health, Ways
from tests.conftest import NOON
from tests.scheduler.fakes import FakeGateway
from visitation.words import Channel

FIRST = FakeGateway("first", channels=frozenset({Channel.SMS}))
SECOND = FakeGateway("second")
BOTH = (FIRST, SECOND)


def chosen(ways: Ways, now=NOON) -> dict[str, list[Channel]]:
    found = ways.by_channel(BOTH, now)
    return {way.gateway.name: channels for way, channels in found.items()}


def test_each_channel_goes_by_the_first_that_carries_it() -> None:
    assert chosen(Ways()) == {"first": [Channel.SMS], "second": [Channel.VOICE]}


def test_a_few_failures_are_forgiven_once_it_answers() -> None:
    ways = Ways()
    way = ways.of(FIRST)
    for _ in range(5):
        for _ in range(FAILURES - 1):
            way.failed(NOON, "503")
        way.answered(NOON)
    assert way.alive


def test_one_that_fails_in_a_row_is_passed_over_and_then_tried_with_one() -> None:
    ways = Ways()
    way = ways.of(FIRST)
    for _ in range(FAILURES):
        way.failed(NOON, "unreachable")
    assert chosen(ways) == {"second": [Channel.SMS, Channel.VOICE]}
    assert way.room(NOON + FIRST_REST - timedelta(seconds=1)) == 0
    later = NOON + FIRST_REST
    assert way.room(later) == 1
    way.given(1, later)
    assert way.room(later) == 0
    assert chosen(ways, later) == {"second": [Channel.SMS, Channel.VOICE]}
    way.answered(later)
    assert chosen(ways, later) == {"first": [Channel.SMS], "second": [Channel.VOICE]}


def test_a_try_of_which_nothing_is_heard_is_made_again() -> None:
    way = Ways().of(FIRST)
    way.failed(NOON, "20003", misconfigured=True)
    later = NOON + FIRST_REST
    way.given(way.room(later), later)
    assert way.room(later + TRY - timedelta(seconds=1)) == 0
    assert way.room(later + TRY) == 1


def test_it_rests_longer_each_time_it_fails_again() -> None:
    way = Ways().of(FIRST)
    for _ in range(FAILURES):
        way.failed(NOON, "unreachable")
    now, rests = NOON, []
    for _ in range(5):
        began = now
        while not way.open(now):
            now += timedelta(seconds=1)
        rests.append(now - began)
        way.given(1, now)
        way.failed(now, "unreachable")
    assert rests == [FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST, *[LONGEST_REST] * 2]


def test_a_wrong_account_is_shown_and_said_once() -> None:
    ways = Ways()
    with capture_logs() as logs:
        for _ in range(4):
            ways.of(FIRST).failed(NOON, "20003", misconfigured=True)
    assert [(line["event"], line["log_level"]) for line in logs] == [
        ("gateway_passed_over", "error")
    ]
    assert ways.health(BOTH) == (
        Health(name="first", alive=False, since=NOON, code="20003", misconfigured=True),
        Health(name="second", alive=True, since=None, code="", misconfigured=False),
    )


def test_a_message_is_asked_for_again_when_it_is_twice_as_old() -> None:
    way, asked = Ways().of(FIRST), []
    for minute in range(2, 40):
        now = NOON + timedelta(minutes=minute)
        if way.to_be_asked({"m1": NOON}, now, most=1):
            asked.append(minute)
    assert asked == [2, 4, 8, 16, 32]


def test_a_clock_that_is_put_back_makes_no_rest_longer() -> None:
    way = Ways().of(FIRST)
    way.failed(NOON, "20003", misconfigured=True)
    before = NOON - timedelta(hours=1)
    assert way.room(before) == 1
    way.given(1, before)
    assert way.room(before - timedelta(hours=1)) == 1


def test_those_that_are_not_asked_now_are_asked_next() -> None:
    way = Ways().of(FIRST)
    sent = dict.fromkeys(("m1", "m2", "m3"), NOON)
    now = NOON + timedelta(minutes=2)
    assert way.to_be_asked(sent, now, most=2) == ["m1", "m2"]
    assert way.to_be_asked(sent, now, most=2) == ["m3"]
    assert way.to_be_asked(sent, now, most=2) == []
