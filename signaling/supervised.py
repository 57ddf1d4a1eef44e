"""The rooms that there are: one that staff may watch, and one that nobody may.

Pure. Knows when a visit has to be watched, and holds it while nobody does; what was
written where staff read along; and, by `taping`, whether it is recorded. A room that
nobody watches has no way to write, and none to be recorded.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from signaling.conditions import Supervision
from signaling.confidence import Confided
from signaling.effects import Effects, Envelope, Hold, Wrote
from signaling.messages import End, Error, Joined
from signaling.room import SEAT_KEPT, UNDER_WAY, Room
from signaling.seats import Guest, Place
from signaling.talk import Said
from signaling.taping import NEVER, Past, Taping
from signaling.views import PersonView, RoomView, Welcome
from signaling.watchers import Watchers
from signaling.words import Phase, Reason
from visitation.calls.words import Phrase
from visitation.words import Chatting, Part, Recorded, VisitKind

#: A supervisor whose line breaks for so long has not turned away yet.
PATIENCE: Final = timedelta(seconds=5)
#: The same words of the same person so soon are a button that was pressed twice.
DOUBLE: Final = timedelta(seconds=2)
#: More than anybody writes who came to talk.
MOST_LINES: Final = 200
NO_PAST: Final = Past()


class PrivilegedRoom(Room):
    """A legal visit's room: there is no way in for anybody who watches.

    Its pages may agree on keys among themselves, by messages that it does not read.
    """

    def confide(self, participant: str, *, to: str, body: str) -> Effects:
        """Somebody's page tells another's, or all the others', what is only theirs."""
        if not self.is_in_call(participant):
            return (Envelope(to=participant, message=Error(code="not_now")),)
        told = Confided(participant=participant, body=body)
        return tuple(
            Envelope(to=one.id, message=told)
            for one in self.here.others(participant)
            if one.admitted and to in {"", one.id}
        )


