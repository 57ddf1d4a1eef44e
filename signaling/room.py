"""Who is in a call, who sees whom, and who is told what. No I/O happens in here.

Every method changes the room and returns what follows; the hub carries that out.
Knows neither sockets nor SDP, and takes the time as an argument.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

from signaling import roster, seats, sync
from signaling.conditions import Renegotiate
from signaling.effects import Close, Effects, Envelope, Note, Noted, Offering
from signaling.media.engine import Kind, Target
from signaling.messages import (
    Admit,
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
    TimeLeft,
    Warn,
)
from signaling.notices import Notices
from signaling.roster import Roster
from signaling.seats import KINDS, Guest, Place
from signaling.views import RoomView, Welcome, person_view
from signaling.words import Phase, Reason, Sending
from visitation.errors import NotAllowed
from visitation.words import Part, VisitKind

SEAT_KEPT: Final = timedelta(seconds=60)
UNDER_WAY: Final = frozenset({Phase.LIVE, Phase.PAUSED})


class Room:
    """One visit's room. Nobody watches it: that takes a `SupervisedRoom`.

    Attributes:
        here: everybody who has a place in it, and how their lines are.
        paused_for: the code that staff gave for a pause.
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
    ) -> None:
        self.kind = kind
        self.starts_at = starts_at
        self.ends_at = ends_at
        self.closes_at = closes_at
        self.phase = phase
        self.here = Roster()
        self._seat_kept = seat_kept
        self._muted: dict[str, set[Kind]] = {}
        self._blocked: set[tuple[str, Kind]] = set()
        self._notices, self.paused_for = Notices(), ""

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

    def lose(self, participant: str, *, now: datetime, closed: bool = False) -> Effects:
        """A socket is gone without a word; its place is kept for a while."""
        place = self.here.find(participant)
        if place is None or place.socket_lost_at is not None:
            return ()
        place.socket_lost_at, place.page_closed = now, closed
        return self.here.line_changed(place, now)

    def leave(
        self, participant: str, *, now: datetime, reason: Reason = Reason.LEFT
    ) -> Effects:
        """Somebody goes for good, or is taken out."""
        place = self.here.remove(participant)
        if place is None:
            return ()
        self._blocked -= {(participant, kind) for kind in KINDS}
        gone = ParticipantLeft(participant=participant, reason=reason)
        return (
            Envelope(to=participant, message=Leave(reason=reason)),
            *self.here.tell(gone),
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
        waiting = (place for place in self.here if not place.admitted)
        let_in = [one for place in waiting for one in self._admitted(place, now)]
        return (*self.here.tell(begun), *let_in, *self._synced())

    def admit(self, participant: str, *, now: datetime) -> Effects:
        """Staff let in somebody who came late.

        Raises:
            NotFound: if nobody of that name is here.
        """
        place = self.here.at(participant)
        if place.admitted or self.phase not in UNDER_WAY:
            return ()
        return (*self._admitted(place, now), *self._synced())

    def pause(self, paused: bool, reason: str = "") -> Effects:
        """Nothing is forwarded while a visit is paused; everybody reads why."""
        then = Phase.PAUSED if paused else Phase.LIVE
        if self.phase not in UNDER_WAY - {then}:
            return ()
        self.phase, self.paused_for = then, reason if paused else ""
        said = Pause(paused=paused, reason=self.paused_for)
        return (*self.here.tell(said), *self._synced())

    def mute(self, participant: str, kind: Kind, muted: bool) -> Effects:
        """Staff silence somebody, or turn off their picture.

        Raises:
            NotFound: if nobody of that name is here.
        """
        place = self.here.at(participant)
        if (kind in place.blocked) is muted:
            return ()
        place.blocked ^= {kind}
        said = Mute(participant=participant, kind=kind, muted=muted)
        return (*self._synced(), *self.here.tell(said))

    def keep_muted(self, participant: str, kinds: set[Kind]) -> None:
        """Staff silenced somebody before this room was made; they have yet to come."""
        self._muted[participant] = kinds

    def say(self, words: Message | Warn) -> Effects:
        """Staff say something to everybody."""
        return self.here.tell(words)

    def retimed(
        self,
        *,
        ends_at: datetime,
        closes_at: datetime,
        now: datetime,
        reason: Literal["staff", "lost_time"] = "staff",
    ) -> Effects:
        """The visit ends at another time than it was to."""
        if (ends_at, closes_at) == (self.ends_at, self.closes_at):
            return ()
        self.ends_at, self.closes_at = ends_at, closes_at
        self._notices.retimed(ends_at - now)
        again = Extend(ends_at=ends_at, closes_at=closes_at, reason=reason)
        return self.here.tell(again)

    def end(self, said: End, *, now: datetime) -> Effects:
        """The visit is over for everybody."""
        self.phase = Phase.ENDED
        told = self.here.tell(said)
        gone = self.here.clear()
        self._blocked.clear()
        return (
            *told,
            *(Close(participant=place.id) for place in gone),
            *(roster.leaving(place, now, Reason.ENDED) for place in gone),
        )

    def sends(self, participant: str, *, audio: Sending, video: Sending) -> Effects:
        """Somebody says what they send."""
        place = self.here.find(participant)
        if place is None or not place.may_send:
            return ()
        place.sends = {"audio": audio, "video": video}
        return self._synced()

    def offers(self, participant: str, *, rebuild: bool) -> Effects:
        """Somebody asks for their subscriber leg again."""
        if not self.is_in_call(participant):
            return ()
        return (Offering(subscriber=participant, rebuild=rebuild),)

    def failed(self, participant: str, target: Target, *, now: datetime) -> Effects:
        """A leg of somebody is gone: they build another, or are offered one."""
        place = self.here.find(participant)
        if place is None or not self.is_in_call(participant):
            return ()
        down = self.here.line(participant, target, up=False, now=now)
        if place.socket_lost_at is not None:
            place.torn = True
            return down
        if target == "publisher":
            again = Renegotiate(target=target, rebuild=True)
            return (*down, Envelope(to=participant, message=again))
        return (*down, Offering(subscriber=participant, rebuild=True))

    def missed(self, participant: str) -> None:
        """An offer was made for somebody who was not there to hear of it."""
        if place := self.here.find(participant):
            place.torn = True

    def tick(self, now: datetime) -> Effects:
        """Time passes: places are given up, and people told how long they have."""
        late = [
            place.id
            for place in self.here
            if place.socket_lost_at and now - place.socket_lost_at >= self._seat_kept
        ]
        gone = [
            effect
            for one in late
            for effect in self.leave(one, now=now, reason=Reason.LOST)
        ]
        return (*gone, *self.here.spared(now), *self._noticed_time(now))

    def is_in_call(self, participant: str) -> bool:
        """Whether somebody has been admitted to a call under way."""
        place = self.here.find(participant)
        return place is not None and place.admitted and self.phase in UNDER_WAY

    def may_publish(self, participant: str) -> bool:
        """Whether somebody may send sound and picture now."""
        return self.is_in_call(participant) and self.here.at(participant).may_send

    def expects(self, participant: str) -> frozenset[Kind]:
        """The kinds that should be arriving from somebody now."""
        if not self.may_publish(participant):
            return frozenset()
        sends = self.here.at(participant).sends
        return frozenset(kind for kind in KINDS if sends[kind] is Sending.ON)

    @property
    def is_held(self) -> bool:
        """Whether the visit waits for somebody who has to watch it."""
        return False

    @property
    def is_silent(self) -> bool:
        """Whether nothing is forwarded, for whatever reason."""
        return self.phase is Phase.PAUSED or self.is_held

    def snapshot(self) -> RoomView:
        """The room as a staff board shows it."""
        return RoomView(
            phase=self.phase, people=tuple(person_view(place) for place in self.here)
        )

    def _take_in(
        self, guest: Guest, welcome: Welcome, now: datetime, *, resume: bool
    ) -> Effects:
        place = self.here.find(guest.id)
        if place is None:
            # Whoever was muted stays so, also after leaving and coming back.
            muted = self._muted.setdefault(guest.id, set())
            place = Place(guest=guest, blocked=muted)
            self.here.add(place)
            place.admitted = self.phase in UNDER_WAY and self.here.walks_in(guest)
            what = Noted.JOINED if place.admitted else Noted.WAITING
            others: Effects = (
                *self.here.introduce(place),
                Note(participant=guest.id, what=what),
            )
        else:
            others = self.here.returned(place, now, resume=resume)
        resumed = resume and place.has_legs and not place.torn
        media = () if resumed or not place.admitted else self._media(place)
        synced = self._synced(quiet=place.id)
        joined = self._joined(place, welcome, now, resumed=resumed)
        hello = (Envelope(to=place.id, message=joined), *roster.standing(place))
        return (*hello, *self.here.stalls(place.id), *synced, *media, *others)

    def _joined(
        self, place: Place, welcome: Welcome, now: datetime, *, resumed: bool
    ) -> Joined:
        return Joined(
            participant=place.id,
            part=place.guest.part,
            kind=self.kind,
            phase=self.phase,
            watched=not self.is_held,
            paused_for=self.paused_for,
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
                seats.view(other, place.told) for other in self.here.others(place.id)
            ),
        )

    def _admitted(self, place: Place, now: datetime) -> Effects:
        place.admitted = True
        self.here.taken_out.discard(place.id)
        seen = ParticipantUpdated(participant=place.id, state=place.state)
        told = self.here.tell(seen, but=place.id)
        if place.down_since is not None:
            # They join when they come back; what they miss until then begins here.
            place.down_since = now
            return told
        admit = Envelope(to=place.id, message=Admit())
        joined = Note(participant=place.id, what=Noted.JOINED)
        return (admit, *self._media(place), *told, joined)

    def _media(self, place: Place) -> Effects:
        rebuild, place.has_legs, place.torn = place.has_legs, True, False
        return (Offering(subscriber=place.id, rebuild=rebuild),)

    def _noticed_time(self, now: datetime) -> Effects:
        remaining = self.ends_at - now
        if not self._notices.due(remaining) or self.phase not in UNDER_WAY:
            return ()
        return self.here.tell(TimeLeft(seconds=round(remaining.total_seconds())))

    def _synced(self, *, quiet: str | None = None) -> Effects:
        return (
            *sync.blocked(self.here, self._blocked, silent=self.is_silent),
            *sync.reseated(self.here, quiet=quiet),
        )
