"""Whether a supervised visit is recorded just now: who has agreed, and what follows.

Pure. Looks at who is in the call and says only the difference, as `sync` does; calling
it twice says nothing the second time. What is kept, and where, is for the desk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from signaling.disclosure import Consented, RecordingState, RecordingView
from signaling.effects import (
    Answered,
    Effects,
    Envelope,
    Record,
    RecordingNoted,
    StopRecording,
)
from signaling.messages import Error
from signaling.roster import Roster
from signaling.seats import SEEN, Place
from signaling.words import Phase, Recording
from visitation.words import Part

#: So long before it begins everybody is told that it will.
NOTICE: Final = timedelta(seconds=5)
#: Nothing more comes after these, and nobody is asked any more.
OVER: Final = frozenset({Recording.OFF, Recording.REFUSED, Recording.STOPPED})
NEVER: Final = RecordingState(state=Recording.OFF)
_REFUSED: Final = RecordingState(state=Recording.REFUSED, by="participant")
#: The end of one whose prison has changed its rules since its room was made.
RULES: Final = "rules"
_RULED: Final = RecordingState(state=Recording.OFF, reason=RULES, by="staff")
#: How it is over where nothing was kept yet.
_UNBEGUN: Final = {"withdrawn": _REFUSED, RULES: _RULED}
_RUNS: Final = frozenset({Recording.ANNOUNCED, Recording.ON})


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the record holds of a visit's recording when its room is made.

    Attributes:
        answers: what everybody last said, by participant.
        began: whether anything was kept before.
        paused: whether staff paused it and have not let it go on.
        ended: why it is over for good, as a code of `RecordingState`; empty if not.
    """

    answers: Mapping[str, bool] = field(default_factory=dict)
    began: bool = False
    paused: bool = False
    ended: str = ""


#: By whose doing it is over, where it is not the service's.
_BY: Final = {"staff": "staff", RULES: "staff", "withdrawn": "participant"}


