"""What pages of a privileged visit tell each other, past a service that reads none."""

from datetime import timedelta

import pytest

from signaling import wire
from signaling.confidence import LONGEST_BODY, Confide, Confided
from signaling.effects import Effects, Envelope
from signaling.messages import Error
from signaling.room import Room
from signaling.seats import Guest
from signaling.supervised import PrivilegedRoom, SupervisedRoom
from signaling.views import Welcome
from signaling.wire import ProtocolError
from tests.signaling.test_supervised import TEN
from visitation.words import Part, VisitKind

WELCOME = Welcome(resume="come-back")
PRISONER = Guest(id="prisoner", part=Part.PRISONER, name="رضا", known=True)
LAWYER = Guest(id="lawyer", part=Part.VISITOR, name="هما", known=True)
INTERPRETER = Guest(id="interpreter", part=Part.INTERPRETER, name="سارا", known=True)
STRANGER = Guest(id="stranger", part=Part.VISITOR, name="نادر", known=False)


def room(*guests: Guest, begun: bool = True) -> PrivilegedRoom:
    made = PrivilegedRoom(
        kind=VisitKind.LEGAL,
        starts_at=TEN,
        ends_at=TEN + timedelta(minutes=30),
        closes_at=TEN + timedelta(minutes=35),
    )
    for guest in guests:
        made.enter(guest, WELCOME, now=TEN)
    if begun:
        made.start(now=TEN)
    return made


def told(effects: Effects) -> dict[str, object]:
    return {one.to: one.message for one in effects if isinstance(one, Envelope)}


def test_it_reaches_all_others_who_are_in_the_call() -> None:
    live = room(PRISONER, LAWYER, INTERPRETER)
    live.enter(STRANGER, WELCOME, now=TEN)

    effects = live.confide("lawyer", to="", body="a key")

    said = Confided(participant="lawyer", body="a key")
    assert told(effects) == {"prisoner": said, "interpreter": said}


def test_it_reaches_the_one_it_is_for_and_nobody_else() -> None:
    live = room(PRISONER, LAWYER, INTERPRETER)

    effects = live.confide("lawyer", to="prisoner", body="a key")

    assert told(effects) == {"prisoner": Confided(participant="lawyer", body="a key")}
    assert live.confide("lawyer", to="lawyer", body="a key") == ()
    assert live.confide("lawyer", to="nobody", body="a key") == ()


def test_whoever_waits_confides_in_nobody() -> None:
    refused = {"lawyer": Error(code="not_now")}

    waiting = room(PRISONER, LAWYER, begun=False)
    assert told(waiting.confide("lawyer", to="", body="a key")) == refused
    live = room(PRISONER)
    live.enter(STRANGER, WELCOME, now=TEN)
    assert told(live.confide("stranger", to="", body="a key")) == {
        "stranger": Error(code="not_now")
    }


def test_a_room_that_may_be_watched_passes_nothing_on() -> None:
    assert not hasattr(Room, "confide")
    assert not hasattr(SupervisedRoom, "confide")


def test_a_room_keeps_nothing_of_what_was_confided() -> None:
    live = room(PRISONER, LAWYER)
    before = repr(vars(live)) + repr([repr(place) for place in live.here])

    live.confide("lawyer", to="", body="nobody may keep this")

    after = repr(vars(live)) + repr([repr(place) for place in live.here])
    assert before == after


def test_what_is_too_long_is_no_message() -> None:
    whole = Confide(to="", body="k" * LONGEST_BODY)
    assert wire.parse(wire.text_of(whole)) == whole

    with pytest.raises(ProtocolError):
        wire.parse(wire.text_of(Confide(to="", body="k" * (LONGEST_BODY + 1))))
    with pytest.raises(ProtocolError):
        wire.parse(wire.text_of(Confide(to="n" * 65, body="")))
