"""Hands, and what people write to each other, played through rooms without sockets."""

from datetime import timedelta

import pytest

from signaling import hands
from signaling.effects import Wrote
from signaling.messages import Error
from signaling.room import Room
from signaling.supervised import MOST_LINES, PrivilegedRoom, SupervisedRoom
from signaling.talk import Hand, Said
from signaling.words import Phase, Reason
from tests.signaling.rooms import (
    CLOSING,
    HALF_PAST,
    MONITOR,
    MOTHER,
    OFFICIAL,
    PRISONER,
    TEN,
    UNCLE,
    WELCOME,
    enter,
    orders,
    told,
    under_way,
)
from visitation.words import Chatting, VisitKind

REFUSED = [Error(code="not_now")]
LATER = TEN + timedelta(seconds=10)


def writing(chatting: Chatting, phase: Phase = Phase.LIVE) -> SupervisedRoom:
    room = SupervisedRoom(
        kind=VisitKind.FAMILY,
        starts_at=TEN,
        ends_at=HALF_PAST,
        closes_at=CLOSING,
        phase=phase,
        chatting=chatting,
    )
    enter(room, PRISONER, MOTHER)
    return room


def lines(room: SupervisedRoom, to: str) -> list[tuple[str, str]]:
    """What somebody who loads the page again reads."""
    guest = {one.id: one for one in (PRISONER, MOTHER, UNCLE, MONITOR)}[to]
    takes_in = room.watch if guest is MONITOR else room.enter
    said = told(takes_in(guest, WELCOME, now=LATER), to)
    return [(one.code, one.text) for one in said if isinstance(one, Said)]


def test_a_raised_hand_is_seen_by_all_until_it_is_down() -> None:
    room = under_way(PRISONER, MOTHER)

    up = hands.raised(room, "mother", up=True)
    again = hands.raised(room, "mother", up=True)
    down = hands.raised(room, "mother", up=False)

    raised = [Hand(participant="mother", raised=True)]
    assert told(up, "prisoner") == told(up, "mother") == raised
    assert again == ()
    assert told(down, "prisoner") == [Hand(participant="mother", raised=False)]


def test_whoever_comes_later_sees_which_hands_are_up() -> None:
    room = under_way(PRISONER, MOTHER)
    hands.raised(room, "mother", up=True)

    entered = room.enter(OFFICIAL, WELCOME, now=LATER)

    assert Hand(participant="mother", raised=True) in told(entered, "official")
    assert room.snapshot().person("mother").hand


def test_nobody_raises_a_hand_outside_the_call_or_by_watching() -> None:
    room = under_way(PRISONER, UNCLE, MONITOR)

    assert hands.raised(room, "uncle", up=True) == ()
    assert hands.raised(room, "monitor", up=True) == ()
    assert hands.raised(room, "nobody", up=True) == ()


def test_a_hand_goes_with_its_person() -> None:
    room = under_way(PRISONER, MOTHER)
    hands.raised(room, "mother", up=True)
    room.leave("mother", now=LATER, reason=Reason.LEFT)

    entered = room.enter(MOTHER, WELCOME, now=LATER)

    assert not any(isinstance(one, Hand) for one in told(entered, "prisoner"))


def test_a_phrase_is_read_by_all_and_goes_into_the_record() -> None:
    room = writing(Chatting.PHRASES)

    said = room.write("mother", code="hear_well", text="never shown", now=TEN)

    [line] = told(said, "prisoner")
    assert line == told(said, "mother")[0]
    assert (line.participant, line.name, line.code, line.text) == (
        "mother",
        MOTHER.name,
        "hear_well",
        "",
    )
    assert orders(said) == [Wrote(participant="mother", code="hear_well", text="")]


@pytest.mark.parametrize(
    ("chatting", "code", "text"),
    [
        (Chatting.NONE, "yes", ""),
        (Chatting.PHRASES, "", "in my own words"),
        (Chatting.PHRASES, "no such phrase", ""),
        (Chatting.FREE, "", "   "),
        (Chatting.FREE, "no such phrase", ""),
    ],
)
def test_what_the_prison_does_not_allow_is_not_written(
    chatting: Chatting, code: str, text: str
) -> None:
    room = writing(chatting)

    said = room.write("mother", code=code, text=text, now=TEN)

    assert told(said, "mother") == REFUSED
    assert told(said, "prisoner") == []
    assert orders(said) == []


def test_own_words_are_written_where_the_prison_allows_it() -> None:
    room = writing(Chatting.FREE)

    said = room.write("mother", code="", text=" سلام ", now=TEN)

    assert [one.text for one in told(said, "prisoner")] == ["سلام"]


def test_nothing_is_written_while_nothing_is_heard() -> None:
    room = writing(Chatting.FREE)
    room.pause(True)

    assert told(room.write("mother", code="yes", text="", now=TEN), "mother") == REFUSED
    waiting = writing(Chatting.FREE, Phase.WAITING)
    early = waiting.write("mother", code="yes", text="", now=TEN)
    assert told(early, "mother") == REFUSED


def test_staff_who_watch_read_along_and_write_nothing() -> None:
    room = writing(Chatting.FREE)
    enter(room, MONITOR)

    said = room.write("mother", code="yes", text="", now=TEN)

    assert [one.code for one in told(said, "monitor")] == ["yes"]
    answer = room.write("monitor", code="yes", text="", now=LATER)
    assert told(answer, "monitor") == REFUSED


def test_a_double_click_writes_once() -> None:
    room = writing(Chatting.PHRASES)
    room.write("mother", code="yes", text="", now=TEN)

    twice = room.write("mother", code="yes", text="", now=TEN + timedelta(seconds=1))
    later = room.write("mother", code="yes", text="", now=LATER)

    assert twice == ()
    assert len(told(later, "prisoner")) == 1


def test_nobody_floods_the_others() -> None:
    room = writing(Chatting.FREE)
    for number in range(MOST_LINES):
        room.write("mother", code="", text=f"line {number}", now=LATER)

    more = room.write("mother", code="", text="one more", now=LATER)

    assert told(more, "mother") == REFUSED
    assert told(room.write("prisoner", code="yes", text="", now=LATER), "mother") != []


def test_a_page_that_is_loaded_again_reads_what_was_written() -> None:
    room = writing(Chatting.FREE)
    room.write("mother", code="yes", text="", now=TEN)
    room.write("prisoner", code="", text="hello", now=TEN)

    assert lines(room, "prisoner") == [("yes", ""), ("", "hello")]
    assert lines(room, "monitor") == [("yes", ""), ("", "hello")]


def test_whoever_still_waits_reads_it_once_they_are_let_in() -> None:
    room = writing(Chatting.PHRASES)
    room.write("mother", code="yes", text="", now=TEN)

    waiting = room.enter(UNCLE, WELCOME, now=LATER)
    let_in = room.admit("uncle", now=LATER)

    assert not any(isinstance(one, Said) for one in told(waiting, "uncle"))
    assert [one.code for one in told(let_in, "uncle") if isinstance(one, Said)] == [
        "yes"
    ]


def test_numbers_of_lines_grow_also_within_a_moment() -> None:
    room = writing(Chatting.FREE)
    said = [
        told(room.write("mother", code="", text=text, now=TEN), "mother")[0].number
        for text in ("one", "two", "three")
    ]

    assert said == sorted(set(said))


def test_a_privileged_room_has_no_way_to_write() -> None:
    assert not hasattr(Room, "write")
    assert not hasattr(PrivilegedRoom, "write")
