"""A few seconds of real RTP payload: 720p30 VP8 at about 1 Mbit/s, and Opus.

Encoded once by aiortc's own encoders, so that a server that decodes can do so.
"""

import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av
from aiortc.codecs.opus import OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder

WIDTH, HEIGHT, FPS = 1280, 720, 30
FRAME_SECONDS: Final = 1 / FPS
AUDIO_SECONDS: Final = 0.02
_SECONDS: Final = 3
_BITRATE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Payloads in the order they are sent; a frame of picture has several."""

    frames: tuple[tuple[bytes, ...], ...]
    sounds: tuple[bytes, ...]

    @property
    def bitrate(self) -> float:
        """Bits per second of picture."""
        return 8 * sum(len(p) for f in self.frames for p in f) / _SECONDS


def record() -> Trace:
    """Encodes a moving picture with some grain, and a hum."""
    return Trace(frames=tuple(_frames()), sounds=tuple(_sounds()))


def _frames() -> list[tuple[bytes, ...]]:
    grain = random.Random(1)
    encoder = Vp8Encoder()
    encoder.target_bitrate = _BITRATE
    noise = [bytes(grain.randrange(96, 160) for _ in range(4096)) for _ in range(8)]
    encoded = []
    for number in range(FPS * _SECONDS):
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for plane in frame.planes:
            line = noise[number % 8] * (plane.line_size // 4096 + 2)
            shift = 4 * number
            row = line[shift % 512 : shift % 512 + plane.line_size]
            plane.update(row * plane.height)
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        payloads, _ = encoder.encode(frame, force_keyframe=number == 0)
        encoded.append(tuple(payloads))
    return encoded


def _sounds() -> list[bytes]:
    hum = random.Random(2)
    encoder = OpusEncoder()
    encoded: list[bytes] = []
    for number in range(50 * _SECONDS):
        frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
        frame.planes[0].update(bytes(hum.randrange(256) for _ in range(16)) * 240)
        frame.sample_rate, frame.pts = 48_000, number * 960
        frame.time_base = Fraction(1, 48_000)
        payloads, _ = encoder.encode(frame)
        encoded += payloads
    return encoded


if __name__ == "__main__":
    trace = record()
    packets = sum(map(len, trace.frames)) / _SECONDS
    print(f"{trace.bitrate / 1e6:.2f} Mbit/s, {packets:.0f} packets/s")
