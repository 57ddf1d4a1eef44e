"""A visit that may be recorded: who is asked, who agrees, and how it begins."""

from signaling.disclosure import Consented, RecordingState, RecordingView
from signaling.effects import (
    Envelope,
    Record,
)
from signaling.messages import Error
from signaling.words import Phase, Recording
from tests.signaling.recorded import (
    ANNOUNCED,
    ASKING,
    BEGINS,
    ON,
    REFUSED,
    SECOND,
    hello,
    noted,
    room,
    said,
    taped,
    wait,
)
from tests.signaling.rooms import (
    MONITOR,
    MOTHER,
    PRISONER,
    TEN,
    WELCOME,
    told,
)
from visitation.words import Recorded


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


def test_who_refused_is_told_to_nobody_not_even_to_those_who_watch() -> None:
    live = room(PRISONER, MOTHER)
    live.watch(MONITOR, WELCOME, now=TEN)
    live.consent("prisoner", True)

    effects = live.consent("mother", False)
    live.leave("monitor", now=TEN)
    came = live.watch(MONITOR, WELCOME, now=TEN)

    assert told(effects, "monitor") == told(effects, "prisoner") == [REFUSED]
    assert not [one for one in told(came, "monitor") if isinstance(one, Consented)]
    seen = {(one.asked, one.consent) for one in live.snapshot().people}
    assert seen == {(False, None)}


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
