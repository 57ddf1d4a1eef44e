"""From what a room should look like to the orders and messages that make it so.

Pure. Compares what each subscriber was told with what is true now, and says only the
difference; calling it twice says nothing the second time.
"""

from collections.abc import Iterable, Iterator

from signaling.conditions import VideoQuality
from signaling.effects import Block, Effect, Effects, Envelope, Seat
from signaling.media.engine import Kind
from signaling.seats import KINDS, SEEN, Arrival, Place, arrivals, assigned
from signaling.tracks import (
    TrackMuted,
    TrackPublished,
    TrackUnmuted,
    TrackUnpublished,
)


def reseated(places: Iterable[Place], *, quiet: str | None = None) -> Effects:
    """Give every subscriber the publishers there are, and tell what arrives where.

    Args:
        places: everybody in the room.
        quiet: a subscriber who is not told, because `joined` is about to say it all.
    """
    effects: list[Effect] = []
    for place in places:
        others = [other for other in places if other is not place]
        before = list(place.slots)
        effects += _seat(place, others)
        then = arrivals(place, others)
        if place.id != quiet:
            here = {other.id for other in others}
            effects += _told(place, then, here)
            effects += pictures(place, but=before)
        place.told = then
    return tuple(effects)


def blocked(
    places: Iterable[Place], before: set[tuple[str, Kind]], *, silent: bool
) -> Effects:
    """Bring what the engine holds back, `before`, up to date."""
    wanted = {
        (place.id, kind)
        for place in places
        if place.may_send
        for kind in KINDS
        if silent or kind in place.blocked
    }
    changes = sorted(wanted ^ before)
    before.symmetric_difference_update(changes)
    return tuple(
        Block(publisher=one, kind=kind, blocked=(one, kind) in wanted)
        for one, kind in changes
    )


def pictures(place: Place, *, but: Iterable[str | None]) -> Iterator[Envelope]:
    """Tell a subscriber in what quality they are sent whoever is new in a slot.

    Args:
        place: the subscriber's.
        but: who sat in each slot before, and is known.
    """
    for known, who, quality in zip(but, place.slots, place.pictures, strict=True):
        if who is not None and who != known and quality is not None:
            said = VideoQuality(participant=who, quality=quality)
            yield Envelope(to=place.id, message=said)


def _seat(place: Place, others: list[Place]) -> Iterator[Effect]:
    senders = [other for other in others if place.admitted and other.is_sending]
    senders.sort(key=lambda other: SEEN.index(other.guest.part))
    before = place.slots
    place.slots = assigned(before, [other.id for other in senders])
    for slot, (old, new) in enumerate(zip(before, place.slots, strict=True)):
        if old != new:
            yield Seat(subscriber=place.id, slot=slot, publisher=new)


def _told(
    place: Place, then: dict[tuple[str, Kind], Arrival], here: set[str]
) -> Iterator[Effect]:
    for who, kind in place.told.keys() - then.keys():
        if who in here:
            gone = TrackUnpublished(participant=who, kind=kind)
            yield Envelope(to=place.id, message=gone)
    for (who, kind), now in then.items():
        was = place.told.get((who, kind), Arrival(mid=None, muted=False))
        if now.mid is not None and now.mid != was.mid:
            came = TrackPublished(participant=who, kind=kind, mid=now.mid)
            yield Envelope(to=place.id, message=came)
        if now.muted != was.muted:
            change = TrackMuted if now.muted else TrackUnmuted
            yield Envelope(to=place.id, message=change(participant=who, kind=kind))
