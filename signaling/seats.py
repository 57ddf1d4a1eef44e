"""A participant's place in a room, and which publisher sits in which slot of it.

Pure. Who may be in the room, and what follows from it, is the room's business.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from signaling.media.engine import SLOTS, Kind, Target, VideoQuality
from signaling.messages import ParticipantView
from signaling.tracks import TrackView
from signaling.words import Presence, Quality, Sending
from visitation.words import Part

KINDS: Final[tuple[Kind, ...]] = ("audio", "video")

#: Whose picture and sound the others get, in the order in which slots are given.
SEEN: Final = (Part.PRISONER, Part.OFFICIAL, Part.VISITOR, Part.INTERPRETER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody who may enter, as the record knows them.

    Attributes:
        id: opaque, and the engine's name for them as well.
        name: what the others read beside the picture.
        known: whether staff have identified or admitted them before.
        been_in: whether they have been in the call, maybe of another process, and did
            not leave it.
    """

    id: str
    part: Part
    name: str
    known: bool
    been_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What a subscriber was told of one kind of somebody's media."""

    mid: str | None
    muted: bool


def _nothing_sent() -> dict[Kind, Sending]:
    return dict.fromkeys(KINDS, Sending.NONE)


def _nothing_known() -> list[VideoQuality | None]:
    return [None] * SLOTS


@dataclass(slots=True, kw_only=True)
class Place:
    """Somebody's place in the room; it outlives their socket.

    Attributes:
        page_closed: whether the socket went because somebody closed its page.
        torn: a leg failed while nobody could be told, so that a page that comes back
            has to build both anew.
        awaited: the legs of a page loaded anew that the engine has not heard yet; what
            is measured of them belongs to the page before.
        pictures: what of the picture in each slot is sent to them, as last measured.
        hand: whether they have raised their hand.
        publishes: the most of their own picture that they were told to send, if they
            were told anything.
    """

    guest: Guest
    admitted: bool = False
    socket_lost_at: datetime | None = None
    page_closed: bool = False
    lost_legs: set[Target] = field(default_factory=set)
    awaited: set[Target] = field(default_factory=set)
    down_since: datetime | None = None
    has_legs: bool = False
    torn: bool = False
    sends: dict[Kind, Sending] = field(default_factory=_nothing_sent)
    blocked: set[Kind] = field(default_factory=set)
    quality: Quality = Quality.GOOD
    stalled: set[Kind] = field(default_factory=set)
    slots: list[str | None] = field(default_factory=lambda: [None] * SLOTS)
    pictures: list[VideoQuality | None] = field(default_factory=_nothing_known)
    hand: bool = False
    publishes: VideoQuality | None = None
    told: dict[tuple[str, Kind], Arrival] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The participant's opaque name."""
        return self.guest.id

    def forget_page(self) -> None:
        """A page was loaded anew: what the one before knew and had is gone."""
        self.lost_legs.clear()
        if self.has_legs:
            self.awaited = {"publisher", "subscriber"}
        self.publishes = None
        self.pictures = _nothing_known()

    @property
    def may_send(self) -> bool:
        """Whether this part has a voice and a face in the call."""
        return self.admitted and self.guest.part in SEEN

    @property
    def is_sending(self) -> bool:
        """Whether anything comes from them that could sit in a slot."""
        return self.may_send and any(s is not Sending.NONE for s in self.sends.values())

    @property
    def state(self) -> Presence:
        """Where they are, as the others see it."""
        if self.down_since is not None:
            return Presence.RECONNECTING
        return Presence.CONNECTED if self.admitted else Presence.WAITING

    @property
    def hears(self) -> tuple[Kind, ...]:
        """Beside the family even a little sound would howl: a companion has none."""
        return ("video",) if self.guest.part is Part.COMPANION else KINDS


def assigned(
    slots: Iterable[str | None], publishers: Iterable[str]
) -> list[str | None]:
    """The slots with those who went taken out and those who came put in.

    Nobody is moved: a picture that is being looked at stays where it is.
    """
    wanted = list(publishers)
    kept = [one if one in wanted else None for one in slots]
    coming = iter([one for one in wanted if one not in kept])
    return [one if one is not None else next(coming, None) for one in kept]


def arrivals(place: Place, others: Iterable[Place]) -> dict[tuple[str, Kind], Arrival]:
    """What reaches a subscriber, and where, given who sits in their slots."""
    return {
        (other.id, kind): Arrival(
            mid=_mid(place, other.id, kind),
            muted=other.sends[kind] is Sending.MUTED,
        )
        for other in others
        if place.admitted and other.may_send
        for kind in place.hears
        if other.sends[kind] is not Sending.NONE
    }


def view(other: Place, told: Mapping[tuple[str, Kind], Arrival]) -> ParticipantView:
    """A participant as one subscriber sees them."""
    return ParticipantView(
        id=other.id,
        part=other.guest.part,
        name=other.guest.name,
        state=other.state,
        quality=other.quality,
        blocked=tuple(sorted(other.blocked)),
        tracks=tuple(
            TrackView(kind=kind, mid=arrival.mid, muted=arrival.muted)
            for (participant, kind), arrival in told.items()
            if participant == other.id
        ),
    )


def _mid(place: Place, publisher: str, kind: Kind) -> str | None:
    if publisher not in place.slots:
        return None
    return f"{kind[0]}{place.slots.index(publisher)}"
