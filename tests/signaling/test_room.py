"""Whole calls, played through without a socket or a media engine."""

import pytest

from signaling.disclosure import RecordingView, Watching
from signaling.effects import (
    Envelope,
    Note,
    Noted,
    Offering,
    Seat,
)
from signaling.messages import (
    Admit,
    Joined,
    ParticipantJoined,
    ParticipantUpdated,
    Start,
)
from signaling.seats import Guest
from signaling.supervised import PrivilegedRoom
from signaling.tracks import (
    TrackMuted,
    TrackPublished,
    TrackUnmuted,
    TrackUnpublished,
    TrackView,
)
from signaling.views import PersonView, RoomView
from signaling.words import Phase, Presence, Quality, Recording, Sending
from tests.signaling.rooms import (
    CLOSING,
    COMPANION,
    HALF_PAST,
    MONITOR,
    MOTHER,
    OFFICIAL,
    PRISONER,
    TEN,
    UNCLE,
    WELCOME,
    enter,
    notes,
    orders,
    room,
    told,
    under_way,
    view,
)
from visitation.errors import NotAllowed, NotFound
from visitation.words import Part, VisitKind


def test_before_the_start_there_is_a_waiting_room_and_no_media() -> None:
    waiting = room()
    waiting.enter(PRISONER, WELCOME, now=TEN)

    effects = waiting.enter(MOTHER, WELCOME, now=TEN)

    assert effects == (
        Envelope(
            to="mother",
            message=Joined(
                participant="mother",
                part=Part.VISITOR,
                kind=VisitKind.FAMILY,
                phase=Phase.WAITING,
                watched=True,
                admitted=False,
                resumed=False,
                resume="come-back",
                now=TEN,
                starts_at=TEN,
                ends_at=HALF_PAST,
                closes_at=CLOSING,
                blocked=(),
                ice_servers=(),
                participants=(view(PRISONER),),
                recording=RecordingView(
                    state=Recording.OFF, reason="", by="", asked=False, consent=None
                ),
            ),
        ),
        Envelope(to="prisoner", message=ParticipantJoined(participant=view(MOTHER))),
        Note(participant="mother", what=Noted.WAITING),
    )
    assert not waiting.may_publish("mother")
    assert waiting.sends("mother", audio=Sending.ON, video=Sending.ON) == ()


def test_the_start_admits_everybody_who_waits() -> None:
    waiting = room()
    enter(waiting, PRISONER, UNCLE)

    effects = waiting.start(now=TEN)

    assert told(effects, "uncle") == [
        Start(ends_at=HALF_PAST, closes_at=CLOSING),
        ParticipantUpdated(participant="prisoner", state=Presence.CONNECTED),
        Admit(),
    ]
    assert orders(effects) == [
        Offering(subscriber="prisoner", rebuild=False),
        Offering(subscriber="uncle", rebuild=False),
    ]
    assert notes(effects) == [
        Note(participant="prisoner", what=Noted.JOINED),
        Note(participant="uncle", what=Noted.JOINED),
    ]
    assert waiting.start(now=TEN) == ()


def test_whoever_sends_is_seated_with_everybody_else() -> None:
    live = room(Phase.LIVE)
    enter(live, PRISONER, MOTHER, sending=False)

    effects = live.sends("mother", audio=Sending.ON, video=Sending.MUTED)

    assert effects == (
        Seat(subscriber="prisoner", slot=0, publisher="mother"),
        *(
            Envelope(to="prisoner", message=message)
            for message in (
                TrackPublished(participant="mother", kind="audio", mid="a0"),
                TrackPublished(participant="mother", kind="video", mid="v0"),
                TrackMuted(participant="mother", kind="video"),
            )
        ),
    )
    assert live.sends("mother", audio=Sending.ON, video=Sending.MUTED) == ()


def test_turning_a_camera_on_and_giving_it_up_is_told() -> None:
    live = under_way(PRISONER, MOTHER)

    assert told(
        live.sends("mother", audio=Sending.MUTED, video=Sending.ON), "prisoner"
    ) == [TrackMuted(participant="mother", kind="audio")]
    assert told(
        live.sends("mother", audio=Sending.ON, video=Sending.NONE), "prisoner"
    ) == [
        TrackUnpublished(participant="mother", kind="video"),
        TrackUnmuted(participant="mother", kind="audio"),
    ]


