"""A room that may be recorded, who agrees in it, and what its effects say of that."""

from datetime import timedelta
from typing import Final

from signaling.disclosure import RecordingState, RecordingView
from signaling.effects import (
    Effect,
    Effects,
    Record,
    RecordingNoted,
    StopRecording,
)
from signaling.messages import Joined
from signaling.seats import Guest
from signaling.supervised import NO_PAST, SupervisedRoom
from signaling.taping import Past
from signaling.words import Phase, Recording
from tests.signaling.rooms import (
    CLOSING,
    HALF_PAST,
    MOTHER,
    PRISONER,
    TEN,
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
