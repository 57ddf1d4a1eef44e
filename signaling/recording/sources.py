"""What a journal says, stream by stream: packets with numbers that do not wrap.

A stream that begins anew is another source, also when it bears a number that was there
before. Read twice, a journal gives the same sources the same names both times.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from signaling.media import rtp
from signaling.media.recording import journal
from signaling.recording.clocks import Report
from signaling.recording.unwrapping import Packet, Unwrapped

_MICRO: Final = 1_000_000
_FRACTION: Final = 2**32
#: No line of the internet carries more in one piece.
_LARGEST: Final = 9000
_PARAMETERS: Final = "sprop-parameter-sets="


@dataclass(frozen=True, slots=True)
class Source:
    """One stream from its beginning.

    Attributes:
        number: counted from 0, in the order of beginning.
        better: it is the larger one of a picture's two sizes.
        parameters: units of H264 that were told beforehand.
    """

    number: int
    kind: str
    codec: str
    better: bool
    rate: int
    parameters: tuple[bytes, ...] = ()


Heard = tuple[Source, Packet | Report]


class _Stream:
    __slots__ = ("numbers", "payload_type", "source", "timestamps")

    def __init__(self, source: Source, payload_type: int) -> None:
        self.source = source
        self.payload_type = payload_type
        self.numbers, self.timestamps = Unwrapped(16), Unwrapped(32)


def heard(lines: Iterable[journal.Line]) -> Iterator[Heard]:
    """Packets and reports in the order in which they came, by source.

    What belongs to no stream that was told of, or is no RTP, is left out.
    """
    streams: dict[int, _Stream] = {}
    count = 0
    for line in lines:
        if isinstance(line, journal.Packet):
            stream = streams.get(int.from_bytes(line.packet[8:12], "big"))
            packet = stream and _packet(stream, line)
            if stream and packet:
                yield stream.source, packet
        elif isinstance(line, journal.Report):
            stream = streams.get(line.ssrc)
            if stream is not None:
                yield stream.source, _report(stream, line)
        elif isinstance(line, journal.TrackBegins):
            streams[line.ssrc] = _Stream(_source(line, count), line.payload_type)
            count += 1


def _packet(stream: _Stream, line: journal.Packet) -> Packet | None:
    packet = line.packet
    if packet[1] & 0x7F != stream.payload_type or len(packet) > _LARGEST:
        return None
    try:
        start = rtp.payload_offset(packet)
        end = rtp.payload_end(packet, start)
    except rtp.MalformedRtp:
        return None
    return Packet(
        number=stream.numbers.take(int.from_bytes(packet[2:4], "big")),
        timestamp=stream.timestamps.take(int.from_bytes(packet[4:8], "big")),
        marker=bool(packet[1] & rtp.MARKER),
        payload=packet[start:end],
        arrived=line.at / _MICRO,
    )


def _report(stream: _Stream, line: journal.Report) -> Report:
    return Report(
        wall=line.ntp / _FRACTION,
        timestamp=stream.timestamps.near(line.timestamp),
        arrived=line.at / _MICRO,
    )


def _source(line: journal.TrackBegins, number: int) -> Source:
    return Source(
        number=number,
        kind=line.kind,
        codec=line.codec,
        better=line.layer == "high",
        rate=line.clock_rate,
        parameters=_units(line.parameters),
    )


def _units(told: str) -> tuple[bytes, ...]:
    for each in told.replace(" ", "").split(";"):
        if each.startswith(_PARAMETERS):
            try:
                units = each.removeprefix(_PARAMETERS).split(",")
                return tuple(base64.b64decode(unit, validate=True) for unit in units)
            except (binascii.Error, ValueError):
                return ()
    return ()
