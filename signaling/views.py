"""What the room shows of itself, and what it is given to say at the door."""

from dataclasses import dataclass
from datetime import datetime

from signaling.disclosure import RecordingState
from signaling.media.engine import Kind
from signaling.messages import IceServer
from signaling.seats import KINDS, Place
from signaling.words import Phase, Presence, Quality, Sending
from visitation.words import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """What the hub adds to a participant's `joined`."""

    resume: str
    ice_servers: tuple[IceServer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """One participant on a staff board; `reference` is the record's name for them.

    Attributes:
        asked: whether they are asked if the visit may be recorded.
        consent: what they answered; None if nothing yet.
        watches_since: since when they watch, if they came to.
    """

    reference: str
    part: Part
    state: Presence
    quality: Quality
    blocked: tuple[Kind, ...]
    sends: tuple[Kind, ...]
    hand: bool = False
    asked: bool = False
    consent: bool | None = None
    watches_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView:
    """A room on a staff board: its phase, and everybody who has a place in it.

    Attributes:
        unsupervised: staff have to watch it and nobody does; nothing is forwarded.
        recording: how it stands with recording; None for a visit that has none.
    """

    phase: Phase
    people: tuple[PersonView, ...]
    unsupervised: bool = False
    recording: RecordingState | None = None

    @property
    def watched(self) -> bool:
        """Whether staff are watching."""
        return any(person.part is Part.MONITOR for person in self.people)

    def person(self, reference: str) -> PersonView | None:
        """A participant by reference, or None if they are not here."""
        return next((one for one in self.people if one.reference == reference), None)


def person_view(place: Place) -> PersonView:
    """Somebody's place as a staff board shows it."""
    return PersonView(
        reference=place.id,
        part=place.guest.part,
        state=place.state,
        quality=place.quality,
        blocked=tuple(sorted(place.blocked)),
        sends=tuple(kind for kind in KINDS if place.sends[kind] is Sending.ON),
        hand=place.hand,
    )
