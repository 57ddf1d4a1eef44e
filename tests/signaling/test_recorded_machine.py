"""Whatever people and staff do: who has not agreed is not in a call that is recorded.

Believes nothing that the room says of itself: what is kept is counted from the orders
it gives, who has agreed from what each said, and what each was told from messages.
"""

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from signaling import removing
from signaling.disclosure import RecordingState
from signaling.effects import Close, Effects, Envelope, Record, StopRecording
from signaling.messages import Joined
from signaling.seats import Guest
from signaling.taping import NOTICE, Past
from signaling.words import Phase, Reason, Recording
from tests.signaling.recorded import room
from tests.signaling.rooms import (
    COMPANION,
    MONITOR,
    MOTHER,
    OFFICIAL,
    PRISONER,
    TEN,
    UNCLE,
    WELCOME,
)
from visitation.words import Part, RemovalReason

GUESTS = {one.id: one for one in (PRISONER, MOTHER, UNCLE, OFFICIAL, COMPANION)}
WHO = st.sampled_from(sorted(GUESTS))
SPEAK = {one.id for one in GUESTS.values() if one.part is not Part.COMPANION}
#: What ends it for good comes seldom, or little would be seen of a recording.
SELDOM = st.sampled_from([False] * 9 + [True])


class Recorder(RuleBasedStateMachine):
    """A visit's room, and what an onlooker makes of what it orders and says."""

    def __init__(self) -> None:
        super().__init__()
        self.now = TEN
        self.kept: set[str] = set()
        self.answers: dict[str, bool] = {}
        self.staff_paused = self.over = False
        self.told: dict[str, Recording] = {}
        self.announced: dict[str, object] = {}
        self.knows: dict[str, datetime] = {}

    @initialize(needs=st.booleans(), phase=st.sampled_from(Phase))
    def opens(self, needs: bool, phase: Phase) -> None:
        begins = Phase.WAITING if phase is Phase.ENDED else phase
        self.needs = needs
        self.room = room(phase=begins, needs_supervisor=needs)

    def does(self, effects: Effects) -> None:
        for effect in effects:
            match effect:
                case Record(participant=one):
                    assert one not in self.kept
                    assert self.now - self.knows[one] >= NOTICE
                    self.kept.add(one)
                case StopRecording(participant=one):
                    assert one in self.kept
                    self.kept.discard(one)
                case Envelope(to=to, message=Joined(recording=view)):
                    assert view is not None
                    self.hears(to, view.state)
                case Envelope(to=to, message=RecordingState(state=state)):
                    self.hears(to, state)
                case Close(participant=one):
                    assert one not in self.kept
                    self.told.pop(one, None)
                    self.knows.pop(one, None)

    def hears(self, who: str, state: Recording) -> None:
        if state is Recording.ON and self.told.get(who) is Recording.ANNOUNCED:
            assert self.now - self.announced[who] >= NOTICE  # type: ignore[operator]
        if state is Recording.ANNOUNCED and self.told.get(who) is not state:
            self.announced[who] = self.now
        if state not in {Recording.ANNOUNCED, Recording.ON}:
            self.knows.pop(who, None)
        else:
            self.knows.setdefault(who, self.now)
        self.told[who] = state

    def inside(self) -> set[str]:
        """Who is in the call and can be seen or heard."""
        return {place.id for place in self.room.here if place.admitted} & SPEAK

    def may_be_kept(self) -> bool:
        people = self.inside()
        return (
            self.room.phase is Phase.LIVE
            and not self.room.is_held
            and not (self.staff_paused or self.over)
            and bool(people)
            and all(self.answers.get(one) for one in people)
        )

    @rule(who=WHO, resume=st.booleans())
    def comes(self, who: str, resume: bool) -> None:
        guest: Guest = GUESTS[who]
        if not resume:
            self.knows.pop(who, None)
        self.does(self.room.enter(guest, WELCOME, now=self.now, resume=resume))

    @rule()
    def watches(self) -> None:
        self.does(self.room.watch(MONITOR, WELCOME, now=self.now))

    @rule(who=st.sampled_from([*sorted(GUESTS), "monitor"]))
    def loses_the_line(self, who: str) -> None:
        self.does(self.room.lose(who, now=self.now))

    @rule(who=st.sampled_from([*sorted(GUESTS), "monitor"]))
    def leaves(self, who: str) -> None:
        self.does(self.room.leave(who, now=self.now, reason=Reason.LEFT))

    @rule(who=WHO)
    def is_taken_out(self, who: str) -> None:
        why = RemovalReason.IDENTITY
        self.does(removing.taken_out(self.room, GUESTS[who], why=why, now=self.now))

    @rule(who=WHO)
    def is_let_in(self, who: str) -> None:
        if self.room.here.find(who) is not None:
            self.does(self.room.admit(who, now=self.now))

    @rule(who=WHO, refuses=SELDOM)
    def answers_it(self, who: str, refuses: bool) -> None:
        is_here = self.room.here.find(who) is not None
        self.does(self.room.consent(who, not refuses))
        if is_here and who in SPEAK and not self.over:
            self.answers[who] = not refuses
            self.over = refuses

    @rule()
    def all_agree(self) -> None:
        for who in sorted(self.inside()):
            self.answers_it(who, refuses=False)

    @rule()
    def begins(self) -> None:
        self.does(self.room.start(now=self.now))

    @rule(paused=st.booleans())
    def staff_pause_the_visit(self, paused: bool) -> None:
        self.does(self.room.pause(paused))

    @rule(paused=st.booleans())
    def staff_pause_it(self, paused: bool) -> None:
        self.staff_paused = paused
        self.does(self.room.pause_recording(paused))

    @rule(reason=st.sampled_from(["staff", "no_space", "too_slow"]), really=SELDOM)
    def stops(self, reason: str, really: bool) -> None:
        if really:
            self.over = True
            self.does(self.room.stop_recording(reason))

    @rule(seconds=st.integers(1, 90))
    def time_passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += timedelta(seconds=1)
            self.does(self.room.tick(self.now))

    @rule()
    def nothing_is_in_the_way_for_a_while(self) -> None:
        self.all_agree()
        for who in sorted(self.inside()):
            if self.room.here.at(who).socket_lost_at is not None:
                self.comes(who, resume=True)
        for _ in range(8):
            self.time_passes(1)
            if not self.may_be_kept():
                return
        assert self.kept == self.inside()

    @rule()
    def is_opened_again(self) -> None:
        """The process is killed, and another makes the room from what is on record."""
        phase = self.room.phase
        ended = self.room.taping.now.reason if self.over else ""
        past = Past(answers=dict(self.answers), paused=self.staff_paused, ended=ended)
        self.kept.clear()
        self.told.clear()
        self.knows.clear()
        self.room = room(phase=phase, needs_supervisor=self.needs, past=past)

    @invariant()
    def only_what_all_have_agreed_to_is_kept(self) -> None:
        if self.kept:
            assert self.may_be_kept()
            assert self.kept <= self.inside()
            assert set(self.told.values()) == {Recording.ON}
            assert {place.id for place in self.room.here} == self.told.keys()


TestRecorder = Recorder.TestCase
TestRecorder.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None
)
