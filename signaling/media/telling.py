"""What a forwarder's legs have to say, made into the engine's events.

Its methods are what legs and streams call; who listens knows participants only.
"""

from signaling.media import engine
from signaling.media.engine import Kind, LegState, Target, VideoQuality


class Telling:
    """Tells one listener everything."""

    def __init__(self, on_event: engine.OnEvent) -> None:
        self.on_event = on_event

    def leg_changed(
        self, participant: str, target: Target, state: LegState, reason: str
    ) -> None:
        """A leg stands, has failed, or was lost."""
        if state == "connected":
            self.on_event(engine.LegConnected(participant=participant, target=target))
        elif state == "failed":
            self.on_event(
                engine.LegFailed(participant=participant, target=target, reason=reason)
            )
        else:
            self.on_event(engine.LegLost(participant=participant, target=target))

    def started(self, participant: str, kind: Kind) -> None:
        """Something of this kind has come for the first time."""
        self.on_event(engine.TrackStarted(participant=participant, kind=kind))

    def quality_changed(
        self, participant: str, slot: int, quality: VideoQuality
    ) -> None:
        """A picture is sent in another quality."""
        self.on_event(
            engine.VideoQualityChanged(
                participant=participant, slot=slot, quality=quality
            )
        )

    def audience_changed(self, participant: str, quality: VideoQuality) -> None:
        """No more than this is wanted of a publisher."""
        self.on_event(
            engine.PublishQualityChanged(participant=participant, quality=quality)
        )

    def offer_wanted(self, participant: str) -> None:
        """A publisher is to offer once more."""
        self.on_event(engine.OfferWanted(participant=participant))
