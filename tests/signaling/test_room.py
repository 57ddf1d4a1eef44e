"""Whole calls, played through without a socket or a media engine."""

from datetime import UTC, datetime, timedelta

import pytest

from signaling.conditions import ConnectionQuality, StreamState
from signaling.effects import (
    Block,
    Close,
    Effects,
    Envelope,
    Note,
    Noted,
    Offering,
    Seat,
)
from signaling.messages import (
    Admit,
    End,
    Extend,
    Joined,
    Leave,
    Message,
    Mute,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantUpdated,
    ParticipantView,
    Pause,
    Start,
    TimeLeft,
    TrackMuted,
    TrackPublished,
    TrackUnmuted,
    TrackUnpublished,
    TrackView,
    Warn,
)
from signaling.room import Room
from signaling.seats import Guest
from signaling.supervised import PrivilegedRoom, SupervisedRoom
from signaling.views import PersonView, RoomView, Welcome
from signaling.words import Phase, Presence, Quality, Reason, Sending
from visitation.errors import NotAllowed, NotFound
from visitation.words import Part, VisitKind

TEN = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
HALF_PAST = TEN + timedelta(minutes=30)
CLOSING = HALF_PAST + timedelta(minutes=5)
WELCOME = Welcome(resume="come-back")

PRISONER = Guest(id="prisoner", part=Part.PRISONER, name="رضا", known=False)
MOTHER = Guest(id="mother", part=Part.VISITOR, name="زهرا", known=True)
UNCLE = Guest(id="uncle", part=Part.VISITOR, name="حسن", known=False)
OFFICIAL = Guest(id="official", part=Part.OFFICIAL, name="احمدی", known=False)
COMPANION = Guest(id="companion", part=Part.COMPANION, name="احمدی", known=False)
MONITOR = Guest(id="monitor", part=Part.MONITOR, name="", known=False)


def room(phase: Phase = Phase.WAITING) -> SupervisedRoom:
    return SupervisedRoom(
        kind=VisitKind.FAMILY,
        starts_at=TEN,
        ends_at=HALF_PAST,
        closes_at=CLOSING,
        phase=phase,
    )


def enter(into: Room, *guests: Guest, sending: bool = True) -> None:
    """They come in one after the other, and send sound and picture if they may."""
    for guest in guests:
        if guest.part is Part.MONITOR:
            assert isinstance(into, SupervisedRoom)
            into.watch(guest, WELCOME, now=TEN)
        else:
            into.enter(guest, WELCOME, now=TEN)
        if sending:
            into.sends(guest.id, audio=Sending.ON, video=Sending.ON)


def under_way(*guests: Guest) -> SupervisedRoom:
    live = room(Phase.LIVE)
    enter(live, *guests)
    return live


def told(effects: Effects, to: str) -> list[object]:
    return [e.message for e in effects if isinstance(e, Envelope) and e.to == to]


def orders(effects: Effects) -> list[object]:
    return [e for e in effects if not isinstance(e, Envelope | Note)]


def notes(effects: Effects) -> list[Note]:
    return [e for e in effects if isinstance(e, Note)]


def view(guest: Guest, **changes: object) -> ParticipantView:
    values: dict[str, object] = {
        "id": guest.id,
        "part": guest.part,
        "name": guest.name,
        "state": Presence.WAITING,
        "quality": Quality.GOOD,
        "blocked": (),
        "tracks": (),
    }
    return ParticipantView(**(values | changes))  # type: ignore[arg-type]


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
        ParticipantJoined(participant=view(MONITOR, state=Presence.CONNECTED))
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
    assert privileged.snapshot() == RoomView(phase=Phase.WAITING, people=())


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
    live.pause(True)

    effects = live.enter(OFFICIAL, WELCOME, now=TEN)

    assert [e for e in orders(effects) if isinstance(e, Block)] == [
        Block(publisher="official", kind="audio", blocked=True),
        Block(publisher="official", kind="video", blocked=True),
    ]


