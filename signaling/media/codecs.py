"""The codecs that are carried, and the numbers they have in what we offer."""

from collections.abc import Collection
from typing import Final, Literal

from signaling.media.engine import Kind

Codec = Literal["opus", "vp8", "h264"]

KINDS: Final[dict[Codec, Kind]] = {"opus": "audio", "vp8": "video", "h264": "video"}
#: As in a=rtpmap (RFC 7587, RFC 7741, RFC 6184).
NAMES: Final[dict[Codec, str]] = {
    "opus": "opus/48000/2",
    "vp8": "VP8/90000",
    "h264": "H264/90000",
}
CLOCK_RATES: Final[dict[Kind, int]] = {"audio": 48_000, "video": 90_000}
PAYLOAD_TYPES: Final[dict[Codec, int]] = {"opus": 111, "vp8": 96, "h264": 102}
#: Of the streams that repeat what was lost (RFC 4588).
REPAIR_TYPES: Final[dict[Codec, int]] = {"vp8": 97, "h264": 103}
#: What every decoder of H264 in a browser understands: constrained baseline, 3.1.
H264_PROFILE: Final = "42e01f"


def common(receivers: Collection[frozenset[Codec]]) -> Codec:
    """The codec of pictures that all receivers can decode.

    Where there is none it is VP8, and whoever cannot decode it sees no picture.
    """
    for codec in ("vp8", "h264"):
        if all(codec in each for each in receivers):
            return codec
    return "vp8"
