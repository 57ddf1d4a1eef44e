"""Which of the streams on a publish leg is what: sound, a layer of a picture, repeats.

Streams are told apart by payload type, which is unique to a kind within a bundle, and
layers by their names in the header extensions of their first packets (RFC 8852).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from signaling.media import extensions, layers
from signaling.media.engine import Kind
from signaling.media.layers import Track
from signaling.media.sections import Extension, Format, Section
from signaling.media.upstream import Layer, Repair, SenderClock, Upstream

#: Two layers, their repeats and sound, and that some times over: a page may send anew
#: on the same leg. libsrtp keeps a state for each number it ever saw, for good.
MAX_STREAMS: Final = 64


@dataclass(slots=True, kw_only=True)
class _Way:
    """How the streams of one track are told apart.

    Attributes:
        rids: what the peer calls its layers; empty when it sends one only.
        numbers: of the header extensions.
        repair_types: from payload types of repeats to those of the originals.
        repaired: from SSRCs of repeats to those of the originals, where announced.
    """

    track: Track
    rids: dict[str, Layer] = field(default_factory=dict)
    numbers: dict[Extension, int] = field(default_factory=dict)
    repair_types: dict[int, int] = field(default_factory=dict)
    repaired: dict[int, int] = field(default_factory=dict)


class Intake:
    """The tracks of a publish leg and all streams that ever came on it.

    Attributes:
        known: by SSRC; None for a stream that is nothing we know.
    """

    def __init__(
        self,
        *,
        ask: Callable[[bytes], None],
        call: Callable[[Upstream], None],
        on_started: Callable[[Kind], None],
        track_of: Callable[[Kind, SenderClock], Track] = Track,
    ) -> None:
        self.tracks: dict[Kind, Track] = {}
        self.known: dict[int, Upstream | Repair | None] = {}
        self._ask = ask
        self._call = call
        self._on_started = on_started
        self._track_of = track_of
        self._clock = SenderClock()
        self._ways: dict[Kind, _Way] = {}

    def take_up(self, section: Section, chosen: Format) -> tuple[str, ...]:
        """Expects a track as the peer offers it; returns the layers that are taken."""
        kind: Kind = "audio" if section.media == "audio" else "video"
        track = self.tracks.setdefault(kind, self._track_of(kind, self._clock))
        way = self._ways[kind] = _Way(track=track, numbers=dict(section.extensions))
        if "rid" in way.numbers:
            way.rids = layers.named(section.rids)
        track.expected = frozenset(way.rids.values())
        if chosen.repair_type is not None:
            way.repair_types[chosen.repair_type] = chosen.payload_type
        way.repaired = dict(section.repairs)
        track.codecs[chosen.payload_type] = chosen.codec
        return tuple(rid for rid in section.rids if rid in way.rids)

    def meet(self, ssrc: int, packet: bytes, now: float) -> Upstream | Repair | None:
        """Finds out what an unknown stream is; None if this packet does not tell."""
        stream = self._recognised(ssrc, packet, now)
        self.known[ssrc] = stream
        return stream

    def _recognised(
        self, ssrc: int, packet: bytes, now: float
    ) -> Upstream | Repair | None:
        payload_type = packet[1] & 0x7F
        for way in self._ways.values():
            if payload_type in way.track.codecs:
                return self._stream(way, ssrc, packet, now)
            if payload_type in way.repair_types:
                return self._repair(way, ssrc, packet)
        return None

    def _stream(
        self, way: _Way, ssrc: int, packet: bytes, now: float
    ) -> Upstream | None:
        layer: Layer | None = "high"
        if way.rids:
            rid = extensions.read(packet, way.numbers["rid"])
            layer = way.rids.get(rid)
        if layer is None:
            return None
        track = way.track
        stream = Upstream(
            track.kind,
            ssrc,
            layer,
            number=packet[2] << 8 | packet[3],
            codecs=track.codecs,
            clock=track.clock,
            ask=self._ask,
            call=self._call,
        )
        stream.heard = now
        first = not track.layers
        track.put(stream, now)
        if first:
            self._on_started(track.kind)
        return stream

    def _repair(self, way: _Way, ssrc: int, packet: bytes) -> Repair | None:
        original = self.known.get(way.repaired.get(ssrc, -1))
        if original is None and "repaired_rid" in way.numbers:
            rid = extensions.read(packet, way.numbers["repaired_rid"])
            layer = way.rids.get(rid)
            original = way.track.layers.get(layer) if layer else None
        if not isinstance(original, Upstream):
            return None
        return Repair(original, way.repair_types[packet[1] & 0x7F])

    def streams(self) -> Iterator[Upstream]:
        """All streams that carried something, also those that others replaced."""
        for each in self.known.values():
            if isinstance(each, Upstream):
                yield each

    def live(self, now: float) -> Iterator[Upstream]:
        """The streams that come now, and the ones that are about to."""
        for track in self.tracks.values():
            for each in track.layers.values():
                if len(track.layers) == 1 or each.live(now):
                    yield each
