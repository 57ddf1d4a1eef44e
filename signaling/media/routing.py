"""Who is connected to whom: seats and mutes turned into outlets of tracks.

Keeps every leg by participant and is asked to connect again whenever something has
changed. Refuses to know how legs are negotiated, and why somebody is seated or muted.
"""

from collections.abc import Callable
from typing import Final

from signaling.media.engine import Kind
from signaling.media.publication import Publication
from signaling.media.seats import Seats
from signaling.media.subscription import Subscription

_KINDS: Final[tuple[Kind, ...]] = ("audio", "video")


class Routes:
    """The legs of a forwarder and the ways between them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.publications: dict[str, Publication] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self._clock = clock
        self._seats = Seats()
        self._blocked: set[tuple[str, Kind]] = set()

    def seat(self, subscriber: str, slot: int, publisher: str | None) -> None:
        """Puts a publisher, or nobody, into a slot of a subscriber.

        Raises:
            ValueError: the slot is not in range(SLOTS).
        """
        before = self._seats.occupant(subscriber, slot)
        if before == publisher:
            return
        self._seats.put(subscriber, slot, publisher)
        if subscription := self.subscriptions.get(subscriber):
            for kind in _KINDS:
                subscription.stream(kind, slot).pause()
        for each in (before, publisher):
            if each is not None:
                self.connect(each)

    def block(self, publisher: str, kind: Kind, blocked: bool) -> None:
        """Connects nothing of that kind from the publisher while blocked."""
        if blocked:
            self._blocked.add((publisher, kind))
            for subscriber, slot in self._seats.taken_by(publisher):
                if subscription := self.subscriptions.get(subscriber):
                    subscription.stream(kind, slot).pause()
        else:
            self._blocked.discard((publisher, kind))
        self.connect(publisher)

    def vacate(self, participant: str) -> None:
        """Forgets the seats given to and taken by a participant, and the mutes."""
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
        publication = self.publications.get(publisher)
        if publication is None:
            return
        seats = self._seats.taken_by(publisher)
        for kind, track in publication.tracks.items():
            before = track.outlets
            track.outlets = tuple(
                subscription.stream(kind, slot)
                for subscriber, slot in seats
                if (publisher, kind) not in self._blocked
                and (subscription := self.subscriptions.get(subscriber))
                and subscription.open(kind, slot)
            )
            newcomers = set(track.outlets) - set(before)
            if kind == "video" and newcomers and track.stream is not None:
                track.stream.ask_key_frame(self._clock())

    def connect_to(self, subscriber: str) -> None:
        """Connects everyone who is seated at the subscriber's."""
        for publisher in self._seats.occupants(subscriber):
            self.connect(publisher)
