"""Everybody in a visit is told who watches it, since when, and until when."""

from datetime import timedelta

from signaling.disclosure import Watching
from signaling.effects import Effects
from signaling.words import Phase, Reason
from tests.signaling.rooms import (
    MONITOR,
    MOTHER,
    PRISONER,
    TEN,
    WELCOME,
    room,
    told,
    under_way,
)

MINUTE = timedelta(minutes=1)
NOW = Watching(participant="monitor", since=TEN)


def trace(effects: Effects, to: str) -> list[object]:
    return [one for one in told(effects, to) if isinstance(one, Watching)]


def test_everybody_is_told_that_somebody_begins_to_watch() -> None:
    live = under_way(PRISONER, MOTHER)

    came = live.watch(MONITOR, WELCOME, now=TEN)

    for one in ("prisoner", "mother", "monitor"):
        assert trace(came, one) == [NOW]
    person = live.snapshot().person("monitor")
    assert person is not None
    assert person.watches_since == TEN


def test_in_the_waiting_room_there_is_nothing_to_watch_yet() -> None:
    waiting = room(Phase.WAITING)
    waiting.enter(MOTHER, WELCOME, now=TEN)

    came = waiting.watch(MONITOR, WELCOME, now=TEN)
    begun = waiting.start(now=TEN + MINUTE)

    assert trace(came, "mother") == []
    assert trace(begun, "mother") == [
        Watching(participant="monitor", since=TEN + MINUTE)
    ]


def test_whoever_comes_later_reads_of_every_time() -> None:
    live = under_way(PRISONER)
    live.watch(MONITOR, WELCOME, now=TEN)
    ended = live.leave("monitor", now=TEN + MINUTE, reason=Reason.LEFT)
    live.watch(MONITOR, WELCOME, now=TEN + 2 * MINUTE)

    came = live.enter(MOTHER, WELCOME, now=TEN + 3 * MINUTE)

    past = Watching(participant="monitor", since=TEN, until=TEN + MINUTE)
    assert trace(ended, "prisoner") == [past]
    assert trace(came, "mother") == [
        past,
        Watching(participant="monitor", since=TEN + 2 * MINUTE),
    ]


def test_a_line_that_breaks_ends_it_with_the_place_alone() -> None:
    live = under_way(PRISONER)
    live.watch(MONITOR, WELCOME, now=TEN)

    broke = live.lose("monitor", now=TEN)
    back = live.watch(MONITOR, WELCOME, now=TEN + MINUTE / 2, resume=True)
    broke_again = live.lose("monitor", now=TEN + MINUTE)
    gone = live.tick(TEN + 2 * MINUTE)

    assert trace((*broke, *back, *broke_again), "prisoner") == []
    assert trace(gone, "prisoner") == [
        Watching(participant="monitor", since=TEN, until=TEN + 2 * MINUTE)
    ]
