"""What browsers say about themselves in SDP (RFC 8866, RFC 8839, RFC 8842, RFC 9143).

Reads offers and answers strictly and keeps only what the forwarder acts on. Writes
nothing, and looks at no candidate: addresses are learned from authenticated checks.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from signaling.media import sections
from signaling.media.engine import BadSdp
from signaling.media.sections import Section

Setup = Literal["active", "passive", "actpass"]

MAX_LENGTH: Final = 64 * 1024
MAX_SECTIONS: Final = 16

_UFRAG: Final = re.compile(r"[A-Za-z0-9+/=_-]{4,256}")
_DIGEST: Final = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){19,63}")
_DIGESTS: Final = frozenset(("sha-256", "sha-384", "sha-512"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The digest of a certificate that a peer promises to use."""

    algorithm: str
    value: str


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
    read_sections = tuple(sections.read(head, block) for block in blocks)
    if len({section.mid for section in read_sections}) != len(read_sections):
        raise BadSdp("mid_repeated")
    live = [b for b, s in zip(blocks, read_sections, strict=True) if not s.rejected]
    transport = head + (live[0] if live else blocks[0])
    return Description(
        ufrag=_ufrag(transport),
        fingerprints=_fingerprints(transport),
        setup=_setup(transport),
        sections=read_sections,
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


def _ufrag(lines: list[str]) -> str:
    found = sections.values(lines, "ice-ufrag")
    if (
        not found
        or not _UFRAG.fullmatch(found[-1])
        or not sections.values(lines, "ice-pwd")
    ):
        raise BadSdp("no_ice_credentials")
    return found[-1]


def _fingerprints(lines: list[str]) -> tuple[Fingerprint, ...]:
    found: list[Fingerprint] = []
    for value in sections.values(lines, "fingerprint"):
        algorithm, _, digest = value.partition(" ")
        if algorithm.lower() in _DIGESTS:
            if not _DIGEST.fullmatch(digest):
                raise BadSdp("malformed")
            found.append(Fingerprint(algorithm=algorithm.lower(), value=digest.upper()))
    if not found:
        raise BadSdp("no_fingerprint")
    return tuple(dict.fromkeys(found))


def _setup(lines: list[str]) -> Setup:
    for value in reversed(sections.values(lines, "setup")):
        if value in ("active", "passive", "actpass"):
            return value  # type: ignore[return-value]
    raise BadSdp("no_setup")
