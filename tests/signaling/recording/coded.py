"""Sound and pictures with something to hear and to see at moments that are known.

A clap is a tone in the first tenth of each second; a flash is white pictures in the
same time. Encoded by PyAV, with the time at which each was taken.
"""

import math
from array import array
from collections.abc import Callable, Iterator
from fractions import Fraction

import av
from av.audio.codeccontext import AudioCodecContext
from av.video.codeccontext import VideoCodecContext

RATE = 48_000
FRAME = 960
LOUD = 12_000
CLAP = 0.1
#: When it was taken, and its bytes.
Taken = tuple[float, bytes]
_SILENT = bytes(2 * FRAME)


def claps(seconds: float) -> bool:
    return seconds % 1 < CLAP


def sound(
    length: float, *, ppm: float = 0.0, dtx: bool = False, start: float = 0.0
) -> Iterator[Taken]:
    """Frames of 20 ms of a sound card that runs so much too fast.

    Args:
        length: in seconds.
        ppm: how much faster than it says.
        dtx: silent frames become nothing, as in browsers.
        start: the true second at which the card begins.
    """
    codec = _opus()
    rate = RATE * (1 + ppm / 1e6)
    for number in range(int(length * rate / FRAME)):
        begins = start + number * FRAME / rate
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(_samples(begins, rate))
        frame.sample_rate, frame.pts = RATE, number * FRAME
        frame.time_base = Fraction(1, RATE)
        for packet in codec.encode(frame):
            quiet = not claps(begins) and not claps(begins + FRAME / rate)
            if dtx and quiet and number % 20:
                continue
            yield begins, bytes(packet)


def _opus() -> AudioCodecContext:
    codec = av.CodecContext.create("libopus", "w")
    assert isinstance(codec, AudioCodecContext)
    codec.sample_rate, codec.layout, codec.format = RATE, "mono", "s16"
    codec.time_base, codec.bit_rate = Fraction(1, RATE), 32_000
    codec.options = {"application": "voip", "frame_duration": "20"}
    return codec


def _samples(begins: float, rate: float) -> bytes:
    if not claps(begins) and not claps(begins + FRAME / rate):
        return _SILENT
    return array(
        "h",
        (
            int(LOUD * math.sin(math.tau * 1000 * at)) if claps(at) else 0
            for at in (begins + each / rate for each in range(FRAME))
        ),
    ).tobytes()


def pictures(
    length: float,
    *,
    codec: str = "libvpx",
    size: tuple[int, int] = (160, 120),
    every: float = 0.1,
    keys: int = 20,
    start: float = 0.0,
    white: Callable[[float], bool] = claps,
) -> Iterator[Taken]:
    """Pictures that are white while it flashes, else dark.

    Args:
        length: in seconds.
        codec: as FFmpeg calls it.
        size: in pixels.
        every: seconds between two.
        keys: a key frame as often.
        start: the true second of the first.
        white: when it flashes.
    """
    encoder = av.CodecContext.create(codec, "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height = size
    encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, 90_000)
    encoder.framerate, encoder.bit_rate = Fraction(round(1 / every), 1), 150_000
    encoder.gop_size = keys
    encoder.options = _OPTIONS[codec]
    for number in range(round(length / every)):
        at = start + number * every
        frame = av.VideoFrame(*size, "yuv420p")
        for index, plane in enumerate(frame.planes):
            shade = (235 if white(at) else 16) if index == 0 else 128
            plane.update(bytes((shade,)) * plane.buffer_size)
        frame.pts, frame.time_base = round(number * every * 90_000), Fraction(1, 90_000)
        for packet in encoder.encode(frame):
            yield at, bytes(packet)


_OPTIONS = {
    "libvpx": {"deadline": "realtime", "cpu-used": "-12", "lag-in-frames": "0"},
    "libx264": {
        "profile": "baseline",
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x264-params": "annexb=1:repeat-headers=1",
    },
}
