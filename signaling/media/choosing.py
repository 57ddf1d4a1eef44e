"""Which layer of a picture a receiver is sent now, and which it is to be sent next.

A layer can only be begun with a key frame: until that comes the other one flows on.
Looks at a packet only where it may be the first of a layer; whoever forwards them says
when it has gone over.
"""

from typing import Final

from signaling.media import h264, vp8
from signaling.media.engine import Kind
from signaling.media.layers import Track
from signaling.media.upstream import Layer, Upstream

_ABOUT_TO_COME: Final = 1.0


class Chooser:
    """The choice of one receiver among the layers of one track; of sound, the only one.

    Attributes:
        switches: changes from one layer of a picture to the other.
    """

    __slots__ = ("_source", "_spare", "_target", "_track", "_wish", "kind", "switches")

    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind
        self.switches = 0
        self._track: Track | None = None
        self._wish: Layer | None = "high"
        self._source: Upstream | None = None
        self._target: Upstream | None = None
        self._spare: Upstream | None = None

    @property
    def layer(self) -> Layer | None:
        """Which layer flows now; None while nothing does."""
        return self._source.layer if self._source else None

    @property
    def track(self) -> Track | None:
        """What it is connected to, whether or not something flows."""
        return self._track

    @property
    def wish(self) -> Layer | None:
        """Which layer it goes over to; None if nothing is to flow."""
        return self._wish

    def want(self, layer: Layer | None, now: float) -> None:
        """Goes over to a layer at its next key frame; None stops the stream at once.

        Where that layer does not come, the other is taken meanwhile.
        """
        if layer != self._wish:
            self._wish = layer
            if self._track is not None:
                self._track.arrange(now)

    def pause(self) -> None:
        """Forgets the source: whatever comes next is spliced on anew."""
        self._track = self._source = self._target = self._spare = None

    def forget(self, source: Upstream) -> None:
        """Begins anew with the next key frame, which is in another codec."""
        if self._source is source:
            self._source = None

    def aim(self, track: Track, now: float) -> None:
        """Decides which layers to take: what is wished for, or what there is."""
        self._track = track
        layers = track.layers
        if self._wish is None or not layers or self._waits(track, now):
            self._source = self._target = self._spare = None
            return
        target = layers.get(self._wish) or next(iter(layers.values()))
        others = [each for each in layers.values() if each is not target]
        self._target, self._spare = target, None
        if others and not target.live(now) and others[0].live(now):
            self._spare = others[0]
        if self._source is not target and self._source not in others:
            self._source = None
        awaited = self._spare or target
        # The very first packet may begin with a key frame; it has not been seen yet.
        if self.kind == "video" and awaited is not self._source and awaited.packets:
            awaited.await_key_frame(now)

    def _waits(self, track: Track, now: float) -> bool:
        """Begins with no high layer where the low one is wanted and about to come."""
        coming = "low" in track.expected and "low" not in track.layers
        return self._wish == "low" and coming and now - track.began < _ABOUT_TO_COME

    def takes(self, stream: Upstream) -> bool:
        """Packets of this layer are wanted: now, or from its next key frame on."""
        return stream in (self._source, self._target, self._spare)

    def _begins(
        self, source: Upstream, packet: bytes, offset: int, number: int, now: float
    ) -> bool:
        """Sound begins anywhere; a picture can only begin with a key frame."""
        if source.codec == "opus":
            return True
        if self._needless(source, now):
            return False
        if source.codec == "vp8":
            described = vp8.describe(packet, offset)
            begins = described is not None and described.begins_key_frame
        else:
            begins = h264.begins_key_frame(packet, offset)
        # What followed a late first packet was not taken: that frame is lost.
        if not begins or number < source.top:
            source.await_key_frame(now)
            return False
        return True

    def _needless(self, source: Upstream, now: float) -> bool:
        """What was to take the place of a layer that is there again."""
        target = self._target
        return source is self._spare and target is not None and target.live(now)

    def _settle(self, source: Upstream) -> None:
        """Has gone over to a layer."""
        if self._source is not None and self._source.layer != source.layer:
            self.switches += 1
        self._source = source
        if source is self._target:
            self._spare = None
        if self._track is not None:
            self._track.rewire()
