"""RTCP as bytes (RFC 3550 §6, RFC 4585, RFC 5104, draft-alvestrand-rmcat-remb).

Builds what the forwarder says and reads what it is told. Keeps nothing. A packet
whose lengths lie is not read any further; what came before it still counts.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

SENDER_REPORT: Final = 200
RECEIVER_REPORT: Final = 201
DESCRIPTION: Final = 202
TRANSPORT_FEEDBACK: Final = 205
PAYLOAD_FEEDBACK: Final = 206

NACK: Final = 1
PICTURE_LOSS: Final = 1
FULL_INTRA: Final = 4
APPLICATION: Final = 15

_WORD: Final = struct.Struct("!L")
_REPORT_BLOCK: Final = struct.Struct("!LLLLLL")


class Packet(NamedTuple):
    """One packet of a compound: its type, its count or format, and what follows."""

    type: int
    format: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderReport:
    """How the sender's clock and its RTP timestamps go together.

    Attributes:
        ntp: seconds of the sender's wall clock since 1900 in 32.32 fixed point.
    """

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportBlock:
    """What a receiver says about one stream.

    Attributes:
        fraction_lost: of the last interval, in 256ths.
        lost: since the beginning, in packets.
        highest: extended highest sequence number received.
        jitter: in timestamp units.
        last_report: middle 32 bits of the last sender report's ntp, 0 before one.
        delay: since that report, in 65536ths of a second.
    """

    ssrc: int
    fraction_lost: int
    lost: int
    highest: int
    jitter: int
    last_report: int
    delay: int


def split(compound: bytes) -> Iterator[Packet]:
    """Reads a compound packet one packet after the other."""
    at = 0
    while at + 8 <= len(compound):
        end = at + 4 + 4 * int.from_bytes(compound[at + 2 : at + 4], "big")
        if compound[at] >> 6 != 2 or end < at + 8 or end > len(compound):
            return
        body = compound[at + 4 : end]
        yield Packet(compound[at + 1], compound[at] & 0x1F, body)
        at = end


def sender_report_in(packet: Packet) -> SenderReport | None:
    """Reads a sender report."""
    if packet.type != SENDER_REPORT or len(packet.body) < 24:
        return None
    ssrc, ntp, timestamp, packets, octets = struct.unpack_from("!LQLLL", packet.body)
    return SenderReport(
        ssrc=ssrc, ntp=ntp, timestamp=timestamp, packets=packets, octets=octets
    )


def report_blocks_in(packet: Packet) -> Iterator[ReportBlock]:
    """Reads the blocks of a sender's or receiver's report."""
    start = {SENDER_REPORT: 24, RECEIVER_REPORT: 4}.get(packet.type)
    if start is None:
        return
    for at in range(start, start + 24 * packet.format, 24):
        if at + 24 > len(packet.body):
            return
        ssrc, loss, highest, jitter, last, delay = _REPORT_BLOCK.unpack_from(
            packet.body, at
        )
        lost = loss & 0xFFFFFF
        yield ReportBlock(
            ssrc=ssrc,
            fraction_lost=loss >> 24,
            lost=lost - 0x1000000 if lost & 0x800000 else lost,
            highest=highest,
            jitter=jitter,
            last_report=last,
            delay=delay,
        )


def nacked_in(packet: Packet) -> tuple[int, list[int]] | None:
    """Reads which sequence numbers of which stream are asked for again."""
    if (packet.type, packet.format) != (TRANSPORT_FEEDBACK, NACK):
        return None
    wanted: list[int] = []
    for at in range(8, len(packet.body) - 3, 4):
        first, following = struct.unpack_from("!HH", packet.body, at)
        wanted.append(first)
        wanted += [
            first + 1 + bit & 0xFFFF for bit in range(16) if following >> bit & 1
        ]
    return _word(packet.body, 4), wanted


def key_frames_asked_in(packet: Packet) -> list[int]:
    """Reads of which streams a PLI or a FIR asks for a key frame."""
    if packet.type != PAYLOAD_FEEDBACK:
        return []
    if packet.format == PICTURE_LOSS:
        return [_word(packet.body, 4)]
    if packet.format == FULL_INTRA:
        return [_word(packet.body, at) for at in range(8, len(packet.body) - 7, 8)]
    return []


def bitrate_in(packet: Packet) -> int | None:
    """Reads the bits per second that a receiver estimates it can take (REMB)."""
    body = packet.body
    if (packet.type, packet.format) != (PAYLOAD_FEEDBACK, APPLICATION):
        return None
    if len(body) < 16 or body[8:12] != b"REMB":
        return None
    mantissa = (body[13] & 3) << 16 | body[14] << 8 | body[15]
    return mantissa << (body[13] >> 2)


def sender_report(report: SenderReport) -> bytes:
    """Builds a sender report without blocks."""
    return _packet(
        SENDER_REPORT,
        0,
        struct.pack(
            "!LQLLL",
            report.ssrc,
            report.ntp,
            report.timestamp,
            report.packets & 0xFFFFFFFF,
            report.octets & 0xFFFFFFFF,
        ),
    )


def receiver_report(ssrc: int, blocks: Iterable[ReportBlock]) -> bytes:
    """Builds a receiver report."""
    packed = [
        _REPORT_BLOCK.pack(
            block.ssrc,
            block.fraction_lost << 24 | block.lost & 0xFFFFFF,
            block.highest & 0xFFFFFFFF,
            block.jitter,
            block.last_report,
            block.delay,
        )
        for block in blocks
    ]
    return _packet(RECEIVER_REPORT, len(packed), _WORD.pack(ssrc) + b"".join(packed))


def description(ssrc: int, cname: str) -> bytes:
    """Builds the description that ties streams of one source together."""
    item = bytes((1, len(cname))) + cname.encode() + b"\0"
    return _packet(DESCRIPTION, 1, _WORD.pack(ssrc) + item + bytes(-len(item) % 4))


def nack(ssrc: int, media: int, wanted: Iterable[int]) -> bytes:
    """Asks again for sequence numbers, given in ascending order."""
    pairs: list[tuple[int, int]] = []
    for number in wanted:
        if pairs and 1 <= number - pairs[-1][0] <= 16:
            first, following = pairs[-1]
            pairs[-1] = first, following | 1 << number - first - 1
        else:
            pairs.append((number, 0))
    packed = (struct.pack("!HH", first & 0xFFFF, rest) for first, rest in pairs)
    body = struct.pack("!LL", ssrc, media) + b"".join(packed)
    return _packet(TRANSPORT_FEEDBACK, NACK, body)


def picture_loss(ssrc: int, media: int) -> bytes:
    """Asks for a key frame."""
    return _packet(PAYLOAD_FEEDBACK, PICTURE_LOSS, struct.pack("!LL", ssrc, media))


def bitrate(ssrc: int, bits_per_second: int, media: list[int]) -> bytes:
    """Tells a sender how much it may send (REMB)."""
    exponent = max(0, bits_per_second.bit_length() - 18)
    mantissa = bits_per_second >> exponent
    fields = len(media) << 24 | exponent << 18 | mantissa
    body = struct.pack("!LL4sL", ssrc, 0, b"REMB", fields)
    streams = b"".join(map(_WORD.pack, media))
    return _packet(PAYLOAD_FEEDBACK, APPLICATION, body + streams)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def _word(body: bytes, at: int) -> int:
    return int.from_bytes(body[at : at + 4], "big")
