"""A visit that is recorded: what halts it, what lets it go on, and what ends it."""

from signaling.disclosure import RecordingView
from signaling.effects import (
    Envelope,
    Record,
    StopRecording,
)
from signaling.messages import End, Error
from signaling.views import RoomView
from signaling.words import Phase, Reason, Recording
from tests.signaling.recorded import (
    ANNOUNCED,
    BEGINS,
    SECOND,
    STOPS,
    agreed,
    hello,
    noted,
    paused,
    recorded,
    room,
    said,
    stopped,
    taped,
    wait,
)
from tests.signaling.rooms import (
    COMPANION,
    HALF_PAST,
    MONITOR,
    MOTHER,
    PRISONER,
    TEN,
    UNCLE,
    WELCOME,
    told,
)


def test_whoever_takes_it_back_stops_it_for_good() -> None:
    live = recorded()

    effects = live.consent("mother", False)

    stop = stopped("withdrawn", "participant")
    assert taped(effects) == [*STOPS, noted(Recording.STOPPED, "withdrawn")]
    assert said(effects) == said(effects, "prisoner") == [stop]
    assert live.consent("mother", True) == (
        Envelope(to="mother", message=Error(code="not_now")),
    )
    assert taped(wait(live, 60)) == []


def test_somebody_who_comes_without_having_answered_halts_it() -> None:
    live = recorded()
    came = live.enter(UNCLE, WELCOME, now=TEN)

    let_in = live.admit("uncle", now=TEN)
    answered = live.consent("uncle", True)
    goes_on = wait(live, 7)

    assert taped(came) == []
    assert taped(let_in) == [*STOPS, noted(Recording.PAUSED, "answer")]
    assert said(let_in) == [paused("answer", by="participant")]
    assert said(answered) == [ANNOUNCED]
    assert taped(goes_on) == [*BEGINS, Record(participant="uncle")]


def test_somebody_who_agreed_while_they_waited_halts_nothing_and_is_told() -> None:
    live = recorded()
    came = live.enter(UNCLE, WELCOME, now=TEN)
    live.consent("uncle", True)

    let_in = live.admit("uncle", now=TEN)

    view = hello(came, "uncle")
    assert view is not None
    assert view.state is Recording.ON
    assert taped(let_in) == []
    assert taped(wait(live, 5)) == []
    assert taped(wait(live, 6)) == [Record(participant="uncle")]


def test_who_cannot_hear_that_it_is_recorded_is_not_kept_until_they_can() -> None:
    live = recorded()
    live.leave("mother", now=TEN)
    live.enter(MOTHER, WELCOME, now=TEN)
    wait(live, 4)
    live.lose("mother", now=TEN)

    assert taped(wait(live, 30)) == []
    live.enter(MOTHER, WELCOME, now=TEN, resume=True)
    assert taped(wait(live, 5)) == []
    assert taped(wait(live, 6)) == [Record(participant="mother")]


def test_a_page_loaded_anew_is_told_before_more_is_kept_of_it() -> None:
    live = recorded()

    again = live.enter(MOTHER, WELCOME, now=TEN)

    view = hello(again, "mother")
    assert view is not None
    assert view.state is Recording.ON
    assert taped(again) == [StopRecording(participant="mother")]
    assert taped(wait(live, 5)) == []
    assert taped(wait(live, 6)) == [Record(participant="mother")]


def test_one_who_comes_a_moment_before_it_begins_has_the_whole_notice() -> None:
    live = agreed()
    live.leave("mother", now=TEN)
    wait(live, 4)
    live.enter(MOTHER, WELCOME, now=TEN)

    begins = [live.tick(TEN + each * SECOND) for each in range(4, 10)]

    assert [taped(each) for each in begins] == [
        [],
        [noted(Recording.ON), Record(participant="prisoner")],
        [],
        [],
        [],
        [Record(participant="mother")],
    ]


def test_those_who_watch_or_sit_beside_are_not_asked() -> None:
    live = recorded()

    watched = live.watch(MONITOR, WELCOME, now=TEN)
    beside = live.enter(COMPANION, WELCOME, now=TEN)

    assert taped((*watched, *beside)) == []
    view = hello(beside, "companion")
    assert view == RecordingView(
        state=Recording.ON, reason="", by="", asked=False, consent=None
    )
    assert told(live.consent("companion", False), "companion") == [
        Error(code="not_now")
    ]


def test_a_lost_line_changes_nothing() -> None:
    live = recorded()

    lost = live.lose("mother", now=TEN)
    back = live.enter(MOTHER, WELCOME, now=TEN + 20 * SECOND, resume=True)

    assert taped((*lost, *back)) == []
    view = hello(back, "mother")
    assert view is not None
    assert (view.state, view.asked, view.consent) == (Recording.ON, True, True)


