"""Taking somebody out of a room: they read why, and so does everybody else.

Pure. Whoever was taken out may come back, and waits then until staff let them in.
"""

from dataclasses import replace
from datetime import datetime

from signaling.effects import Effect, Effects, Envelope
from signaling.messages import Leave, Message
from signaling.room import Room
from signaling.seats import Guest
from signaling.words import Reason
from visitation.words import RemovalReason


def taken_out(
    room: Room, guest: Guest, *, why: RemovalReason, now: datetime
) -> Effects:
    """Staff take somebody out, and say why; it holds for one who has just left too."""
    gone = room.leave(guest.id, now=now, reason=Reason.REMOVED)
    room.here.taken_out.add(guest.id)
    said = Message(code=f"taken_out_{why}", text=guest.name)
    return (*(_explained(effect, why) for effect in gone), *room.say(said))


def _explained(effect: Effect, why: RemovalReason) -> Effect:
    if isinstance(effect, Envelope) and isinstance(effect.message, Leave):
        return replace(effect, message=replace(effect.message, why=why.value))
    return effect
