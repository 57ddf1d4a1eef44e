"""Everybody who has a place in a room, and telling them things.

Pure. Knows the state of each line, and what the record and the others hear of it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal

from signaling import seats, sync
from signaling.conditions import (
    ConnectionQuality,
    PublishQuality,
    StreamState,
    VideoQuality,
)
from signaling.effects import Effects, Envelope, Note, Noted
from signaling.media import engine
from signaling.media.engine import SLOTS, Kind, Target
from signaling.messages import ParticipantJoined, ParticipantUpdated, ToPage
from signaling.seats import Guest, Place
from signaling.talk import Hand
from signaling.words import Quality, Reason
from visitation.errors import NotFound
from visitation.words import Part

#: Who walks in once the visit has started; families wait until staff know them.
WALK_IN: Final = frozenset({Part.PRISONER, Part.OFFICIAL, Part.COMPANION, Part.MONITOR})


class Roster:
    """The places of a room, in the order in which people came.

    Attributes:
        taken_out: whom staff have taken out, and not let in again.
    """

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self.taken_out: set[str] = set()

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places.values())

    def __len__(self) -> int:
        return len(self._places)

    def find(self, participant: str) -> Place | None:
        """Somebody's place, or None if they have none."""
        return self._places.get(participant)

    def at(self, participant: str) -> Place:
        """Somebody's place.

        Raises:
            NotFound: if they have none.
        """
        place = self._places.get(participant)
        if place is None:
            raise NotFound("participant")
        return place

    def walks_in(self, guest: Guest) -> bool:
        """Whether somebody who comes to a visit under way waits for nobody."""
        known = guest.known or guest.part in WALK_IN
        return known and guest.id not in self.taken_out

    def add(self, place: Place) -> None:
        """Somebody has a place from now on."""
        self._places[place.id] = place

    def remove(self, participant: str) -> Place | None:
        """Take somebody's place away."""
        return self._places.pop(participant, None)

    def clear(self) -> tuple[Place, ...]:
        """Take everybody's place away; return them."""
        gone = tuple(self)
        self._places.clear()
        return gone

    def others(self, participant: str) -> list[Place]:
        """Everybody but one."""
        return [place for one, place in self._places.items() if one != participant]

    def tell(self, message: ToPage, *, but: str | None = None) -> Effects:
        """A message to everybody, or to everybody but one."""
        return tuple(
            Envelope(to=one, message=message) for one in self._places if one != but
        )

    def introduce(self, place: Place) -> Effects:
        """Tell the others of somebody who just came."""
        return tuple(
            Envelope(
                to=other.id,
                message=ParticipantJoined(participant=seats.view(place, other.told)),
            )
            for other in self.others(place.id)
        )

    def line_changed(self, place: Place, now: datetime) -> Effects:
        """Note and tell that somebody's line broke or is whole again, if it did."""
        down = place.socket_lost_at is not None or bool(place.lost_legs)
        if down is (place.down_since is not None):
            return ()
        since, place.down_since = place.down_since, now if down else None
        said = ParticipantUpdated(participant=place.id, state=place.state)
        told = self.tell(said, but=place.id)
        if not place.admitted:
            return told
        note = Note(
            participant=place.id,
            what=Noted.RECONNECTING if down else Noted.RETURNED,
            lost=now - since if since else timedelta(0),
        )
        return (*told, note)

    def returned(self, place: Place, now: datetime, *, resume: bool) -> Effects:
        """Somebody's socket is here again, of the same page or of one loaded anew."""
        place.socket_lost_at = None
        if resume:
            return self.line_changed(place, now)
        place.forget_page()
        # Of the line of a page that has just come nothing bad is known.
        judged = self.judge(place.id, Quality.GOOD)
        return (*self.line_changed(place, now), *judged)

    def heard(
        self, participant: str, target: Target, *, up: bool, now: datetime
    ) -> Effects:
        """The engine hears a leg, or not any more; a gone page's counts for nothing."""
        place = self.find(participant)
        if place is not None and target in place.awaited:
            if not up:
                return ()
            place.awaited.discard(target)
        return self.line(participant, target, up=up, now=now)

    def line(
        self, participant: str, target: Target, *, up: bool, now: datetime
    ) -> Effects:
        """A leg is up, or down for too long."""
        place = self.find(participant)
        if place is None or (target in place.lost_legs) is not up:
            return ()
        if target == "publisher" and not (up or place.is_sending):
            return ()
        place.lost_legs ^= {target}
        quality = Quality.LOST if place.lost_legs else Quality.GOOD
        return (*self.line_changed(place, now), *self.judge(participant, quality))

    def spared(self, now: datetime) -> Effects:
        """Whoever sends nothing any more does not miss the leg to send on."""
        idle = [place.id for place in self if not place.is_sending]
        return tuple(
            effect
            for one in idle
            for effect in self.line(one, "publisher", up=True, now=now)
        )

    def judge(self, participant: str, quality: Quality) -> Effects:
        """The line of somebody is as good as this."""
        place = self.find(participant)
        if place is None or place.quality is quality:
            return ()
        place.quality = quality
        said = ConnectionQuality(participant=participant, quality=quality)
        return self.tell(said)

    def flow(self, participant: str, kind: Kind, *, stalled: bool) -> Effects:
        """Media that should arrive from somebody does not, or does again."""
        place = self.find(participant)
        if place is None or (kind in place.stalled) is stalled:
            return ()
        place.stalled ^= {kind}
        state: Literal["paused", "active"] = "paused" if stalled else "active"
        told = StreamState(participant=participant, kind=kind, state=state)
        return self.tell(told, but=participant)

    def stalls(self, to: str) -> Effects:
        """What `joined` does not say: whose media stalls, and whose hand is up."""
        said: list[ToPage] = [
            StreamState(participant=place.id, kind=kind, state="paused")
            for place in self.others(to)
            for kind in sorted(place.stalled)
        ]
        said += [Hand(participant=one.id, raised=True) for one in self if one.hand]
        return tuple(Envelope(to=to, message=message) for message in said)

    def picture(
        self, participant: str, slot: int, quality: engine.VideoQuality
    ) -> Effects:
        """The picture in somebody's slot is sent to them in this quality."""
        place = self.find(participant)
        if place is None or place.pictures[slot] == quality:
            return ()
        place.pictures[slot] = quality
        who = place.slots[slot]
        if who is None:
            return ()
        said = VideoQuality(participant=who, quality=quality)
        return (Envelope(to=participant, message=said),)

    def publishes(self, participant: str, quality: engine.VideoQuality) -> Effects:
        """Somebody should send no more of their picture than this."""
        place = self.find(participant)
        if place is None:
            return ()
        before, place.publishes = place.publishes or "high", quality
        if before == quality:
            return ()
        return (Envelope(to=participant, message=PublishQuality(quality=quality)),)


def standing(place: Place) -> Effects:
    """What `joined` does not say of somebody's own line, if it is not as usual."""
    said: list[ToPage] = []
    if place.quality is not Quality.GOOD:
        said.append(ConnectionQuality(participant=place.id, quality=place.quality))
    if place.publishes is not None:
        said.append(PublishQuality(quality=place.publishes))
    return (
        *(Envelope(to=place.id, message=message) for message in said),
        *sync.pictures(place, but=[None] * SLOTS),
    )


def leaving(place: Place, now: datetime, reason: Reason) -> Note:
    """What the record keeps of somebody's leaving."""
    lost = now - place.down_since if place.down_since else timedelta(0)
    return Note(
        participant=place.id,
        what=Noted.LEFT,
        lost=lost if place.admitted else timedelta(0),
        reason=reason,
    )
