"""Two people before cameras that nobody made, for the demonstration's one recording.

What they send is encoded here and put into journals exactly as the forwarder writes
them, so that everything behind a journal is the real thing. Knows no database.
"""

import math
import os
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.codeccontext import AudioCodecContext
from av.video.codeccontext import VideoCodecContext

from signaling.media.recording import journal
from signaling.media.recording.journal import Entry
from signaling.media.upstream import Layer
from visitation.recordings.sealed import Purpose, Sealer, new_header

_RATE, _FRAME, _PICTURES = 48_000, 960, 6
_CLOCK = 90_000
_OPUS, _VP8 = 111, 96
_SOUND = 1
_NTP = 2_208_988_800
_MONOTONIC = 1_000.0
_LARGEST = 1_100
_SEGMENT = 0.5
#: How loud somebody may be, in steps.
_LEVELS = 4
Size = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitter:
    """Somebody before a camera; seconds are of the recording.

    Attributes:
        pitch: of the voice, in hertz.
        dress: the two colours of what they wear, as YUV has them.
        looks: from when on they are sent in which size.
        away: between which seconds nothing of them arrives.
        seconds: how long it lasts.
    """

    pitch: int
    dress: tuple[int, int]
    looks: tuple[tuple[float, Size, Layer], ...]
    away: tuple[float, float] = (0.0, 0.0)
    seconds: float = 24.0

    def is_away(self, at: float) -> bool:
        """Whether nothing of them arrives then."""
        return self.away[0] <= at < self.away[1]


def write(path: Path, key: bytes, sitter: Sitter, *, who: str, wall: float) -> None:
    """Write what somebody sends into a sealed journal.

    Args:
        path: of the journal, which is not there yet.
        key: of the recording.
        sitter: who is sent.
        who: their opaque name.
        wall: when the recording began, in seconds since 1970.
    """
    lines = [(_MONOTONIC, journal.OPENING, journal.opening(who, wall))]
    lines += sorted(_sent(sitter, wall), key=lambda line: line[0])
    header = new_header(Purpose.JOURNAL, os.urandom(16))
    sealer = Sealer(key, header)
    parts = [header]
    while lines:
        ends = lines[0][0] + _SEGMENT
        count = sum(line[0] < ends for line in lines)
        taken, lines = lines[:count], lines[count:]
        parts.append(sealer.seal(journal.packed(taken), last=not lines))
    path.write_bytes(b"".join(parts))
    path.chmod(0o600)


def _sent(sitter: Sitter, wall: float) -> Iterator[Entry]:
    first = sitter.looks[0][0]
    yield _track(first, _SOUND, "high")
    for number, (at, data) in enumerate(_said(sitter)):
        if at >= first and not sitter.is_away(at):
            stream = (_OPUS, _SOUND, _RATE)
            yield _packet(at, stream, number, data, end=False)
    ends = [*(look[0] for look in sitter.looks[1:]), sitter.seconds]
    for index, ((starts, size, layer), end) in enumerate(
        zip(sitter.looks, ends, strict=True)
    ):
        yield from _shown(sitter, starts, end, size=size, ssrc=2 + index, layer=layer)
    yield from _reports(sitter, wall)


def _reports(sitter: Sitter, wall: float) -> Iterator[Entry]:
    """What a sender tells each second: which wall time its timestamps are."""
    ends = [*(look[0] for look in sitter.looks[1:]), sitter.seconds]
    for second in range(math.ceil(sitter.looks[0][0]), int(sitter.seconds)):
        streams = [(_SOUND, _RATE)] + [
            (2 + index, _CLOCK)
            for index, (look, end) in enumerate(zip(sitter.looks, ends, strict=True))
            if look[0] <= second < end
        ]
        ntp = round((wall + second + _NTP) * 2**32)
        for ssrc, rate in () if sitter.is_away(second) else streams:
            body = journal.report(ssrc, ntp, second * rate)
            yield _MONOTONIC + second + 0.001, journal.REPORT, body


def _shown(
    sitter: Sitter, starts: float, ends: float, *, size: Size, ssrc: int, layer: Layer
) -> Iterator[Entry]:
    yield _track(starts, ssrc, layer)
    sequence = 0
    for at, data in _pictures(sitter, starts, ends, size):
        pieces = [data[n : n + _LARGEST] for n in range(0, len(data), _LARGEST)]
        for index, piece in enumerate(pieces):
            # RFC 7741, section 4.2: nothing but where a picture begins.
            payload = bytes([0 if index else 0x10]) + piece
            last = index + 1 == len(pieces)
            sequence += 1
            if not sitter.is_away(at):
                stream = (_VP8, ssrc, _CLOCK)
                yield _packet(at, stream, sequence, payload, end=last)


def _track(at: float, ssrc: int, layer: Layer) -> Entry:
    is_sound = ssrc == _SOUND
    body = journal.track(
        ssrc=ssrc,
        kind="audio" if is_sound else "video",
        codec="opus" if is_sound else "vp8",
        layer=layer,
        clock_rate=_RATE if is_sound else _CLOCK,
        payload_type=_OPUS if is_sound else _VP8,
    )
    return _MONOTONIC + at, journal.TRACK, body


def _packet(
    at: float, stream: tuple[int, int, int], sequence: int, payload: bytes, *, end: bool
) -> Entry:
    kind, ssrc, rate = stream
    ticks = round(at * rate) & 0xFFFFFFFF
    head = struct.pack("!BBHLL", 0x80, end << 7 | kind, sequence & 0xFFFF, ticks, ssrc)
    return _MONOTONIC + at + 0.002, journal.PACKET, head + payload


