"""One m-line of a browser's SDP: what it sends or receives, and how it numbers it.

Reads codecs (RFC 8866), repair streams (RFC 4588, RFC 5576), header extensions (RFC
8285) and simulcast (RFC 8851, RFC 8853), and keeps only what the forwarder acts on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from signaling.media import codecs
from signaling.media.codecs import Codec
from signaling.media.engine import BadSdp, Kind

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
Extension = Literal["mid", "rid", "repaired_rid"]

EXTENSIONS: Final[dict[Extension, str]] = {
    "mid": "urn:ietf:params:rtp-hdrext:sdes:mid",
    "rid": "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "repaired_rid": "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
}

_DIRECTIONS: Final = frozenset(("sendrecv", "sendonly", "recvonly", "inactive"))
_SECTION: Final = re.compile(
    r"(\w+) (\d{1,5})(?:/\d+)? ([\w/]+)((?: [\w-]+)+)", re.ASCII
)
_TOKEN: Final = re.compile(r"[\w.+-]{1,32}", re.ASCII)
_RID: Final = re.compile(r"[\w-]{1,16}", re.ASCII)
_EXTENSION: Final = re.compile(r"(\d{1,3})(?:/\w+)? (\S+)", re.ASCII)
_REPAIR: Final = "rtx/90000"
_CODECS: Final[dict[tuple[str, str], Codec]] = {
    (kind, codecs.NAMES[codec].lower()): codec for codec, kind in codecs.KINDS.items()
}
_MAX_REPAIRS: Final = 8
_PAIR: Final = re.compile(r"FID (\d{1,10}) (\d{1,10})", re.ASCII)
#: Baseline of H264, constrained or not, whatever its level.
_BASELINE: Final = re.compile(r"42[0-9a-f]{4}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A codec of ours as a peer numbers it.

    Attributes:
        payload_type: of its packets.
        repair_type: of packets that repeat them, None when it has no such.
        profile: of H264, as the peer wrote it; empty for the others.
    """

    codec: Codec
    payload_type: int
    repair_type: int | None = None
    profile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One m-line.

    Attributes:
        media: the word after m=, also of kinds we do not carry.
        listed: its format list as written, for an answer that rejects it.
        formats: our codecs that it has, each once, in the peer's order.
        extensions: the numbers of the header extensions that we read.
        rids: the layers that the peer offers to send, in its order.
        repairs: from the SSRC of a repair stream to that of the one it repairs.
    """

    media: str
    protocol: str
    listed: str
    mid: str
    direction: Direction
    rejected: bool
    formats: tuple[Format, ...] = ()
    extensions: tuple[tuple[Extension, int], ...] = ()
    rids: tuple[str, ...] = ()
    repairs: tuple[tuple[int, int], ...] = ()

    @property
    def carried(self) -> Kind | None:
        """The kind, if this is something the forwarder can carry."""
        if self.rejected or not self.formats:
            return None
        return "audio" if self.media == "audio" else "video"

    @property
    def sends(self) -> bool:
        """The peer means to send here."""
        return not self.rejected and self.direction in ("sendonly", "sendrecv")

    @property
    def receives(self) -> bool:
        """The peer means to receive here."""
        return not self.rejected and self.direction in ("recvonly", "sendrecv")

    def format(self, preferred: Codec) -> Format:
        """The format of the preferred codec, or else the peer's first."""
        found = (each for each in self.formats if each.codec == preferred)
        return next(found, self.formats[0])


def read(head: list[str], block: list[str]) -> Section:
    """Reads the lines of an m-line.

    Args:
        head: the session's lines, which may state a direction for all.
        block: the m-line and what follows it.

    Raises:
        BadSdp: it is malformed or lacks something WebRTC requires.
    """
    written = _SECTION.fullmatch(block[0][2:])
    mids = values(block, "mid")
    if not written or len(mids) != 1 or not _TOKEN.fullmatch(mids[0]):
        raise BadSdp("malformed")
    media, port, protocol, listed = written.groups()
    rejected = port == "0" and "a=bundle-only" not in block
    if not rejected and "a=rtcp-mux" not in block and media in ("audio", "video"):
        raise BadSdp("no_rtcp_mux")
    return Section(
        media=media,
        protocol=protocol,
        listed=listed.strip(),
        mid=mids[0],
        direction=_direction(head, block),
        rejected=rejected,
        formats=_formats(media, listed.split(), block),
        extensions=_extensions(block),
        rids=_rids(block),
        repairs=_repairs(block),
    )