def test_whoever_went_is_kept_no_more_and_is_not_asked_again() -> None:
    live = recorded()

    gone = live.leave("mother", now=TEN, reason=Reason.REMOVED)
    back = live.enter(MOTHER, WELCOME, now=TEN)

    assert gone[0] == StopRecording(participant="mother")
    assert taped(gone) == [StopRecording(participant="mother")]
    assert taped(back) == []
    assert taped(wait(live, 6)) == [Record(participant="mother")]


def test_an_empty_room_records_nothing() -> None:
    live = recorded()
    live.leave("mother", now=TEN)

    gone = live.leave("prisoner", now=TEN)
    back = live.enter(MOTHER, WELCOME, now=TEN)

    assert taped(gone) == [
        StopRecording(participant="prisoner"),
        noted(Recording.PAUSED, "empty"),
    ]
    assert taped(back) == [noted(Recording.ANNOUNCED)]


def test_a_pause_of_the_visit_is_one_of_its_recording() -> None:
    live = recorded()

    stands = live.pause(True, "identity")
    goes_on = live.pause(False)

    assert taped(stands) == [*STOPS, noted(Recording.PAUSED, "pause")]
    assert said(stands) == [paused("pause")]
    assert taped(goes_on) == [noted(Recording.ANNOUNCED)]
    assert taped(wait(live, 7)) == BEGINS


def test_a_visit_that_is_held_is_not_recorded() -> None:
    live = room(PRISONER, MOTHER, needs_supervisor=True)
    live.consent("prisoner", True)
    answered = live.consent("mother", True)
    assert said(answered) == [paused("pause")]

    watched = live.watch(MONITOR, WELCOME, now=TEN)

    assert said(watched) == [ANNOUNCED]
    assert taped(wait(live, 7)) == BEGINS
    live.leave("monitor", now=TEN + 8 * SECOND)
    held = live.tick(TEN + 20 * SECOND)
    assert taped(held) == [*STOPS, noted(Recording.PAUSED, "pause")]


def test_staff_pause_it_and_let_it_go_on() -> None:
    live = recorded()

    stands = live.pause_recording(True)
    goes_on = live.pause_recording(False)

    assert taped(stands) == [*STOPS, noted(Recording.PAUSED, "staff")]
    assert said(stands) == [paused("staff", by="staff")]
    assert said(goes_on) == [ANNOUNCED]
    assert taped(wait(live, 7)) == BEGINS


def test_a_pause_by_staff_holds_also_before_it_begins() -> None:
    live = agreed()

    assert said(live.pause_recording(True)) == [paused("staff", by="staff")]
    assert taped(wait(live, 60)) == []
    assert live.pause_recording(True) == ()


def test_what_staff_stop_does_not_go_on() -> None:
    live = recorded()

    effects = live.stop_recording("staff")

    assert taped(effects) == [*STOPS, noted(Recording.STOPPED, "staff")]
    assert said(effects) == [stopped("staff", "staff")]
    assert live.pause_recording(False) == ()
    assert live.stop_recording("failed") == ()
    assert taped(wait(live, 60)) == []


def test_a_recorder_that_fails_stops_it_and_the_call_goes_on() -> None:
    live = recorded()

    effects = live.stop_recording("too_slow")

    assert said(effects) == [stopped("too_slow", "service")]
    assert live.phase is Phase.LIVE
    assert live.may_publish("mother")


def test_the_end_of_the_visit_is_the_end_of_its_recording() -> None:
    live = recorded()

    ended = live.end(End(reason=Reason.OVER), now=HALF_PAST)

    assert taped(ended) == [*STOPS, noted(Recording.OFF)]
    assert list(ended[:3]) == taped(ended)
    assert live.snapshot() == RoomView(phase=Phase.ENDED, people=())


def test_the_end_of_a_visit_that_was_not_recorded_says_nothing_of_it() -> None:
    live = agreed()

    assert taped(live.end(End(reason=Reason.OVER), now=HALF_PAST)) == []


def test_it_does_not_begin_while_somebody_cannot_hear_that_it_will() -> None:
    live = agreed()
    wait(live, 3)
    live.lose("mother", now=TEN + 3 * SECOND)
    lost = [live.tick(TEN + at * SECOND) for at in range(3, 30)]

    back = live.enter(MOTHER, WELCOME, now=TEN + 30 * SECOND, resume=True)
    before = [live.tick(TEN + at * SECOND) for at in range(30, 35)]
    begun = live.tick(TEN + 35 * SECOND)

    assert [taped(one) for one in (*lost, *before)] == [[]] * 32
    view = hello(back, "mother")
    assert view is not None
    assert view.state is Recording.ANNOUNCED
    assert taped(begun) == BEGINS
