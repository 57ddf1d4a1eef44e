"""Who is connected to whom: seats and mutes turned into outlets of tracks.

Keeps every leg by participant and is asked to connect again whenever something has
changed; says which codec suits a room. Refuses to know how legs are negotiated, and
why somebody is seated or muted.
"""

from collections.abc import Callable
from typing import Final

from signaling.media import codecs
from signaling.media.codecs import Codec
from signaling.media.engine import Kind
from signaling.media.publication import Publication
from signaling.media.recording.recordable import RecordablePublication
from signaling.media.recording.tap import Tap
from signaling.media.seats import Seats
from signaling.media.subscription import Subscription

_KINDS: Final[tuple[Kind, ...]] = ("audio", "video")


class Routes:
    """The legs of a forwarder and the ways between them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.publications: dict[str, Publication] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.rooms: dict[str, str] = {}
        self._taps: dict[str, Tap] = {}
        self._clock = clock
        self._seats = Seats()
        self._blocked: set[tuple[str, Kind]] = set()
        self._recordable: set[str] = set()

    def join(self, participant: str, room: str, *, privileged: bool) -> None:
        """Notes who is in a room together, and who could be recorded.

        Whoever is privileged stays it until they leave.
        """
        is_known = participant in self.rooms
        self.rooms[participant] = room
        if privileged:
            self._recordable.discard(participant)
        elif not is_known:
            self._recordable.add(participant)

    def recordable(self, participant: str) -> bool:
        """Whether somebody has joined, and not as privileged."""
        return participant in self._recordable

    def publication_of(self, participant: str) -> type[Publication]:
        """What a participant's leg is made of: with a place for a tap, or without."""
        recordable = self.recordable(participant)
        return RecordablePublication if recordable else Publication

    def fit(self, participant: str, tap: Tap | None) -> None:
        """Puts a tap on what a participant sends, on whatever leg; or takes it off."""
        if tap is None:
            self._taps.pop(participant, None)
        else:
            self._taps[participant] = tap
        self.connect(participant)

    def seat(self, subscriber: str, slot: int, publisher: str | None) -> None:
        """Puts a publisher, or nobody, into a slot of a subscriber.

        Raises:
            ValueError: the slot is not in range(SLOTS).
        """
        before = self._seats.occupant(subscriber, slot)
        if before == publisher:
            return
        self._seats.put(subscriber, slot, publisher)
        for each in (before, publisher):
            if each is not None:
                self.connect(each)

    def block(self, publisher: str, kind: Kind, blocked: bool) -> None:
        """Connects nothing of that kind from the publisher while blocked."""
        if blocked:
            self._blocked.add((publisher, kind))
        else:
            self._blocked.discard((publisher, kind))
        self.connect(publisher)

    def vacate(self, participant: str) -> None:
        """Forgets a participant's room, mutes, and seats given and taken."""
        self.rooms.pop(participant, None)
        self._recordable.discard(participant)
        watched = self._seats.occupants(participant)
        for subscriber, slot in self._seats.taken_by(participant):
            self.seat(subscriber, slot, None)
        self._seats.clear(participant)
        for kind in _KINDS:
            self._blocked.discard((participant, kind))
        for each in watched:
            self.connect(each)

    def connect(self, publisher: str) -> None:
        """Connects the publisher's tracks with the streams it is seated in."""
        now = self._clock()
        publication = self.publications.get(publisher)
        tap = self._taps.get(publisher)
        if tap is not None:
            kinds = {kind for kind in _KINDS if (publisher, kind) in self._blocked}
            tap.pause(kinds, now)
        if publication is None:
            return
        if isinstance(publication, RecordablePublication):
            publication.record(tap, now)
        seats = self._seats.taken_by(publisher)
        for kind, track in publication.tracks.items():
            outlets = tuple(
                subscription.stream(kind, slot)
                for subscriber, slot in seats
                if (publisher, kind) not in self._blocked
                and (subscription := self.subscriptions.get(subscriber))
                and subscription.open(kind, slot)
            )
            track.connect(outlets, now)

    def connect_to(self, subscriber: str) -> None:
        """Connects everyone who is seated at the subscriber's."""
        for publisher in self._seats.occupants(subscriber):
            self.connect(publisher)

    def codec(self, participant: str) -> Codec:
        """The codec of pictures that suits everyone in the participant's room."""
        decoders = (
            self.subscriptions[each].decodes
            for each in self._roommates(participant)
            if each in self.subscriptions
        )
        return codecs.common([each for each in decoders if each is not None])

    def agree(self, participant: str) -> None:
        """Has the room change its codec if a participant cannot decode the present."""
        codec = self.codec(participant)
        for each in self._roommates(participant):
            if publication := self.publications.get(each):
                publication.prefer(codec)

    def round_trip(self, participant: str) -> float | None:
        """Seconds to the participant and back, as far as it is known."""
        subscription = self.subscriptions.get(participant)
        return subscription.round_trip if subscription else None

    def upward(self, participant: str) -> float:
        """Seconds that the participant's packets wait on their way to us."""
        publication = self.publications.get(participant)
        return publication.waits if publication else 0.0

    def _roommates(self, participant: str) -> list[str]:
        """Everyone in the room, also the participant."""
        room = self.rooms.get(participant)
        if room is None:
            return [participant]
        return [name for name, other in self.rooms.items() if other == room]
