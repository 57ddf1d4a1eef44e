"""A place in the room outlives its socket and its legs, for a minute."""

from datetime import timedelta

from signaling.effects import (
    Close,
    Envelope,
    Note,
    Noted,
    Offering,
    Seat,
)
from signaling.messages import (
    Joined,
    Leave,
    ParticipantLeft,
    ParticipantUpdated,
)
from signaling.words import Presence, Quality, Reason, Sending
from tests.signaling.rooms import (
    MOTHER,
    PRISONER,
    TEN,
    WELCOME,
    notes,
    orders,
    told,
    under_way,
)


def test_a_lost_socket_stops_nothing() -> None:
    live = under_way(PRISONER, MOTHER)

    lost = live.lose("mother", now=TEN)

    assert lost == (
        Envelope(
            to="prisoner",
            message=ParticipantUpdated(
                participant="mother", state=Presence.RECONNECTING
            ),
        ),
        Note(participant="mother", what=Noted.RECONNECTING),
    )
    assert live.lose("mother", now=TEN) == ()


def test_whoever_resumes_takes_the_same_place_with_the_same_legs() -> None:
    live = under_way(PRISONER, MOTHER)
    live.lose("mother", now=TEN)

    back = live.enter(MOTHER, WELCOME, now=TEN + timedelta(seconds=7), resume=True)

    [hello] = told(back, "mother")
    assert isinstance(hello, Joined)
    assert hello.resumed
    assert orders(back) == []
    assert told(back, "prisoner") == [
        ParticipantUpdated(participant="mother", state=Presence.CONNECTED)
    ]
    assert notes(back) == [
        Note(participant="mother", what=Noted.RETURNED, lost=timedelta(seconds=7))
    ]


def test_a_reloaded_page_gets_a_fresh_leg_and_keeps_its_seats() -> None:
    live = under_way(PRISONER, MOTHER)

    assert live.replaced("mother") == (
        Envelope(to="mother", message=Leave(reason=Reason.REPLACED)),
    )
    again = live.enter(MOTHER, WELCOME, now=TEN)

    assert orders(again) == [Offering(subscriber="mother", rebuild=True)]
    assert notes(again) == []


def test_a_place_is_kept_for_a_minute() -> None:
    live = under_way(PRISONER, MOTHER)
    live.lose("mother", now=TEN)

    assert live.tick(TEN + timedelta(seconds=59)) == ()
    gone = live.tick(TEN + timedelta(seconds=60))

    assert gone == (
        Envelope(to="mother", message=Leave(reason=Reason.LOST)),
        Envelope(
            to="prisoner",
            message=ParticipantLeft(participant="mother", reason=Reason.LOST),
        ),
        Close(participant="mother"),
        Note(
            participant="mother",
            what=Noted.LEFT,
            lost=timedelta(seconds=60),
            reason=Reason.LOST,
        ),
        Seat(subscriber="prisoner", slot=0, publisher=None),
    )


def test_whoever_sends_nothing_any_more_misses_no_leg_to_send_on() -> None:
    live = under_way(PRISONER, MOTHER)
    live.sends("mother", audio=Sending.NONE, video=Sending.NONE)

    live.here.line("mother", "publisher", up=False, now=TEN)
    live.tick(TEN)

    mother = live.snapshot().person("mother")
    assert mother is not None
    assert (mother.state, mother.quality) == (Presence.CONNECTED, Quality.GOOD)


def test_a_leg_to_send_on_that_broke_before_its_devices_went_is_missed_no_more() -> (
    None
):
    live = under_way(PRISONER, MOTHER)
    live.here.line("mother", "publisher", up=False, now=TEN)
    live.sends("mother", audio=Sending.NONE, video=Sending.NONE)

    effects = live.tick(TEN + timedelta(seconds=4))

    updated = ParticipantUpdated(participant="mother", state=Presence.CONNECTED)
    assert updated in told(effects, "prisoner")
    assert notes(effects) == [
        Note(participant="mother", what=Noted.RETURNED, lost=timedelta(seconds=4))
    ]
