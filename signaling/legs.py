"""What the engine says of legs, and what follows from it in a room. Pure."""

from datetime import datetime

from signaling.conditions import Renegotiate
from signaling.effects import Effects, Envelope
from signaling.media.engine import (
    LegConnected,
    LegFailed,
    LegLost,
    MediaEvent,
    OfferWanted,
    PublishQualityChanged,
    RecordingRuns,
    RecordingStopped,
    TrackStarted,
    VideoQualityChanged,
)
from signaling.room import Room


def follows(room: Room, event: MediaEvent, now: datetime) -> Effects:
    """What an event means for those in the room."""
    one = event.participant
    match event:
        case LegConnected(target=target) | LegLost(target=target):
            up = isinstance(event, LegConnected)
            return room.here.heard(one, target, up=up, now=now)
        case LegFailed(target=target):
            return room.failed(one, target, now=now)
        case VideoQualityChanged(slot=slot, quality=quality):
            return room.here.picture(one, slot, quality)
        case PublishQualityChanged(quality=quality):
            return room.here.publishes(one, quality)
        case OfferWanted():
            again = Renegotiate(target="publisher", rebuild=False)
            return (Envelope(to=one, message=again),)
        case TrackStarted() | RecordingRuns() | RecordingStopped():
            return ()
