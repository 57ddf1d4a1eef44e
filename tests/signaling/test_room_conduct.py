from datetime import timedelta

from signaling import removing
from signaling.conditions import ConnectionQuality
from signaling.effects import (
    Block,
    Envelope,
    Note,
    Noted,
)
from signaling.messages import (
    Joined,
    Leave,
    Message,
    Mute,
    ParticipantLeft,
    ParticipantUpdated,
    Pause,
)
from signaling.tracks import (
    TrackUnpublished,
)
from signaling.words import Presence, Quality, Reason
from tests.signaling.rooms import (
    MOTHER,
    OFFICIAL,
    PRISONER,
    TEN,
    WELCOME,
    notes,
    orders,
    told,
    under_way,
)
from visitation.words import RemovalReason


def test_a_lost_leg_counts_as_a_lost_line_until_it_is_heard_again() -> None:
    live = under_way(PRISONER, MOTHER)

    lost = live.here.line("mother", "publisher", up=False, now=TEN)
    back = live.here.line(
        "mother", "publisher", up=True, now=TEN + timedelta(seconds=20)
    )

    assert told(lost, "prisoner") == [
        ParticipantUpdated(participant="mother", state=Presence.RECONNECTING),
        ConnectionQuality(participant="mother", quality=Quality.LOST),
    ]
    assert told(back, "mother") == [
        ConnectionQuality(participant="mother", quality=Quality.GOOD)
    ]
    assert notes(lost) + notes(back) == [
        Note(participant="mother", what=Noted.RECONNECTING),
        Note(participant="mother", what=Noted.RETURNED, lost=timedelta(seconds=20)),
    ]
    assert live.here.line("mother", "publisher", up=True, now=TEN) == ()


def test_staff_mute_somebody_and_everybody_knows() -> None:
    live = under_way(PRISONER, MOTHER)
    said = Mute(participant="mother", kind="audio", muted=True)

    effects = live.mute("mother", "audio", True)

    assert effects == (
        Block(publisher="mother", kind="audio", blocked=True),
        Envelope(to="prisoner", message=said),
        Envelope(to="mother", message=said),
    )
    assert live.mute("mother", "audio", True) == ()


def test_whoever_is_taken_out_reads_why_and_waits_when_they_come_back() -> None:
    live = under_way(PRISONER, MOTHER, OFFICIAL)
    why = RemovalReason.RULES

    gone = removing.taken_out(live, OFFICIAL, why=why, now=TEN)
    live.enter(OFFICIAL, WELCOME, now=TEN)
    waits = not live.is_in_call("official")
    live.admit("official", now=TEN)
    live.leave("official", now=TEN)
    live.enter(OFFICIAL, WELCOME, now=TEN)

    assert told(gone, "official") == [Leave(reason=Reason.REMOVED, why="rules")]
    assert [
        one for one in told(gone, "mother") if not isinstance(one, TrackUnpublished)
    ] == [
        ParticipantLeft(participant="official", reason=Reason.REMOVED),
        Message(code="taken_out_rules", text="احمدی"),
    ]
    assert waits
    assert live.is_in_call("official")


def test_whoever_left_as_they_were_taken_out_waits_too() -> None:
    live = under_way(PRISONER, MOTHER)
    live.leave("mother", now=TEN)

    effects = removing.taken_out(live, MOTHER, why=RemovalReason.RULES, now=TEN)
    live.enter(MOTHER, WELCOME, now=TEN)

    assert effects == (
        Envelope(to="prisoner", message=Message(code="taken_out_rules", text="زهرا")),
    )
    assert not live.is_in_call("mother")


def test_whoever_was_muted_stays_so_after_leaving_and_coming_back() -> None:
    live = under_way(PRISONER, MOTHER)
    live.mute("mother", "audio", True)
    live.leave("mother", now=TEN)

    back = live.enter(MOTHER, WELCOME, now=TEN)

    assert Block(publisher="mother", kind="audio", blocked=True) in back
    [hello] = told(back, "mother")
    assert isinstance(hello, Joined)
    assert hello.blocked == ("audio",)


def test_a_pause_holds_everything_back_and_keeps_what_was_muted() -> None:
    live = under_way(PRISONER, MOTHER)
    live.mute("mother", "audio", True)

    paused = live.pause(True)
    goes_on = live.pause(False)

    assert orders(paused) == [
        Block(publisher="mother", kind="video", blocked=True),
        Block(publisher="prisoner", kind="audio", blocked=True),
        Block(publisher="prisoner", kind="video", blocked=True),
    ]
    assert told(paused, "mother") == [Pause(paused=True)]
    assert orders(goes_on) == [
        Block(publisher="mother", kind="video", blocked=False),
        Block(publisher="prisoner", kind="audio", blocked=False),
        Block(publisher="prisoner", kind="video", blocked=False),
    ]


def test_whoever_comes_during_a_pause_is_held_back_too() -> None:
    live = under_way(PRISONER)
    live.pause(True, "line")

    effects = live.enter(OFFICIAL, WELCOME, now=TEN)

    [hello, *_rest] = told(effects, "official")
    assert isinstance(hello, Joined)
    assert hello.paused_for == "line"
    assert [e for e in orders(effects) if isinstance(e, Block)] == [
        Block(publisher="official", kind="audio", blocked=True),
        Block(publisher="official", kind="video", blocked=True),
    ]