def _said(sitter: Sitter) -> Iterator[tuple[float, bytes]]:
    """A voice of a kind: a tone that comes and goes, as if in syllables."""
    codec = av.CodecContext.create("libopus", "w")
    assert isinstance(codec, AudioCodecContext)
    codec.sample_rate, codec.layout, codec.format = _RATE, "mono", "s16"
    codec.time_base, codec.bit_rate = Fraction(1, _RATE), 16_000
    waves = [_wave(sitter.pitch, level) for level in range(_LEVELS + 1)]
    for number in range(int(sitter.seconds * _RATE / _FRAME)):
        at = number * _FRAME / _RATE
        first = number * _FRAME
        wave = waves[round(_LEVELS * _speaks(sitter, at))]
        samples = wave[first % _RATE :][:_FRAME]
        frame = av.AudioFrame(format="s16", layout="mono", samples=_FRAME)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts = _RATE, first
        frame.time_base = Fraction(1, _RATE)
        for packet in codec.encode(frame):
            yield at, bytes(packet)


def _wave(pitch: int, level: int) -> "array[int]":
    """A second of a tone, as loud as a level; it goes round without a click."""
    turn, loud = math.tau * pitch / _RATE, 1_500 * level
    return array("h", (int(loud * math.sin(turn * n)) for n in range(_RATE)))


def _pictures(
    sitter: Sitter, starts: float, ends: float, size: Size
) -> Iterator[tuple[float, bytes]]:
    codec = av.CodecContext.create("libvpx", "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height = size
    codec.pix_fmt, codec.time_base = "yuv420p", Fraction(1, _CLOCK)
    codec.framerate, codec.bit_rate = Fraction(_PICTURES, 1), 120_000
    codec.gop_size = 3 * _PICTURES
    codec.options = {"deadline": "realtime", "cpu-used": "-12", "lag-in-frames": "0"}
    seat = _seat(sitter, size)
    for number in range(round((ends - starts) * _PICTURES)):
        at = starts + number / _PICTURES
        frame = av.VideoFrame(*size, "yuv420p")
        for plane, flat in zip(
            frame.planes, _moved(seat, sitter, at, size), strict=True
        ):
            plane.update(_padded(flat, plane.width, plane.line_size))
        frame.pts = round((at - starts) * _CLOCK)
        frame.time_base = Fraction(1, _CLOCK)
        for packet in codec.encode(frame):
            yield at, bytes(packet)


def _speaks(sitter: Sitter, at: float) -> float:
    """How loud they are, from 0 to 1: they take turns, and breathe."""
    turn = math.sin(math.tau * at / 8 + sitter.pitch)
    return max(0.0, turn) * abs(math.sin(math.tau * at * 1.5))


def _seat(sitter: Sitter, size: Size) -> tuple[bytearray, bytes, bytes]:
    """Somebody before a wall, with the mouth shut: brightness, and two colours."""
    width, height = size
    bright, blue, red = bytearray(), bytearray(), bytearray()
    for row in range(height):
        for column in range(width):
            x, y = (column / width - 0.5) * width / height, row / height
            part = _part(x, y)
            bright.append(_BRIGHT[part] - (row * 30 // height if part == "wall" else 0))
            if row % 2 == 0 and column % 2 == 0:
                colours = sitter.dress if part == "dress" else _COLOURS[part]
                blue.append(colours[0])
                red.append(colours[1])
    return bright, bytes(blue), bytes(red)


_BRIGHT = {"wall": 190, "face": 165, "hair": 45, "eye": 30, "dress": 95}
_COLOURS = {
    "wall": (122, 132),
    "face": (112, 148),
    "hair": (124, 132),
    "eye": (128, 128),
}
#: What is before what, as ellipses in heights of the picture: where their middles are,
#: from the middle and from the top, and how far they reach.
_SHAPES = (
    ("eye", -0.065, 0.39, 0.016, 0.016),
    ("eye", 0.065, 0.39, 0.016, 0.016),
    ("face", 0.0, 0.45, 0.145, 0.185),
    ("hair", 0.0, 0.4, 0.19, 0.24),
    ("face", 0.0, 0.62, 0.055, 0.1),
    ("dress", 0.0, 1.0, 0.36, 0.34),
)


def _part(x: float, y: float) -> str:
    """What is seen at a place; x from the middle, y from the top, in heights."""
    for name, middle, top, wide, tall in _SHAPES:
        if ((x - middle) / wide) ** 2 + ((y - top) / tall) ** 2 < 1:
            return name
    return "wall"


def _moved(
    seat: tuple[bytearray, bytes, bytes], sitter: Sitter, at: float, size: Size
) -> tuple[bytes, bytes, bytes]:
    """The same with the mouth as wide open as the voice is loud."""
    width, height = size
    bright, blue, red = bytearray(seat[0]), seat[1], seat[2]
    middle, half = int(height * 0.53), max(1, int(height * 0.045))
    tall = max(1, int(height * 0.035 * _speaks(sitter, at)))
    for row in range(middle - tall, middle + tall):
        start = row * width + width // 2 - half
        bright[start : start + 2 * half] = bytes([70]) * (2 * half)
    return bytes(bright), blue, red


def _padded(flat: bytes, width: int, line: int) -> bytes:
    if width == line:
        return flat
    rest = bytes(line - width)
    rows = range(0, len(flat), width)
    return b"".join(flat[row : row + width] + rest for row in rows)
