from datetime import datetime, timedelta

from signaling.conditions import StreamState
from signaling.effects import (
    Close,
    Envelope,
    Note,
    Noted,
    Seat,
)
from signaling.messages import (
    End,
    Extend,
    Joined,
    Message,
    TimeLeft,
    Warn,
)
from signaling.seats import Guest
from signaling.tracks import (
    TrackPublished,
)
from signaling.views import RoomView
from signaling.words import Phase, Reason
from tests.signaling.rooms import (
    HALF_PAST,
    MOTHER,
    PRISONER,
    TEN,
    WELCOME,
    told,
    under_way,
)
from visitation.words import Part


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

    effects = live.end(End(reason=Reason.ENDED), now=TEN + timedelta(seconds=5))

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
