"""What the engine has after DTLS-SRTP, put before decoders: what do they make of it?"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
from aiortc.codecs.h264 import H264PayloadDescriptor
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtp import RtpPacket
from av.error import FFmpegError

from signaling.media import dtls
from signaling.media.publication import Publication

RATE = 48_000
#: As Chromium numbers Opus when it offers.
SOUND = 111


UNPACK = {"vp8": VpxPayloadDescriptor.parse, "h264": H264PayloadDescriptor.parse}
#: VP8 says in its first bit that a frame is a key frame; H264 begins with parameters.
BEGINS = {"vp8": lambda frame: not frame[0] & 1, "h264": lambda frame: frame[4] == 0x67}


@dataclass
class Overheard:
    """Every packet of one publisher, as the engine decrypted it.

    Attributes:
        codecs: what pictures may be coded in, by its number in packets.
    """

    codecs: Mapping[int, str]
    packets: list[RtpPacket] = field(default_factory=list)

    @classmethod
    def on(cls, publication: Publication) -> "Overheard":
        """Listen from now on, where the engine itself does."""
        heard = cls(publication.tracks["video"].codecs)
        plain = publication.leg.ciphers
        assert plain is not None
        publication.leg.ciphers = _Listening(plain, heard)  # type: ignore[assignment]
        return heard

    @property
    def picture(self) -> int:
        """The number of what the pictures are coded in."""
        return next(
            packet.payload_type
            for packet in self.packets
            if packet.payload_type in self.codecs
        )

    def pictures(self) -> list[dict[str, list[int]] | None]:
        """Two spots of each picture of the larger layer; None if it is not decoded."""
        decoder = av.CodecContext.create(self.codecs[self.picture], "r")
        # Each picture comes out at once.
        decoder.thread_count = 1
        return [_spots(decoder, frame) for frame in self._frames()]

    def share_of_tone(self, hertz: int) -> float:
        """How much of all that sounds is this tone, from 0 to 1."""
        decoder = av.CodecContext.create("opus", "r")
        decoder.sample_rate, decoder.layout = RATE, "stereo"
        heard = [
            _samples(decoder, packet.payload)
            for packet in self.packets
            if packet.payload_type == SOUND and packet.payload
        ]
        power = np.abs(np.fft.rfft(np.concatenate(heard))) ** 2
        hz = np.fft.rfftfreq(sum(map(len, heard)), 1 / RATE)
        near = np.abs(hz - hertz) < 30
        return float(power[near].sum() / power[hz > 20].sum())

    def _frames(self) -> list[bytes]:
        """The frames of the stream with the most octets, whole ones alone, in order."""
        picture = self.picture
        codec = self.codecs[picture]
        streams: dict[int, list[RtpPacket]] = defaultdict(list)
        for packet in self.packets:
            if packet.payload_type == picture and packet.payload:
                streams[packet.ssrc].append(packet)
        largest = max(
            streams.values(), key=lambda one: sum(len(p.payload) for p in one)
        )
        frames: dict[int, bytes] = defaultdict(bytes)
        for packet in sorted(largest, key=lambda p: (p.timestamp, p.sequence_number)):
            _, payload = UNPACK[codec](packet.payload)
            frames[packet.timestamp] += payload
        whole = list(frames.values())[:-1]
        begins = next(at for at, frame in enumerate(whole) if BEGINS[codec](frame))
        return whole[begins:]


class _Listening:
    """The leg's ciphers, and an ear beside them."""

    def __init__(self, plain: dtls.Ciphers, heard: Overheard) -> None:
        self._plain, self._heard = plain, heard

    def unprotect(self, datagram: bytes) -> bytes:
        packet = self._plain.unprotect(datagram)
        self._heard.packets.append(RtpPacket.parse(packet))
        return packet

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)


def _spots(decoder: Any, frame: bytes) -> dict[str, list[int]] | None:
    try:
        [picture] = decoder.decode(av.Packet(frame))
    except (FFmpegError, ValueError):
        return None
    pixels = picture.to_ndarray(format="rgb24")
    height, width = pixels.shape[:2]
    return {
        "left": pixels[height // 2, width // 5].tolist(),
        "right": pixels[height // 2, width * 4 // 5].tolist(),
    }


def _samples(decoder: Any, payload: bytes) -> Any:
    try:
        frames = decoder.decode(av.Packet(payload))
    except FFmpegError:
        return np.zeros(0)
    return np.concatenate([one.to_ndarray()[0] for one in frames] or [np.zeros(0)])
