"""A visit that may be recorded, played through without sockets, media or a disk."""

from datetime import timedelta
from typing import Final

from signaling.disclosure import Consented, RecordingState, RecordingView
from signaling.effects import (
    Effect,
    Effects,
    Envelope,
    Record,
    RecordingNoted,
    StopRecording,
)
from signaling.messages import End, Error, Joined
from signaling.seats import Guest
from signaling.supervised import NO_PAST, SupervisedRoom
from signaling.taping import Past
from signaling.views import RoomView
from signaling.words import Phase, Reason, Recording
from tests.signaling.rooms import (
    CLOSING,
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
from visitation.words import Recorded, VisitKind

SECOND: Final = timedelta(seconds=1)
ASKING = RecordingState(state=Recording.ASKING)
ANNOUNCED = RecordingState(state=Recording.ANNOUNCED)
ON = RecordingState(state=Recording.ON)
REFUSED = RecordingState(state=Recording.REFUSED, by="participant")


def room(
    *guests: Guest,
    phase: Phase = Phase.LIVE,
    recorded: Recorded = Recorded.CONSENT,
    past: Past = NO_PAST,
    hindered: str = "",
    needs_supervisor: bool = False,
) -> SupervisedRoom:
    made = SupervisedRoom(
        kind=VisitKind.FAMILY,
        starts_at=TEN,
        ends_at=HALF_PAST,
        closes_at=CLOSING,
        phase=phase,
        recorded=recorded,
        past=past,
        hindered=hindered,
        needs_supervisor=needs_supervisor,
    )
    for guest in guests:
        made.enter(guest, WELCOME, now=TEN)
    return made


def agreed() -> SupervisedRoom:
    """Both sides are in the call, and have said yes."""
    live = room(PRISONER, MOTHER)
    live.consent("prisoner", True)
    live.consent("mother", True)
    return live


def recorded() -> SupervisedRoom:
    """The same, and it has begun."""
    live = agreed()
    wait(live, 7)
    return live


def wait(live: SupervisedRoom, seconds: int) -> Effects:
    """What the ticks of so many seconds bring."""
    ticks = [live.tick(TEN + each * SECOND) for each in range(seconds)]
    return tuple(effect for tick in ticks for effect in tick)


def taped(effects: Effects) -> list[Effect]:
    kinds = Record | StopRecording | RecordingNoted
    return [one for one in effects if isinstance(one, kinds)]


def noted(state: Recording, reason: str = "") -> RecordingNoted:
    return RecordingNoted(state=state, reason=reason)


def paused(reason: str, by: str = "") -> RecordingState:
    return RecordingState(state=Recording.PAUSED, reason=reason, by=by)


def stopped(reason: str, by: str) -> RecordingState:
    return RecordingState(state=Recording.STOPPED, reason=reason, by=by)


def said(effects: Effects, to: str = "mother") -> list[RecordingState]:
    return [one for one in told(effects, to) if isinstance(one, RecordingState)]


def hello(effects: Effects, to: str) -> RecordingView | None:
    [joined] = [one for one in told(effects, to) if isinstance(one, Joined)]
    return joined.recording


BEGINS = [
    noted(Recording.ON),
    Record(participant="mother"),
    Record(participant="prisoner"),
]
STOPS = [StopRecording(participant="mother"), StopRecording(participant="prisoner")]


def test_where_the_prison_records_nothing_nobody_is_asked() -> None:
    live = room(PRISONER, recorded=Recorded.NEVER)

    came = live.enter(MOTHER, WELCOME, now=TEN)

    assert hello(came, "mother") == RecordingView(
        state=Recording.OFF, reason="", by="", asked=False, consent=None
    )
    assert told(live.consent("mother", True), "mother") == [Error(code="not_now")]
    assert taped(wait(live, 60)) == []
    assert live.snapshot().recording is None


def test_where_nothing_can_be_recorded_nobody_is_asked_either() -> None:
    live = room(PRISONER, MOTHER, hindered="no_space")

    assert live.snapshot().recording == RecordingState(
        state=Recording.OFF, reason="no_space", by="service"
    )
    assert told(live.consent("mother", True), "mother") == [Error(code="not_now")]


def test_people_are_asked_in_the_waiting_room_and_nothing_begins_there() -> None:
    live = room(PRISONER, phase=Phase.WAITING)

    came = live.enter(MOTHER, WELCOME, now=TEN)
    live.consent("prisoner", True)
    answered = live.consent("mother", True)

    assert hello(came, "mother") == RecordingView(
        state=Recording.ASKING, reason="", by="", asked=True, consent=None
    )
    assert told(answered, "mother") == [Consented(participant="mother", given=True)]
    assert taped(wait(live, 60)) == []
    assert said(live.start(now=TEN)) == [ANNOUNCED]


def test_once_everybody_has_agreed_it_is_announced_for_five_seconds() -> None:
    live = room(PRISONER, MOTHER)
    live.consent("prisoner", True)

    effects = live.consent("mother", True)
    before = wait(live, 5)
    begun = live.tick(TEN + 5 * SECOND)

    assert said(effects) == said(effects, "prisoner") == [ANNOUNCED]
    assert taped(effects) == [noted(Recording.ANNOUNCED)]
    assert before == ()
    assert taped(begun) == BEGINS
    assert said(begun) == [ON]
    assert begun.index(Envelope(to="mother", message=ON)) < begun.index(
        Record(participant="mother")
    )
    assert live.tick(TEN + 6 * SECOND) == ()


def test_one_who_has_not_answered_keeps_it_from_beginning() -> None:
    live = room(PRISONER, MOTHER)
    live.consent("mother", True)

    assert taped(wait(live, 60)) == []
    assert live.snapshot().recording == ASKING


def test_a_refusal_is_for_good() -> None:
    live = room(PRISONER, MOTHER)
    live.consent("prisoner", True)

    effects = live.consent("mother", False)

    assert told(effects, "mother") == [
        Consented(participant="mother", given=False),
        REFUSED,
    ]
    assert told(effects, "prisoner") == [REFUSED]
    assert taped(effects) == [noted(Recording.REFUSED)]
    assert told(live.consent("mother", True), "mother") == [Error(code="not_now")]
    live.leave("mother", now=TEN)
    live.stop_recording("staff")
    assert taped(wait(live, 60)) == []
    assert live.snapshot().recording == REFUSED


def test_who_refused_is_told_to_nobody_but_those_who_watch() -> None:
    live = room(PRISONER, MOTHER)
    live.watch(MONITOR, WELCOME, now=TEN)

    effects = live.consent("mother", False)

    assert Consented(participant="mother", given=False) in told(effects, "monitor")
    assert told(effects, "prisoner") == [REFUSED]
    person = live.snapshot().person("mother")
    assert person is not None
    assert (person.asked, person.consent) == (False, False)


def test_staff_who_come_to_watch_read_who_has_answered() -> None:
    live = room(PRISONER, MOTHER)
    live.consent("mother", True)

    came = live.watch(MONITOR, WELCOME, now=TEN)

    assert Consented(participant="mother", given=True) in told(came, "monitor")
    view = hello(came, "monitor")
    assert view is not None
    assert (view.asked, view.consent) == (False, None)
    asked = {one.reference: (one.asked, one.consent) for one in live.snapshot().people}
    assert asked == {
        "prisoner": (True, None),
        "mother": (True, True),
        "monitor": (False, None),
    }


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


def test_somebody_who_agreed_while_they_waited_halts_nothing() -> None:
    live = recorded()
    live.enter(UNCLE, WELCOME, now=TEN)
    live.consent("uncle", True)

    assert taped(live.admit("uncle", now=TEN)) == [Record(participant="uncle")]


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
    assert taped(back) == [Record(participant="mother")]


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