class Taping:
    """How it stands with recording one visit.

    Attributes:
        answers: what everybody last said, by participant; it outlives their place.
        kept: from whom everything is being kept just now.
    """

    def __init__(self, past: Past, *, wanted: bool, hindered: str = "") -> None:
        """Take up what the record holds.

        Args:
            past: of this visit's recording.
            wanted: whether the prison's rules ask for one.
            hindered: why there can be none although they do; empty if there can.
        """
        self.answers = dict(past.answers)
        self.kept: set[str] = set()
        self._wanted = wanted
        self._began = past.began
        self._paused = past.paused
        self._announced_at: datetime | None = None
        self._told_at: dict[str, datetime] = {}
        self._noticed: set[str] = set()
        self._over = _over(past, wanted=wanted, hindered=hindered)
        self._now = self._over or RecordingState(state=Recording.ASKING)

    @property
    def now(self) -> RecordingState:
        """How it stands, as everybody was last told."""
        return self._now

    def is_asked(self, place: Place) -> bool:
        """Whether somebody's answer counts: they can be seen or heard."""
        return self._over is None and place.guest.part in SEEN

    def seen_by(self, place: Place) -> RecordingView:
        """How it stands, for one who has just come."""
        return RecordingView(
            state=self._now.state,
            reason=self._now.reason,
            by=self._now.by,
            asked=self.is_asked(place),
            consent=self.answers.get(place.id),
        )

    def agreed(self, place: Place) -> bool | None:
        """Whether somebody has agreed, for staff; None also where it is over.

        Who has not answered may need help. Who said no is nobody's business: whoever
        asks a prisoner why does not let them choose.
        """
        return self.answers.get(place.id) if self.is_asked(place) else None

    def answered_so_far(self, place: Place) -> Effects:
        """Who has agreed, for staff who have just come to watch."""
        if place.guest.part is not Part.MONITOR or self._over is not None:
            return ()
        return tuple(
            Envelope(to=place.id, message=Consented(participant=one, given=given))
            for one, given in sorted(self.answers.items())
        )

    def may_answer(self, place: Place, given: bool) -> bool:
        """Whether somebody may say this now."""
        return self.is_asked(place) and self.answers.get(place.id) is not given

    def answer(self, place: Place, given: bool, here: Roster) -> Effects:
        """Somebody says whether they agree; a no is for good, whoever says it."""
        if not self.may_answer(place, given):
            return (Envelope(to=place.id, message=Error(code="not_now")),)
        self.answers[place.id] = given
        if not given:
            self._over = _ended("withdrawn", began=self._began)
        said = Consented(participant=place.id, given=given)
        told = tuple(
            Envelope(to=one.id, message=said)
            for one in here
            if one is place or (given and one.guest.part is Part.MONITOR)
        )
        return (*told, Answered(participant=place.id, given=given))

    def pause(self, paused: bool) -> None:
        """Staff pause it, or let it go on."""
        self._paused = paused

    def stop(self, reason: str) -> None:
        """It is over for this visit: by staff, or because it cannot go on."""
        if self._over is None:
            self._over = _ended(reason, began=self._began)

    def is_ruled_by(self, wanted: bool) -> bool:
        """Whether the prison's rules, read again, are still those of this room.

        What nobody was asked about when they came does not begin in mid-visit; what is
        over anyhow is not looked at.
        """
        matters = self._over is None if self._wanted else self._over is NEVER
        return wanted is self._wanted or not matters

    def overrule(self) -> None:
        """The rules are others now: nothing (more) is kept in this visit."""
        self._over = _ended(RULES, began=self._began)

    def forget_page(self, participant: str) -> None:
        """Somebody's page is another: they are told before they are kept."""
        self._noticed.discard(participant)
        self._told_at.pop(participant, None)

    def left(self, participant: str) -> Effects:
        """Somebody is about to go: nothing more is kept of them."""
        self.forget_page(participant)
        if participant not in self.kept:
            return ()
        self.kept.discard(participant)
        return (StopRecording(participant=participant),)

    def closed(self) -> Effects:
        """The visit is over."""
        gone = [one for who in sorted(self.kept) for one in self.left(who)]
        began, self._began = self._began, False
        if self._over is None:
            self._over = self._now = NEVER
        return (*gone, RecordingNoted(state=Recording.OFF, reason="")) if began else ()

    def look(self, here: Roster, phase: Phase, *, silent: bool) -> Effects:
        """Bring what is kept, and what everybody was told, up to date."""
        return self._brought(self._standing(here, phase, silent=silent), here)

    def tick(self, here: Roster, now: datetime) -> Effects:
        """Time passes: what was announced begins, also for one who came meanwhile."""
        if self._now.state not in _RUNS:
            return ()
        self._notice(here, now)
        if self._now.state is Recording.ON:
            return self._brought(self._now, here)
        if any(place.may_send and place.socket_lost_at for place in here):
            # Their sound may still come, but they do not hear that it is to be kept.
            self._announced_at = None
            return ()
        if self._announced_at is None:
            self._announced_at = now
        if now - self._announced_at < NOTICE:
            return ()
        self._began = True
        return self._brought(RecordingState(state=Recording.ON), here)

    def _notice(self, here: Roster, now: datetime) -> None:
        """Everybody has the whole notice, from when they could hear it."""
        for place in here:
            if not place.may_send or place.id in self._noticed:
                continue
            if place.socket_lost_at:
                self._told_at.pop(place.id, None)
            elif now - self._told_at.setdefault(place.id, now) >= NOTICE:
                self._noticed.add(place.id)

    def _standing(self, here: Roster, phase: Phase, *, silent: bool) -> RecordingState:
        if self._over is not None:
            return self._over
        people = heard(here)
        agreed = all(self.answers.get(one) is True for one in people)
        begins = self._began or self._paused or bool(people and agreed)
        if phase is Phase.WAITING or not begins:
            return RecordingState(state=Recording.ASKING)
        reasons = (
            ("staff", "staff", self._paused),
            ("empty", "", not people),
            ("answer", "participant", not agreed),
            ("pause", "", silent),
        )
        for reason, by, holds in reasons:
            if holds:
                return RecordingState(state=Recording.PAUSED, reason=reason, by=by)
        if self._now.state in _RUNS:
            return self._now
        return RecordingState(state=Recording.ANNOUNCED)

    def _brought(self, then: RecordingState, here: Roster) -> Effects:
        before, self._now = self._now, then
        if then.state not in _RUNS:
            self._noticed.clear()
            self._told_at.clear()
        wanted = heard(here) & self._noticed if then.state is Recording.ON else set()
        gone, fresh = sorted(self.kept - wanted), sorted(wanted - self.kept)
        self.kept = set(wanted)
        stops = tuple(StopRecording(participant=one) for one in gone)
        starts = tuple(Record(participant=one) for one in fresh)
        if then == before:
            return (*stops, *starts)
        self._announced_at = None
        noted = RecordingNoted(state=then.state, reason=then.reason)
        return (*stops, *here.tell(then), noted, *starts)


def heard(here: Roster) -> frozenset[str]:
    """Everybody in the call who can be seen or heard."""
    return frozenset(place.id for place in here if place.may_send)


def _ended(reason: str, *, began: bool) -> RecordingState:
    return _stopped(reason) if began else _UNBEGUN.get(reason, _stopped(reason))


def _stopped(reason: str) -> RecordingState:
    by = _BY.get(reason, "service")
    return RecordingState(state=Recording.STOPPED, reason=reason, by=by)


def _over(past: Past, *, wanted: bool, hindered: str) -> RecordingState | None:
    """How it is over before the room was made; None if it is not."""
    refused = past.ended == "withdrawn" or False in past.answers.values()
    if not wanted:
        return NEVER
    if refused or past.ended:
        reason = "withdrawn" if refused else past.ended
        return _ended(reason, began=past.began)
    if hindered and past.began:
        return _stopped("no_space" if hindered == "no_space" else "failed")
    if hindered:
        return RecordingState(state=Recording.OFF, reason=hindered, by="service")
    return None