class SupervisedRoom(Room):
    """A room that staff may watch, and that may be recorded; everybody in it is told.

    One that needs a supervisor forwards nothing while none is there.

    Attributes:
        taping: whether it is recorded just now, and who has agreed to that.
    """

    def __init__(
        self,
        *,
        kind: VisitKind,
        starts_at: datetime,
        ends_at: datetime,
        closes_at: datetime,
        phase: Phase = Phase.WAITING,
        seat_kept: timedelta = SEAT_KEPT,
        needs_supervisor: bool = False,
        chatting: Chatting = Chatting.PHRASES,
        recorded: Recorded = Recorded.NEVER,
        hindered: str = "",
        past: Past = NO_PAST,
    ) -> None:
        super().__init__(
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            closes_at=closes_at,
            phase=phase,
            seat_kept=seat_kept,
        )
        self._needs_supervisor = needs_supervisor
        self._unwatched = needs_supervisor
        self._watched_at: datetime | None = None
        self._told_held = False
        self._chatting = chatting
        self._lines: list[Said] = []
        wanted = recorded is Recorded.CONSENT
        self.taping = Taping(past, wanted=wanted, hindered=hindered)
        self._watchers = Watchers()

    @property
    def is_held(self) -> bool:
        """Whether the visit is under way and waits for somebody to watch it."""
        return self._unwatched and self.phase in UNDER_WAY

    def watch(
        self, guest: Guest, welcome: Welcome, *, now: datetime, resume: bool = False
    ) -> Effects:
        """Staff watch; they send nothing, and are in everybody's list."""
        taken = self._take_in(guest, welcome, now, resume=resume)
        return (*taken, *self._supervised(now))

    def start(self, *, now: datetime) -> Effects:
        """The visit begins, or is held until somebody watches."""
        begun = super().start(now=now)
        return (*begun, *self._supervised(now))

    def tick(self, now: datetime) -> Effects:
        """Time passes; whoever was to watch may have been gone for too long."""
        passed = (*super().tick(now), *self._supervised(now))
        return (*passed, *self.taping.tick(self.here, now))

    def leave(
        self, participant: str, *, now: datetime, reason: Reason = Reason.LEFT
    ) -> Effects:
        """Somebody goes for good, or is taken out."""
        kept = self.taping.left(participant)
        gone = super().leave(participant, now=now, reason=reason)
        return (*kept, *gone, *self._watchers.ends(participant, self.here, now))

    def end(self, said: End, *, now: datetime) -> Effects:
        """The visit is over for everybody, and for its recording."""
        return (*self.taping.closed(), *super().end(said, now=now))

    def consent(self, participant: str, given: bool) -> Effects:
        """Somebody agrees to being recorded, or does not (any more)."""
        place = self.here.find(participant)
        if place is None:
            return ()
        answered = self.taping.answer(place, given, self.here)
        return (*answered, *self._taped())

    def pause_recording(self, paused: bool) -> Effects:
        """Staff let the recording stand still, or go on."""
        self.taping.pause(paused)
        return self._taped()

    def stop_recording(self, reason: str) -> Effects:
        """Nothing more is recorded of this visit: by staff, or because nothing can."""
        self.taping.stop(reason)
        return self._taped()

    def overrule_recording(self) -> Effects:
        """The prison's rules are not what they were when this room was made."""
        self.taping.overrule()
        return self._taped()

    def write(
        self, participant: str, *, code: str, text: str, now: datetime
    ) -> Effects:
        """Somebody in the call writes; everybody who was admitted reads it.

        Nothing is written while nothing is forwarded.
        """
        place = self.here.find(participant)
        if place is None:
            return ()
        text = "" if code else text.strip()
        if not self._may_write(place, code, text):
            return (Envelope(to=participant, message=Error(code="not_now")),)
        last = self._lines[-1] if self._lines else None
        if last and _is_double(last, participant, code, text, now):
            return ()
        line = Said(
            number=max(last.number + 1 if last else 0, round(now.timestamp() * 1000)),
            participant=participant,
            part=place.guest.part,
            name=place.guest.name,
            code=code,
            text=text,
            at=now,
        )
        self._lines.append(line)
        told = (Envelope(to=one.id, message=line) for one in self.here if one.admitted)
        return (*told, Wrote(participant=participant, code=code, text=text))

    def snapshot(self) -> RoomView:
        """The room as a staff board shows it."""
        seen = super().snapshot()
        return RoomView(
            phase=seen.phase,
            people=tuple(self._seen(person) for person in seen.people),
            unsupervised=self._unwatched,
            recording=None if self.taping.now == NEVER else self.taping.now,
        )

    def _seen(self, person: PersonView) -> PersonView:
        place = self.here.at(person.reference)
        return replace(
            person,
            asked=self.taping.is_asked(place),
            consent=self.taping.agreed(place),
            watches_since=self._watchers.since(person.reference),
        )

    def _may_write(self, place: Place, code: str, text: str) -> bool:
        if not self.may_publish(place.id) or self.is_silent:
            return False
        own = sum(line.participant == place.id for line in self._lines)
        if own >= MOST_LINES or not (code or text):
            return False
        if code:
            return self._chatting is not Chatting.NONE and code in set(Phrase)
        return self._chatting is Chatting.FREE

    def _take_in(
        self, guest: Guest, welcome: Welcome, now: datetime, *, resume: bool
    ) -> Effects:
        if not resume:
            self.taping.forget_page(guest.id)
        taken = super()._take_in(guest, welcome, now, resume=resume)
        place = self.here.at(guest.id)
        return (
            *taken,
            *self._written(place),
            *self._watchers.so_far(place),
            *self._watchers.begins(place, self.here, now),
            *self.taping.answered_so_far(place),
        )

    def _joined(
        self, place: Place, welcome: Welcome, now: datetime, *, resumed: bool
    ) -> Joined:
        joined = super()._joined(place, welcome, now, resumed=resumed)
        return replace(joined, recording=self.taping.seen_by(place))

    def _admitted(self, place: Place, now: datetime) -> Effects:
        let_in = (*super()._admitted(place, now), *self._written(place))
        return (*let_in, *self._watchers.begins(place, self.here, now))

    def _synced(self, *, quiet: str | None = None) -> Effects:
        return (*super()._synced(quiet=quiet), *self._taped())

    def _taped(self) -> Effects:
        return self.taping.look(self.here, self.phase, silent=self.is_silent)

    def _written(self, place: Place) -> Effects:
        """What was written so far, for whoever may read it and has missed it."""
        if not place.admitted:
            return ()
        return tuple(Envelope(to=place.id, message=line) for line in self._lines)

    def _supervised(self, now: datetime) -> Effects:
        if not self._needs_supervisor:
            return ()
        before = self.is_held
        if self._is_watched:
            self._watched_at, self._unwatched = now, False
        elif self._watched_at is None or now - self._watched_at >= PATIENCE:
            self._unwatched = True
        # A room made anew in the middle may be watched before anybody was told.
        synced = () if self.is_held is before else self._synced()
        if self.is_held is self._told_held:
            return synced
        self._told_held = self.is_held
        told = self.here.tell(Supervision(watched=not self.is_held))
        return (*synced, *told, Hold(held=self.is_held))

    @property
    def _is_watched(self) -> bool:
        return any(
            place.guest.part is Part.MONITOR and place.down_since is None
            for place in self.here
        )


def _is_double(
    last: Said, participant: str, code: str, text: str, now: datetime
) -> bool:
    same = (last.participant, last.code, last.text) == (participant, code, text)
    return same and now - last.at < DOUBLE
