"""What browsers say about themselves in SDP (RFC 8866, RFC 8839, RFC 8842, RFC 9143).

Reads offers and answers strictly and keeps only what the forwarder acts on. Writes
nothing, and looks at no candidate: addresses are learned from authenticated checks.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from signaling.media.engine import BadSdp, Kind

Setup = Literal["active", "passive", "actpass"]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]

MAX_LENGTH: Final = 64 * 1024
MAX_SECTIONS: Final = 16
CODECS: Final[dict[Kind, str]] = {"audio": "opus/48000/2", "video": "VP8/90000"}

_DIRECTIONS: Final = frozenset(("sendrecv", "sendonly", "recvonly", "inactive"))
_SECTION: Final = re.compile(
    r"(\w+) (\d{1,5})(?:/\d+)? ([\w/]+)((?: [\w-]+)+)", re.ASCII
)
_TOKEN: Final = re.compile(r"[\w.+-]{1,32}", re.ASCII)
_UFRAG: Final = re.compile(r"[A-Za-z0-9+/=_-]{4,256}")
_DIGEST: Final = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){19,63}")
_DIGESTS: Final = frozenset(("sha-256", "sha-384", "sha-512"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The digest of a certificate that a peer promises to use."""

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One m-line.

    Attributes:
        media: the word after m=, also of kinds we do not carry.
        formats: its format list as written, for an answer that rejects it.
        payload_type: the peer's number for our codec, None when it has none.
    """

    media: str
    protocol: str
    formats: str
    mid: str
    direction: Direction
    rejected: bool
    payload_type: int | None

    @property
    def carried(self) -> Kind | None:
        """The kind, if this is something the forwarder can carry."""
        if self.rejected or self.payload_type is None:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """An offer or an answer whose sections all share one transport."""

    ufrag: str
    fingerprints: tuple[Fingerprint, ...]
    setup: Setup
    sections: tuple[Section, ...]


def read(text: str) -> Description:
    """Reads a session description.

    Raises:
        BadSdp: it is too long, malformed, or lacks something WebRTC requires.
    """
    if len(text) > MAX_LENGTH:
        raise BadSdp("too_long")
    head, *blocks = _blocks(text)
    if not blocks:
        raise BadSdp("no_media")
    if len(blocks) > MAX_SECTIONS:
        raise BadSdp("too_many_sections")
    sections = tuple(_section(head, block) for block in blocks)
    if len({section.mid for section in sections}) != len(sections):
        raise BadSdp("mid_repeated")
    live = [b for b, s in zip(blocks, sections, strict=True) if not s.rejected]
    transport = head + (live[0] if live else blocks[0])
    return Description(
        ufrag=_ufrag(transport),
        fingerprints=_fingerprints(transport),
        setup=_setup(transport),
        sections=sections,
    )


def _blocks(text: str) -> list[list[str]]:
    """The session's lines, then the lines of each m-line."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if lines[0] != "v=0":
        raise BadSdp("malformed")
    blocks: list[list[str]] = [[]]
    for line in lines:
        if len(line) < 2 or line[1] != "=" or not line.isprintable():
            raise BadSdp("malformed")
        if line.startswith("m="):
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def _values(lines: list[str], attribute: str) -> list[str]:
    start = f"a={attribute}:"
    return [line[len(start) :] for line in lines if line.startswith(start)]


def _section(head: list[str], block: list[str]) -> Section:
    written = _SECTION.fullmatch(block[0][2:])
    mids = _values(block, "mid")
    if not written or len(mids) != 1 or not _TOKEN.fullmatch(mids[0]):
        raise BadSdp("malformed")
    media, port, protocol, formats = written.groups()
    rejected = port == "0" and "a=bundle-only" not in block
    if not rejected and "a=rtcp-mux" not in block and media in CODECS:
        raise BadSdp("no_rtcp_mux")
    return Section(
        media=media,
        protocol=protocol,
        formats=formats.strip(),
        mid=mids[0],
        direction=_direction(head, block),
        rejected=rejected,
        payload_type=_payload_type(media, formats.split(), block),
    )


def _payload_type(media: str, formats: list[str], block: list[str]) -> int | None:
    for kind, codec in CODECS.items():
        if kind != media:
            continue
        for value in _values(block, "rtpmap"):
            number, _, name = value.partition(" ")
            if name.lower() == codec.lower() and number in formats:
                if not number.isdecimal() or not 0 < int(number) < 128:
                    raise BadSdp("malformed")
                return int(number)
    return None


def _direction(head: list[str], block: list[str]) -> Direction:
    for lines in (block, head):
        for line in lines:
            if line[2:] in _DIRECTIONS and line.startswith("a="):
                return line[2:]  # type: ignore[return-value]
    return "sendrecv"


def _ufrag(lines: list[str]) -> str:
    found = _values(lines, "ice-ufrag")
    if not found or not _UFRAG.fullmatch(found[-1]) or not _values(lines, "ice-pwd"):
        raise BadSdp("no_ice_credentials")
    return found[-1]


def _fingerprints(lines: list[str]) -> tuple[Fingerprint, ...]:
    found: list[Fingerprint] = []
    for value in _values(lines, "fingerprint"):
        algorithm, _, digest = value.partition(" ")
        if algorithm.lower() in _DIGESTS:
            if not _DIGEST.fullmatch(digest):
                raise BadSdp("malformed")
            found.append(Fingerprint(algorithm=algorithm.lower(), value=digest.upper()))
    if not found:
        raise BadSdp("no_fingerprint")
    return tuple(dict.fromkeys(found))


def _setup(lines: list[str]) -> Setup:
    for value in reversed(_values(lines, "setup")):
        if value in ("active", "passive", "actpass"):
            return value  # type: ignore[return-value]
    raise BadSdp("no_setup")