def test_staff_say_and_warn() -> None:
    live = under_way(PRISONER)
    words, warning = Message(code="", text="سلام"), Warn(code="conduct", text="")

    assert live.say(words) == (Envelope(to="prisoner", message=words),)
    assert live.say(warning) == (Envelope(to="prisoner", message=warning),)


def test_five_minutes_and_one_minute_are_told_once_each() -> None:
    live = under_way(PRISONER)

    def heard(at: datetime) -> list[object]:
        return told(live.tick(at), "prisoner")

    assert heard(HALF_PAST - timedelta(minutes=5, seconds=1)) == []
    assert heard(HALF_PAST - timedelta(minutes=5)) == [TimeLeft(seconds=300)]
    assert heard(HALF_PAST - timedelta(minutes=4)) == []
    assert heard(HALF_PAST - timedelta(minutes=1)) == [TimeLeft(seconds=60)]
    assert heard(HALF_PAST) == []


def test_a_longer_visit_is_told_of_its_end_again() -> None:
    live = under_way(PRISONER)
    live.tick(HALF_PAST - timedelta(minutes=5))
    later = HALF_PAST + timedelta(minutes=10)
    closing = later + timedelta(minutes=5)

    longer = live.retimed(
        ends_at=later, closes_at=closing, now=HALF_PAST - timedelta(minutes=4)
    )

    assert told(longer, "prisoner") == [Extend(ends_at=later, closes_at=closing)]
    assert told(live.tick(later - timedelta(minutes=5)), "prisoner") == [
        TimeLeft(seconds=300)
    ]
    assert live.retimed(ends_at=later, closes_at=closing, now=TEN) == ()


def test_the_end_silences_everybody_at_once() -> None:
    live = under_way(PRISONER, MOTHER)
    live.lose("mother", now=TEN)

    effects = live.end(Reason.ENDED, now=TEN + timedelta(seconds=5))

    assert effects == (
        Envelope(to="prisoner", message=End(reason=Reason.ENDED)),
        Envelope(to="mother", message=End(reason=Reason.ENDED)),
        Close(participant="prisoner"),
        Close(participant="mother"),
        Note(participant="prisoner", what=Noted.LEFT, reason=Reason.ENDED),
        Note(
            participant="mother",
            what=Noted.LEFT,
            lost=timedelta(seconds=5),
            reason=Reason.ENDED,
        ),
    )
    assert live.snapshot() == RoomView(phase=Phase.ENDED, people=())


def test_media_that_stops_and_comes_back_is_told_to_the_others() -> None:
    live = under_way(PRISONER, MOTHER)

    stopped = live.here.flow("mother", "video", stalled=True)

    assert stopped == (
        Envelope(
            to="prisoner",
            message=StreamState(participant="mother", kind="video", state="paused"),
        ),
    )
    assert live.here.flow("mother", "video", stalled=True) == ()
    assert live.expects("mother") == {"audio", "video"}


def test_whoever_comes_back_is_told_what_does_not_arrive_just_now() -> None:
    live = under_way(PRISONER, MOTHER)
    live.here.flow("mother", "video", stalled=True)
    live.lose("prisoner", now=TEN)

    back = live.enter(PRISONER, WELCOME, now=TEN, resume=True)

    assert (
        Envelope(
            to="prisoner",
            message=StreamState(participant="mother", kind="video", state="paused"),
        )
        in back
    )


def test_a_fifth_picture_waits_for_a_free_slot() -> None:
    crowd = [
        Guest(id=f"v{n}", part=Part.VISITOR, name="", known=True) for n in range(5)
    ]
    live = under_way(PRISONER, *crowd)

    before = live.enter(PRISONER, WELCOME, now=TEN)
    effects = live.leave("v0", now=TEN)

    [hello] = told(before, "prisoner")
    assert isinstance(hello, Joined)
    mids = {p.id: {track.mid for track in p.tracks} for p in hello.participants}
    assert mids["v4"] == {None}
    assert Seat(subscriber="prisoner", slot=0, publisher="v4") in effects
    assert (
        Envelope(
            to="prisoner",
            message=TrackPublished(participant="v4", kind="video", mid="v0"),
        )
        in effects
    )


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