def test_a_third_takes_a_free_slot_and_nobody_is_moved() -> None:
    live = under_way(MOTHER, PRISONER)

    enter(live, OFFICIAL, sending=False)
    effects = live.sends("official", audio=Sending.ON, video=Sending.NONE)

    assert orders(effects) == [
        Seat(subscriber="mother", slot=1, publisher="official"),
        Seat(subscriber="prisoner", slot=1, publisher="official"),
    ]


def test_whoever_comes_into_a_call_is_told_what_arrives_where() -> None:
    live = under_way(PRISONER, MOTHER)

    effects = live.enter(OFFICIAL, WELCOME, now=TEN)

    [hello] = told(effects, "official")
    assert isinstance(hello, Joined)
    assert hello.admitted
    assert hello.participants == (
        view(
            PRISONER,
            state=Presence.CONNECTED,
            tracks=(
                TrackView(kind="audio", mid="a0", muted=False),
                TrackView(kind="video", mid="v0", muted=False),
            ),
        ),
        view(
            MOTHER,
            state=Presence.CONNECTED,
            tracks=(
                TrackView(kind="audio", mid="a1", muted=False),
                TrackView(kind="video", mid="v1", muted=False),
            ),
        ),
    )
    assert orders(effects) == [
        Seat(subscriber="official", slot=0, publisher="prisoner"),
        Seat(subscriber="official", slot=1, publisher="mother"),
        Offering(subscriber="official", rebuild=False),
    ]


@pytest.mark.parametrize(
    ("guest", "admitted"),
    [
        (PRISONER, True),
        (OFFICIAL, True),
        (COMPANION, True),
        (MOTHER, True),
        (UNCLE, False),
    ],
    ids=lambda value: value.id if isinstance(value, Guest) else "",
)
def test_latecomers_walk_in_unless_staff_do_not_know_them(
    guest: Guest, admitted: bool
) -> None:
    live = under_way()

    live.enter(guest, WELCOME, now=TEN)

    assert live.is_in_call(guest.id) is admitted


def test_staff_let_in_a_family_that_came_late() -> None:
    live = under_way(PRISONER, UNCLE)

    effects = live.admit("uncle", now=TEN)

    assert told(effects, "uncle") == [
        Admit(),
        TrackPublished(participant="prisoner", kind="audio", mid="a0"),
        TrackPublished(participant="prisoner", kind="video", mid="v0"),
    ]
    assert notes(effects) == [Note(participant="uncle", what=Noted.JOINED)]
    assert live.admit("uncle", now=TEN) == ()
    with pytest.raises(NotFound):
        live.admit("stranger", now=TEN)


def test_a_companion_gets_pictures_and_no_sound_and_sends_nothing() -> None:
    live = under_way(PRISONER)

    effects = live.enter(COMPANION, WELCOME, now=TEN)

    [hello] = told(effects, "companion")
    assert isinstance(hello, Joined)
    assert [p.tracks for p in hello.participants] == [
        (TrackView(kind="video", mid="v0", muted=False),)
    ]
    assert not live.may_publish("companion")


def test_whoever_watches_is_in_everybodys_list_and_in_nobodys_slots() -> None:
    live = under_way(PRISONER)

    effects = live.watch(MONITOR, WELCOME, now=TEN)

    assert told(effects, "prisoner") == [
        ParticipantJoined(participant=view(MONITOR, state=Presence.CONNECTED)),
        Watching(participant="monitor", since=TEN),
    ]
    assert live.sends("monitor", audio=Sending.ON, video=Sending.ON) == ()
    assert live.snapshot().watched


def test_a_privileged_room_has_no_way_in_for_whoever_watches() -> None:
    privileged = PrivilegedRoom(
        kind=VisitKind.LEGAL, starts_at=TEN, ends_at=HALF_PAST, closes_at=CLOSING
    )

    assert not hasattr(privileged, "watch")
    with pytest.raises(NotAllowed):
        privileged.enter(MONITOR, WELCOME, now=TEN)
    assert not hasattr(privileged, "taping")
    assert privileged.snapshot() == RoomView(phase=Phase.WAITING, people=())


def test_a_board_sees_the_room() -> None:
    live = under_way(PRISONER, UNCLE)
    live.mute("prisoner", "video", True)

    assert live.snapshot() == RoomView(
        phase=Phase.LIVE,
        people=(
            PersonView(
                reference="prisoner",
                part=Part.PRISONER,
                state=Presence.CONNECTED,
                quality=Quality.GOOD,
                blocked=("video",),
                sends=("audio", "video"),
            ),
            PersonView(
                reference="uncle",
                part=Part.VISITOR,
                state=Presence.WAITING,
                quality=Quality.GOOD,
                blocked=(),
                sends=(),
            ),
        ),
    )
