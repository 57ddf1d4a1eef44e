"""A room that is made from the record in the middle of its visit, and its recording."""

import pytest

from signaling.disclosure import RecordingState
from signaling.effects import Record, RecordingNoted
from signaling.messages import Joined
from signaling.taping import Past
from signaling.words import Recording
from tests.signaling.recorded import room, taped, wait
from tests.signaling.rooms import MOTHER, PRISONER, TEN, UNCLE, WELCOME, told
from visitation.words import Recorded

YES = {"prisoner": True, "mother": True}


def test_what_was_agreed_still_is_and_it_goes_on() -> None:
    live = room(PRISONER, past=Past(answers=YES, began=True))

    came = live.enter(MOTHER, WELCOME, now=TEN)

    [joined] = [one for one in told(came, "mother") if isinstance(one, Joined)]
    assert joined.recording is not None
    assert joined.recording.consent is True
    assert taped(wait(live, 7)) == [
        RecordingNoted(state=Recording.ON, reason=""),
        Record(participant="mother"),
        Record(participant="prisoner"),
    ]


def test_whoever_never_answered_is_asked_now() -> None:
    past = Past(answers={**YES, "uncle": True}, began=True)
    live = room(PRISONER, MOTHER, UNCLE, past=Past(answers=YES, began=True))

    live.admit("uncle", now=TEN)

    assert live.snapshot().recording == RecordingState(
        state=Recording.PAUSED, reason="answer", by="participant"
    )
    again = room(PRISONER, MOTHER, UNCLE, past=past)
    assert again.snapshot().recording == RecordingState(state=Recording.ANNOUNCED)


@pytest.mark.parametrize(
    ("past", "stands"),
    [
        (
            Past(answers={**YES, "mother": False}),
            RecordingState(state=Recording.REFUSED, by="participant"),
        ),
        (
            Past(answers={**YES, "mother": False}, began=True),
            RecordingState(
                state=Recording.STOPPED, reason="withdrawn", by="participant"
            ),
        ),
        (
            Past(answers=YES, began=True, ended="staff"),
            RecordingState(state=Recording.STOPPED, reason="staff", by="staff"),
        ),
        (
            Past(answers=YES, began=True, ended="too_slow"),
            RecordingState(state=Recording.STOPPED, reason="too_slow", by="service"),
        ),
        (
            Past(answers=YES, began=True, paused=True),
            RecordingState(state=Recording.PAUSED, reason="staff", by="staff"),
        ),
    ],
    ids=["refused", "withdrawn", "stopped", "failed", "paused"],
)
def test_what_had_ended_or_stood_still_does_so_yet(
    past: Past, stands: RecordingState
) -> None:
    live = room(PRISONER, MOTHER, past=past)

    assert live.snapshot().recording == stands
    assert taped(wait(live, 60)) == []


@pytest.mark.parametrize(
    ("began", "stands"),
    [
        (
            False,
            RecordingState(state=Recording.OFF, reason="not_set_up", by="service"),
        ),
        (True, RecordingState(state=Recording.STOPPED, reason="failed", by="service")),
    ],
)
def test_a_recorder_that_is_gone_is_not_said_to_have_never_been(
    began: bool, stands: RecordingState
) -> None:
    live = room(
        PRISONER, MOTHER, past=Past(answers=YES, began=began), hindered="not_set_up"
    )

    assert live.snapshot().recording == stands


def test_rules_that_changed_meanwhile_hold() -> None:
    live = room(PRISONER, MOTHER, past=Past(answers=YES), recorded=Recorded.NEVER)

    assert live.snapshot().recording is None
    assert taped(wait(live, 60)) == []
