"""What the room shows of itself, and what it is given to say at the door."""

from dataclasses import dataclass

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
    """One participant on a staff board; `reference` is the record's name for them."""

    reference: str
    part: Part
    state: Presence
    quality: Quality
    blocked: tuple[Kind, ...]
    sends: tuple[Kind, ...]
    hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView:
    """A room on a staff board: its phase, and everybody who has a place in it.

    Attributes:
        unsupervised: staff have to watch it and nobody does; nothing is forwarded.
    """

    phase: Phase
    people: tuple[PersonView, ...]
    unsupervised: bool = False

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
