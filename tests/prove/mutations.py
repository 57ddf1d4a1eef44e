"""RTP and RTCP as peers send it, and as it looks after somebody tampered with it.

Every shape that the forwarder reads is here once; a mutation changes bits, lengths and
order of one. All comes from a seed, so that whatever breaks something can be repeated.
"""

import struct
from collections.abc import Iterator
from random import Random

from signaling.media import rtcp
from signaling.media.rtcp import ReportBlock, SenderReport
from tests.signaling.media import client
from tests.signaling.media.client import H264, VP8

LONGEST = 1200
#: Sources of one attacker: two layers, their repair streams, sound.
SOURCES = (0xBAD1, 0xBAD2, 0xBAD3, 0xBAD4, 0xBAD5)
_VP8_DESCRIPTORS = (b"\x10", b"\x90\x80\x05", b"\x90\xf0\x81\x05\x01\xe3")
_VP8_KEY_FRAME = b"\x10\x00\x00\x9d\x01\x2a"
_H264_PAYLOADS = (
    b"\x65key frame",
    b"\x67\x42\xe0\x1f\x00",
    b"\x78\x00\x04\x67\x42\xe0\x1f\x00\x02\x68\xce\x00\x03\x65ab",
    b"\x7c\x85first fragment",
    b"\x7c\x45last fragment",
)


def rtp_shapes(number: int) -> list[bytes]:
    """One packet of each shape, all with this sequence number."""
    vp8 = client.video(number, ssrc=SOURCES[0], key=number % 5 == 0, picture=number)
    low = client.video(number, ssrc=SOURCES[1], picture=number & 0x7FFF)
    shapes = [
        client.audio(number & 0xFFFF, ssrc=SOURCES[4]),
        vp8,
        client.named(vp8, "h"),
        client.named(low, "l"),
        client.repeated(vp8, number & 0xFFFF, ssrc=SOURCES[2]),
        client.named(
            client.repeated(low, number & 0xFFFF, ssrc=SOURCES[3]),
            "l",
            extension=client.REPAIRED_RID,
        ),
        _two_byte_extension(vp8),
        _with_sources(vp8),
        _padded(vp8),
    ]
    shapes += [_rtp(VP8, number, each + _VP8_KEY_FRAME) for each in _VP8_DESCRIPTORS]
    return shapes + [_rtp(H264, number, payload) for payload in _H264_PAYLOADS]


def rtcp_shapes(number: int) -> list[bytes]:
    """One packet of each kind, and some compounds, about these sources."""
    block = ReportBlock(
        ssrc=SOURCES[number % 5],
        fraction_lost=number % 256,
        lost=number,
        highest=number,
        jitter=number,
        last_report=number,
        delay=number,
    )
    said = SenderReport(
        ssrc=SOURCES[number % 5],
        ntp=(number << 32) | number,
        timestamp=number * 3000,
        packets=number,
        octets=number,
    )
    sender = rtcp.sender_report(said)
    receiver = rtcp.receiver_report(1, [block] * (number % 4))
    asked = rtcp.nack(1, block.ssrc, [number + each & 0xFFFF for each in range(20)])
    several = struct.pack("!LLLB3xLB3x", 1, 0, SOURCES[0], 1, SOURCES[1], 2)
    remb = b"REMB\x02" + struct.pack("!L", number)[1:]
    return [
        sender,
        receiver,
        sender + receiver + asked,
        asked,
        rtcp.picture_loss(1, block.ssrc),
        _rtcp(rtcp.PAYLOAD_FEEDBACK, rtcp.FULL_INTRA, several),
        _rtcp(rtcp.PAYLOAD_FEEDBACK, rtcp.APPLICATION, bytes(8) + remb + bytes(8)),
        _rtcp(rtcp.TRANSPORT_FEEDBACK, 15, bytes(8) + bytes(range(24))),
        _rtcp(rtcp.DESCRIPTION, 1, struct.pack("!L", SOURCES[0]) + b"\x01\x02me\0\0\0"),
        _rtcp(203, 1, struct.pack("!L", SOURCES[0])),
        _rtcp(204, 0, struct.pack("!L", SOURCES[0]) + b"name" + bytes(8)),
        _rtcp(207, 0, struct.pack("!L", 1) + b"\x05\x00\x00\x03" + bytes(12)),
    ]


def mutated(packet: bytes, random: Random) -> bytes:
    """The packet after one to four changes; now and then it stays as it was."""
    changed = bytearray(packet)
    for _ in range(random.randrange(5)):
        random.choice(_CHANGES)(changed, random)
    return bytes(changed[:LONGEST])


def storm(random: Random) -> Iterator[bytes]:
    """Packets without end, two of RTP for each of RTCP.

    libsrtp does not encrypt numbers that are long past, so most of them go up, now and
    then by far.
    """
    number = 0
    while True:
        media, control = rtp_shapes(number & 0xFFFF), rtcp_shapes(number & 0xFFFF)
        for shapes in (media, media, control) * 8:
            number += random.randrange(3000) if random.random() < 0.005 else 1
            packet = mutated(random.choice(shapes), random)
            if shapes is media and len(packet) >= 4 and random.random() < 0.97:
                late = random.randrange(60) if random.random() < 0.1 else 0
                fresh = struct.pack("!H", number - late & 0xFFFF)
                packet = packet[:2] + fresh + packet[4:]
            yield packet


def _flip(packet: bytearray, random: Random) -> None:
    if packet:
        packet[random.randrange(len(packet))] ^= 1 << random.randrange(8)


def _overwrite(packet: bytearray, random: Random) -> None:
    if packet:
        at = random.randrange(len(packet))
        packet[at] = random.choice((0, 1, 0x7F, 0x80, 0xFF))


def _cut(packet: bytearray, random: Random) -> None:
    del packet[random.randrange(len(packet) + 1) :]


def _grow(packet: bytearray, random: Random) -> None:
    at = random.randrange(len(packet) + 1)
    packet[at:at] = random.randbytes(random.choice((1, 2, 4, 60, 900)))


def _remove(packet: bytearray, random: Random) -> None:
    at = random.randrange(len(packet) + 1)
    del packet[at : at + random.randrange(8)]


def _lie(packet: bytearray, random: Random) -> None:
    """A length, count or flag says something else."""
    at = random.choice((0, 2, 3, 12, 13, 14, 15, len(packet) - 1))
    if 0 <= at < len(packet):
        packet[at] = random.randrange(256) if at else 0x80 | random.randrange(64)


_CHANGES = (_flip, _flip, _overwrite, _cut, _grow, _remove, _lie, _lie)


def _rtp(number: int, sequence: int, payload: bytes) -> bytes:
    header = struct.pack(
        "!BBHLL",
        0x80,
        0x80 | number,
        sequence & 0xFFFF,
        sequence * 3000 & 0xFFFFFFFF,
        SOURCES[0],
    )
    return header + payload


def _rtcp(kind: int, form: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack("!BBH", 0x80 | form, kind, len(body) // 4) + body


def _two_byte_extension(packet: bytes) -> bytes:
    block = struct.pack("!HH", 0x1000, 2) + b"\x0a\x01h\x04\x0210"
    return bytes((packet[0] | 0x10,)) + packet[1:12] + block + b"\0" + packet[12:]


def _with_sources(packet: bytes) -> bytes:
    return bytes((packet[0] | 2,)) + packet[1:12] + bytes(8) + packet[12:]


def _padded(packet: bytes) -> bytes:
    return bytes((packet[0] | 0x20,)) + packet[1:] + b"\0\0\0\4"
