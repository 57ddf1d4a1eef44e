"""Who is in a call, who sees whom, and who is told what. No I/O happens in here.

Every method changes the room and returns what follows; the hub carries that out.
Knows neither sockets nor SDP, and takes the time as an argument.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

from signaling import roster, seats, sync
from signaling.effects import Close, Effects, Envelope, Note, Noted, Offering
from signaling.media.engine import Kind, Target
from signaling.messages import (
    Admit,
    ConnectionQuality,
    End,
    Extend,
    Joined,
    Leave,
    Message,
    Mute,
    ParticipantLeft,
    ParticipantUpdated,
    Pause,
    Start,
    StreamState,
    TimeLeft,
    Warn,
)
from signaling.roster import Roster
from signaling.seats import KINDS, Guest, Place
from signaling.views import RoomView, Welcome, person_view
from signaling.words import Phase, Quality, Reason, Sending
from visitation.errors import NotAllowed
from visitation.words import Part, VisitKind

SEAT_KEPT: Final = timedelta(seconds=60)
NOTICES: Final = (timedelta(minutes=5), timedelta(minutes=1))
#: Who walks in once the visit has started; families wait until staff know them.
WALK_IN: Final = frozenset({Part.PRISONER, Part.OFFICIAL, Part.COMPANION, Part.MONITOR})
UNDER_WAY: Final = frozenset({Phase.LIVE, Phase.PAUSED})


class Room:
    """One visit's room. Nobody watches it: that takes a `SupervisedRoom`."""

    def __init__(
        self,
        *,
        kind: VisitKind,
        starts_at: datetime,
        ends_at: datetime,
        closes_at: datetime,
        phase: Phase = Phase.WAITING,
    ) -> None:
        self.kind = kind
        self.starts_at = starts_at
        self.ends_at = ends_at
        self.closes_at = closes_at
        self.phase = phase
        self._here = Roster()
        self._muted: dict[str, set[Kind]] = {}
        self._blocked: set[tuple[str, Kind]] = set()
        self._noticed: set[timedelta] = set()

    def enter(
        self, guest: Guest, welcome: Welcome, *, now: datetime, resume: bool = False
    ) -> Effects:
        """Somebody's socket is here: new, of a page loaded again, or come back.

        Raises:
            NotAllowed: for a part that this room has no place for.
        """
        if guest.part is Part.MONITOR:
            raise NotAllowed("nobody watches this room")
        return self._take_in(guest, welcome, now, resume=resume)

    def replaced(self, participant: str) -> Effects:
        """A newer page is about to take a participant's place; the older one goes."""
        return (Envelope(to=participant, message=Leave(reason=Reason.REPLACED)),)

    def lose(self, participant: str, *, now: datetime) -> Effects:
        """A socket is gone without a word; its place is kept for a while."""
        place = self._here.find(participant)
        if place is None or place.socket_lost_at is not None:
            return ()
        place.socket_lost_at = now
        return self._here.line_changed(place, now)

    def leave(
        self, participant: str, *, now: datetime, reason: Reason = Reason.LEFT
    ) -> Effects:
        """Somebody goes for good, or is taken out."""
        place = self._here.remove(participant)
        if place is None:
            return ()
        self._blocked -= {(participant, kind) for kind in KINDS}
        gone = ParticipantLeft(participant=participant, reason=reason)
        return (
            Envelope(to=participant, message=Leave(reason=reason)),
            *self._here.tell(gone),
            Close(participant=participant),
            roster.leaving(place, now, reason),
            *self._synced(),
        )

    def start(self, *, now: datetime) -> Effects:
        """The visit begins: everybody who waits is admitted."""
        if self.phase is not Phase.WAITING:
            return ()
        self.phase = Phase.LIVE
        begun = Start(ends_at=self.ends_at, closes_at=self.closes_at)
        waiting = (place for place in self._here if not place.admitted)
        let_in = [one for place in waiting for one in self._admitted(place, now)]
        return (*self._here.tell(begun), *let_in, *self._synced())

    def admit(self, participant: str, *, now: datetime) -> Effects:
        """Staff let in somebody who came late.

        Raises:
            NotFound: if nobody of that name is here.
        """
        place = self._here.at(participant)
        if place.admitted or self.phase not in UNDER_WAY:
            return ()
        return (*self._admitted(place, now), *self._synced())

    def pause(self, paused: bool) -> Effects:
        """Nothing is forwarded while a visit is paused."""
        then = Phase.PAUSED if paused else Phase.LIVE
        if self.phase not in UNDER_WAY - {then}:
            return ()
        self.phase = then
        return (*self._here.tell(Pause(paused=paused)), *self._synced())

    def mute(self, participant: str, kind: Kind, muted: bool) -> Effects:
        """Staff silence somebody, or turn off their picture.

        Raises:
            NotFound: if nobody of that name is here.
        """
        place = self._here.at(participant)
        if (kind in place.blocked) is muted:
            return ()
        place.blocked ^= {kind}
        said = Mute(participant=participant, kind=kind, muted=muted)
        return (*self._synced(), *self._here.tell(said))

    def say(self, words: Message | Warn) -> Effects:
        """Staff say something to everybody."""
        return self._here.tell(words)

    def retimed(
        self, *, ends_at: datetime, closes_at: datetime, now: datetime
    ) -> Effects:
        """The visit ends at another time than it was to."""
        if (ends_at, closes_at) == (self.ends_at, self.closes_at):
            return ()
        self.ends_at, self.closes_at = ends_at, closes_at
        self._noticed = {notice for notice in self._noticed if ends_at - now <= notice}
        return self._here.tell(Extend(ends_at=ends_at, closes_at=closes_at))

    def end(self, reason: Reason, *, now: datetime) -> Effects:
        """The visit is over for everybody."""
        self.phase = Phase.ENDED
        told = self._here.tell(End(reason=reason))
        gone = self._here.clear()
        self._blocked.clear()
        return (
            *told,
            *(Close(participant=place.id) for place in gone),
            *(roster.leaving(place, now, Reason.ENDED) for place in gone),
        )

    def sends(self, participant: str, *, audio: Sending, video: Sending) -> Effects:
        """Somebody says what they send."""
        place = self._here.find(participant)
        if place is None or not place.may_send:
            return ()
        place.sends = {"audio": audio, "video": video}
        return self._synced()

    def offers(self, participant: str, *, rebuild: bool) -> Effects:
        """Somebody asks for their subscriber leg again."""
        if not self.is_in_call(participant):
            return ()
        return (Offering(subscriber=participant, rebuild=rebuild),)

    def line(
        self, participant: str, target: Target, *, up: bool, now: datetime
    ) -> Effects:
        """The engine hears a leg, or has not heard it for too long."""
        place = self._here.find(participant)
        if place is None or (target in place.lost_legs) is not up:
            return ()
        place.lost_legs ^= {target}
        quality = Quality.LOST if place.lost_legs else Quality.GOOD
        return (*self._here.line_changed(place, now), *self.judge(participant, quality))

    def judge(self, participant: str, quality: Quality) -> Effects:
        """The line of somebody is as good as this."""
        place = self._here.find(participant)
        if place is None or place.quality is quality:
            return ()
        place.quality = quality
        said = ConnectionQuality(participant=participant, quality=quality)
        return self._here.tell(said)

    def flow(self, participant: str, kind: Kind, *, stalled: bool) -> Effects:
        """Media that should arrive from somebody does not, or does again."""
        place = self._here.find(participant)
        if place is None or (kind in place.stalled) is stalled:
            return ()
        place.stalled ^= {kind}
        state: Literal["paused", "active"] = "paused" if stalled else "active"
        told = StreamState(participant=participant, kind=kind, state=state)
        return self._here.tell(told, but=participant)

    def tick(self, now: datetime) -> Effects:
        """Time passes: places are given up, and people told how long they have."""
        late = [
            place.id
            for place in self._here
            if place.socket_lost_at and now - place.socket_lost_at >= SEAT_KEPT
        ]
        gone = [
            effect
            for one in late
            for effect in self.leave(one, now=now, reason=Reason.LOST)
        ]
        return (*gone, *self._noticed_time(now))

    def is_in_call(self, participant: str) -> bool:
        """Whether somebody has been admitted to a call under way."""
        place = self._here.find(participant)
        return place is not None and place.admitted and self.phase in UNDER_WAY

    def may_publish(self, participant: str) -> bool:
        """Whether somebody may send sound and picture now."""
        return self.is_in_call(participant) and self._here.at(participant).may_send

    def expects(self, participant: str) -> frozenset[Kind]:
        """The kinds that should be arriving from somebody now."""
        if not self.may_publish(participant):
            return frozenset()
        sends = self._here.at(participant).sends
        return frozenset(kind for kind in KINDS if sends[kind] is Sending.ON)

    def snapshot(self) -> RoomView:
        """The room as a staff board shows it."""
        return RoomView(
            phase=self.phase, people=tuple(person_view(place) for place in self._here)
        )

    def _take_in(
        self, guest: Guest, welcome: Welcome, now: datetime, *, resume: bool
    ) -> Effects:
        place = self._here.find(guest.id)
        if place is None:
            # Whoever was muted stays so, also after leaving and coming back.
            muted = self._muted.setdefault(guest.id, set())
            place = Place(guest=guest, blocked=muted)
            self._here.add(place)
            place.admitted = self.phase in UNDER_WAY and (
                guest.known or guest.part in WALK_IN
            )
            what = Noted.JOINED if place.admitted else Noted.WAITING
            others: Effects = (
                *self._here.introduce(place),
                Note(participant=guest.id, what=what),
            )
        else:
            place.socket_lost_at = None
            if not resume:
                place.lost_legs.clear()
            others = self._here.line_changed(place, now)
        resumed = resume and place.has_legs
        media = () if resumed or not place.admitted else self._media(place)
        synced = self._synced(quiet=place.id)
        joined = self._joined(place, welcome, now, resumed=resumed)
        return (Envelope(to=place.id, message=joined), *synced, *media, *others)

    def _joined(
        self, place: Place, welcome: Welcome, now: datetime, *, resumed: bool
    ) -> Joined:
        return Joined(
            participant=place.id,
            part=place.guest.part,
            kind=self.kind,
            phase=self.phase,
            admitted=place.admitted,
            resumed=resumed,
            resume=welcome.resume,
            now=now,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            closes_at=self.closes_at,
            blocked=tuple(sorted(place.blocked)),
            ice_servers=welcome.ice_servers,
            participants=tuple(
                seats.view(other, place.told) for other in self._here.others(place.id)
            ),
        )

    def _admitted(self, place: Place, now: datetime) -> Effects:
        place.admitted = True
        seen = ParticipantUpdated(participant=place.id, state=place.state)
        told = self._here.tell(seen, but=place.id)
        if place.down_since is not None:
            # They join when they come back; what they miss until then begins here.
            place.down_since = now
            return told
        admit = Envelope(to=place.id, message=Admit())
        joined = Note(participant=place.id, what=Noted.JOINED)
        return (admit, *self._media(place), *told, joined)

    def _media(self, place: Place) -> Effects:
        rebuild, place.has_legs = place.has_legs, True
        return (Offering(subscriber=place.id, rebuild=rebuild),)

    def _noticed_time(self, now: datetime) -> Effects:
        remaining = self.ends_at - now
        due = {notice for notice in NOTICES if timedelta(0) < remaining <= notice}
        fresh = due - self._noticed
        self._noticed |= due
        if not fresh or self.phase not in UNDER_WAY:
            return ()
        return self._here.tell(TimeLeft(seconds=round(remaining.total_seconds())))

    def _synced(self, *, quiet: str | None = None) -> Effects:
        paused = self.phase is Phase.PAUSED
        return (
            *sync.blocked(self._here, self._blocked, paused=paused),
            *sync.reseated(self._here, quiet=quiet),
        )


class PrivilegedRoom(Room):
    """A legal visit's room: there is no way in for anybody who watches."""


class SupervisedRoom(Room):
    """A room that staff may watch, which everybody in it is told."""

    def watch(
        self, guest: Guest, welcome: Welcome, *, now: datetime, resume: bool = False
    ) -> Effects:
        """Staff watch; they send nothing, and are in everybody's list."""
        return self._take_in(guest, welcome, now, resume=resume)