def values(lines: list[str], attribute: str) -> list[str]:
    """What stands behind an attribute, wherever it stands."""
    start = f"a={attribute}:"
    return [line[len(start) :] for line in lines if line.startswith(start)]


def _formats(media: str, listed: list[str], block: list[str]) -> tuple[Format, ...]:
    names = dict(_numbered(block, "rtpmap"))
    parameters = {
        number: dict(each.strip().partition("=")[::2] for each in text.split(";"))
        for number, text in _numbered(block, "fmtp")
    }
    repairs = {
        parameters[number].get("apt"): number
        for number in listed
        if names.get(number, "").lower() == _REPAIR and number in parameters
    }
    found: dict[Codec, Format] = {}
    for number in listed:
        codec = _CODECS.get((media, names.get(number, "").lower()))
        profile = _profile(codec, parameters.get(number, {}))
        if codec is None or profile is None:
            continue
        if codec in found and not (
            _constrained(profile) > _constrained(found[codec].profile)
        ):
            continue
        repair = repairs.get(number)
        found[codec] = Format(
            codec=codec,
            payload_type=_payload_type(number),
            repair_type=_payload_type(repair) if repair else None,
            profile=profile,
        )
    return tuple(found.values())


def _numbered(block: list[str], attribute: str) -> Iterator[tuple[str, str]]:
    for value in values(block, attribute):
        number, _, rest = value.partition(" ")
        yield number, rest


def _profile(codec: Codec | None, parameters: dict[str, str]) -> str | None:
    """What must be repeated to the peer; None when we could not forward it."""
    if codec != "h264":
        return ""
    profile = parameters.get("profile-level-id", "42001f")
    baseline = parameters.get("packetization-mode") == "1" and _BASELINE.fullmatch(
        profile
    )
    return profile if baseline else None


def _constrained(profile: str) -> bool:
    return profile.lower().startswith("42e0")


def _payload_type(number: str) -> int:
    if not number.isdecimal() or not 0 < int(number) < 128:
        raise BadSdp("malformed")
    return int(number)


def _extensions(block: list[str]) -> tuple[tuple[Extension, int], ...]:
    offered = {
        written[2]: int(written[1])
        for value in values(block, "extmap")
        if (written := _EXTENSION.match(value))
    }
    return tuple(
        (name, offered[uri])
        for name, uri in EXTENSIONS.items()
        # Others would need the two-byte form (RFC 8285 §4.3), which nobody uses.
        if 0 < offered.get(uri, 0) < 15
    )


def _rids(block: list[str]) -> tuple[str, ...]:
    """The first of the alternatives of each layer; ~ says that it is paused."""
    sent = {value.split(" ")[0] for value in values(block, "rid") if " send" in value}
    for value in values(block, "simulcast"):
        way, _, layers = value.partition(" ")
        if way == "send":
            named = [
                each.split(",")[0].lstrip("~")
                for each in layers.split(" ")[0].split(";")
            ]
            return tuple(
                dict.fromkeys(
                    each for each in named if each in sent and _RID.fullmatch(each)
                )
            )
    return ()


def _repairs(block: list[str]) -> tuple[tuple[int, int], ...]:
    pairs = map(_PAIR.fullmatch, values(block, "ssrc-group"))
    return tuple((int(pair[2]), int(pair[1])) for pair in pairs if pair)[:_MAX_REPAIRS]


def _direction(head: list[str], block: list[str]) -> Direction:
    for lines in (block, head):
        for line in lines:
            if line[2:] in _DIRECTIONS and line.startswith("a="):
                return line[2:]  # type: ignore[return-value]
    return "sendrecv"
