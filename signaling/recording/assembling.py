"""From packets as they came to what was shown and said, in the order of its time.

Puts the parts together: order, pictures, the choice among streams, and the clocks.
Holds some seconds of a journal and never more.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from signaling.recording import opus
from signaling.recording.choosing import Choice, Newest
from signaling.recording.clocks import LATEST, Report
from signaling.recording.h264 import H264Pictures
from signaling.recording.pictures import Picture, Pictures
from signaling.recording.sources import Heard, Source
from signaling.recording.survey import Survey
from signaling.recording.unwrapping import PATIENCE, InOrder, Packet
from signaling.recording.vp8 import Vp8Pictures

#: Nothing comes so much later than something that was shown or said after it.
_SETTLED: Final = PATIENCE + LATEST + 1.0

#: More than this waits only of a worker that lies about the time.
_MOST_BYTES: Final = 64 * 2**20
_OBJECT: Final = 400
#: Sound and two pictures of two legs are six; the others are over.
_MOST_STREAMS: Final = 16


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, and when it was taken, by our clock."""

    at: float
    picture: Picture


@dataclass(frozen=True, slots=True)
class Said:
    """A packet of sound, and when it was spoken, by our clock."""

    at: float
    packet: bytes


@dataclass(slots=True)
class _Stream:
    source: Source
    order: InOrder
    pictures: Pictures | None


class Assembly:
    """What one journal becomes.

    Attributes:
        losses: what did not come, or could not be kept, by kind.
    """

    def __init__(self, survey: Survey) -> None:
        self.losses: Counter[str] = Counter()
        self._clocks = survey.clocks
        self._choice = Choice(survey.courses)
        self._newest = Newest()
        self._streams: dict[int, _Stream] = {}
        self._waiting: list[tuple[float, int, Shown | Said]] = []
        self._count = count()
        self._held = 0

    def run(self, heard: Iterable[Heard]) -> Iterator[Shown | Said]:
        """Gives everything in the order of its time."""
        for source, what in heard:
            if isinstance(what, Report):
                continue
            stream = self._stream(source)
            for packet in stream.order.take(what):
                self._take(stream, packet)
            until = what.arrived - _SETTLED
            while self._waiting and (
                self._waiting[0][0] < until or self._held > _MOST_BYTES
            ):
                yield self._taken_out()
        for stream in self._streams.values():
            for packet in stream.order.rest():
                self._take(stream, packet)
        while self._waiting:
            yield self._taken_out()
        for stream in self._streams.values():
            self._add_up(stream)

    def _stream(self, source: Source) -> _Stream:
        """The stream of a source; the one used last stands at the end."""
        stream = self._streams.pop(source.number, None)
        if stream is None:
            stream = _Stream(source, InOrder(), _pictures(source))
            if len(self._streams) >= _MOST_STREAMS:
                self._give_up(self._streams.pop(next(iter(self._streams))))
        self._streams[source.number] = stream
        return stream

    def _give_up(self, stream: _Stream) -> None:
        """Nothing is waited for any more of what was silent longest."""
        for packet in stream.order.rest():
            self._take(stream, packet)
        self._add_up(stream)

    def _take(self, stream: _Stream, packet: Packet) -> None:
        source, pictures = stream.source, stream.pictures
        clock = self._clocks[source.number]
        if pictures is not None:
            for each in pictures.take(packet):
                if self._choice.takes(source, each):
                    at = clock.at(each.timestamp, each.arrived)
                    self._put(at, Shown(at, each))
        elif opus.samples(packet.payload) and self._newest.takes(source):
            at = clock.at(packet.timestamp, packet.arrived)
            self._put(at, Said(at, packet.payload))

    def _put(self, at: float, what: Shown | Said) -> None:
        heapq.heappush(self._waiting, (at, next(self._count), what))
        self._held += _weight(what)

    def _taken_out(self) -> Shown | Said:
        what = heapq.heappop(self._waiting)[-1]
        self._held -= _weight(what)
        return what

    def _add_up(self, stream: _Stream) -> None:
        self.losses["packets"] += stream.order.missing
        if stream.pictures is not None:
            self.losses["pictures"] += stream.pictures.dropped


def _weight(what: Shown | Said) -> int:
    """About how many bytes it takes while it waits."""
    data = what.picture.data if isinstance(what, Shown) else what.packet
    return _OBJECT + len(data)


def _pictures(source: Source) -> Pictures | None:
    if source.kind == "audio":
        return None
    return H264Pictures(source.parameters) if source.codec == "h264" else Vp8Pictures()
