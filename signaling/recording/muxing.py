"""Pictures and sound into one WebM or Matroska file, as they are, without decoding.

Knows PyAV and what it is particular about; no journal, no key and no participant.
"""

from fractions import Fraction
from typing import Final

import av
from av.audio.stream import AudioStream
from av.stream import Stream

from signaling.recording import opus
from signaling.recording.pictures import Shape
from signaling.recording.scratch import Scratch

_MICRO: Final = 1_000_000
_MICROS: Final = Fraction(1, _MICRO)
_SAMPLES: Final = Fraction(1, opus.RATE)
#: Containers count milliseconds; two pictures in one could not be told apart.
_STEP: Final = 1000
#: The same packets make the same file: no random numbers, no version of the tools.
_OPTIONS: Final = {"fflags": "+bitexact"}


class Muxer:
    """One file that is being written.

    Args:
        scratch: what is written to.
        shape: of the pictures, None for sound only.
    """

    def __init__(self, scratch: Scratch, shape: Shape | None) -> None:
        container = "matroska" if shape and shape.codec == "h264" else "webm"
        self._file = av.open(scratch, "w", format=container, options=_OPTIONS)
        self._pictures = None if shape is None else self._add_pictures(shape)
        self._sound = self._add_sound()
        self._last = -_STEP

    def _add_pictures(self, shape: Shape) -> Stream:
        stream = self._file.add_mux_stream(
            shape.codec, width=shape.width, height=shape.height
        )
        stream.time_base = Fraction(1, 1000)
        return stream

    def _add_sound(self) -> Stream:
        # Only an encoder writes the head that Opus needs; this one is never fed.
        stream: AudioStream = self._file.add_stream("libopus", rate=opus.RATE)
        stream.layout = "stereo"
        stream.bit_rate = 64_000
        stream.time_base = _SAMPLES
        return stream

    def show(self, seconds: float, data: bytes, *, key: bool) -> None:
        """Adds a picture that is shown so long after the beginning.

        Raises:
            av.FFmpegError: it is nothing that fits into the file.
        """
        assert self._pictures is not None
        self._last = max(round(seconds * _MICRO), self._last + _STEP)
        self._add(self._pictures, data, self._last, _MICROS, key=key)

    def say(self, at: int, packet: bytes, samples: int) -> None:
        """Adds a packet of sound.

        Raises:
            av.FFmpegError: it is nothing that fits into the file.
        """
        self._add(self._sound, packet, at, _SAMPLES, key=True, duration=samples)

    def close(self) -> None:
        """Ends the file: with its length, and an index to seek by.

        Raises:
            OSError: the disk does not take it.
        """
        self._file.close()

    def _add(
        self,
        stream: Stream,
        data: bytes,
        at: int,
        base: Fraction,
        *,
        key: bool,
        duration: int = 0,
    ) -> None:
        packet = av.Packet(data)
        packet.stream, packet.time_base = stream, base
        packet.pts = packet.dts = at
        packet.is_keyframe = key
        if duration:
            packet.duration = duration
        self._file.mux_one(packet)
