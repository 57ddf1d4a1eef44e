"""The lines of a journal: what somebody sent, as it came, and when.

Each line is its kind, the length of its body, the monotonic microsecond, and the body.
Pure: knows no file and no seal. What is in the packets is whoever's who reads them.
"""

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from signaling.media.codecs import CLOCK_RATES, Codec
from signaling.media.engine import Kind
from signaling.media.upstream import Layer
from visitation.errors import VisitationError

VERSION: Final = 1
OPENING, TRACK, PACKET, REPORT, NOTE = range(5)
#: A datagram has fewer; this only bounds what is believed.
MOST_BYTES: Final = 65_536

What = Literal["paused", "resumed", "stopped"]
#: When, in monotonic seconds; which kind of line; its body.
Entry = tuple[float, int, bytes]

_HEAD: Final = struct.Struct("!BLQ")
_REPORT: Final = struct.Struct("!LQL")
_MICRO: Final = 1_000_000
#: The year 9999; later nothing was ever recorded.
_LATEST_WALL: Final = 253_370_764_800.0


class Malformed(VisitationError):
    """What was unsealed is no journal of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The first line.

    Attributes:
        at: monotonic microseconds, as in all others.
        participant: their opaque name.
        wall: seconds since 1970 at that moment.
        version: of the lines.
    """

    at: int
    participant: str
    wall: float
    version: int = VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackBegins:
    """What the packets with this SSRC are, from here on.

    Attributes:
        layer: which size of a picture; sound has one only, called high.
        parameters: how H264 is packed (RFC 6184 §8.1); empty for the others.
    """

    at: int
    ssrc: int
    kind: Kind
    codec: Codec
    layer: Layer
    clock_rate: int
    payload_type: int
    parameters: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One RTP packet, decrypted and whole, as it came; late ones come late."""

    at: int
    packet: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Which of a stream's timestamps and which moment of its sender go together."""

    at: int
    ssrc: int
    ntp: int
    timestamp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What was done to the recording.

    Attributes:
        what: nothing of a kind is taken while paused; stopped is the end.
        kind: what is paused or resumed, None for all.
    """

    at: int
    what: What
    kind: Kind | None = None


Line = Opening | TrackBegins | Packet | Report | Note


def opening(participant: str, wall: float) -> bytes:
    """The body of the first line."""
    return _json({"participant": participant, "wall": wall, "version": VERSION})


def track(
    *,
    ssrc: int,
    kind: Kind,
    codec: Codec,
    layer: Layer,
    clock_rate: int,
    payload_type: int,
    parameters: str = "",
) -> bytes:
    """The body of a line that says what a stream is; the words are `TrackBegins`'."""
    return _json(
        {
            "ssrc": ssrc,
            "kind": kind,
            "codec": codec,
            "layer": layer,
            "clock_rate": clock_rate,
            "payload_type": payload_type,
            "parameters": parameters,
        }
    )


def report(ssrc: int, ntp: int, timestamp: int) -> bytes:
    """The body of a line about a sender report."""
    return _REPORT.pack(ssrc, ntp & 0xFFFFFFFFFFFFFFFF, timestamp)


def note(what: What, kind: Kind | None = None) -> bytes:
    """The body of a line about the recording itself."""
    return _json({"what": what} if kind is None else {"what": what, "kind": kind})


def packed(entries: Iterable[Entry]) -> bytes:
    """Lines as they are sealed."""
    head, parts = _HEAD.pack, list[bytes]()
    for at, kind, body in entries:
        parts += (head(kind, len(body), int(at * _MICRO)), body)
    return b"".join(parts)


def read(segments: Iterable[bytes]) -> Iterator[Line]:
    """The lines of what was unsealed; one that was cut off at the end is left out.

    Raises:
        Malformed: it is no journal of ours, or of another version.
    """
    rest = b""
    for segment in segments:
        rest += segment
        at = 0
        while len(rest) - at >= _HEAD.size:
            kind, length, micros = _HEAD.unpack_from(rest, at)
            if length > MOST_BYTES:
                raise Malformed("too long")
            end = at + _HEAD.size + length
            if end > len(rest):
                break
            yield _line(kind, micros, rest[at + _HEAD.size : end])
            at = end
        rest = rest[at:]


def _line(kind: int, at: int, body: bytes) -> Line:
    if kind == PACKET:
        if len(body) < 12:
            raise Malformed("no packet")
        return Packet(at=at, packet=body)
    if kind == REPORT:
        if len(body) != _REPORT.size:
            raise Malformed("no report")
        ssrc, ntp, timestamp = _REPORT.unpack(body)
        return Report(at=at, ssrc=ssrc, ntp=ntp, timestamp=timestamp)
    try:
        return _told(kind, at, json.loads(body))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise Malformed("no line of ours") from None


def _told(kind: int, at: int, says: dict[str, Any]) -> Line:
    if kind == OPENING:
        if says["version"] != VERSION:
            raise Malformed("another version")
        wall = float(says["wall"])
        if not 0 <= wall < _LATEST_WALL:
            raise ValueError(wall)
        return Opening(at=at, participant=str(says["participant"]), wall=wall)
    if kind == TRACK:
        _check_track(says)
        return TrackBegins(at=at, **says)
    if kind == NOTE:
        _one_of(What, says["what"])
        return Note(at=at, **says)
    raise ValueError(kind)


def _check_track(says: dict[str, Any]) -> None:
    _one_of(Kind, says["kind"])
    _one_of(Codec, says["codec"])
    _one_of(Layer, says["layer"])
    _below(2**32, says["ssrc"])
    _below(2**7, says["payload_type"])
    is_sound = says["kind"] == "audio"
    fits = is_sound == (says["codec"] == "opus")
    if not fits or says["clock_rate"] != CLOCK_RATES[says["kind"]]:
        raise ValueError(says["clock_rate"])
    if not isinstance(says.get("parameters", ""), str):
        raise TypeError("parameters")


def _below(most: int, number: object) -> None:
    if type(number) is not int or not 0 <= number < most:
        raise ValueError(number)


def _one_of(words: Any, word: object) -> None:
    if word not in get_args(words):
        raise ValueError(word)


def _json(says: dict[str, Any]) -> bytes:
    return json.dumps(says, separators=(",", ":")).encode()
