"""Raised hands: everybody in the call sees them, and staff may take them down. Pure."""

from signaling.effects import Effects
from signaling.room import Room
from signaling.talk import Hand


def raised(room: Room, participant: str, *, up: bool) -> Effects:
    """Somebody in the call raises their hand, or it is taken down."""
    place = room.here.find(participant)
    if place is None or not place.may_send or not room.is_in_call(participant):
        return ()
    if place.hand is up:
        return ()
    place.hand = up
    return room.here.tell(Hand(participant=participant, raised=up))
