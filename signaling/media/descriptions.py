"""What the server says about itself in SDP.

Writes answers for publish legs and offers for subscribe legs, with one codec a kind:
Opus with in-band FEC and DTX, and VP8. Browsers insist on rtcp-mux, BUNDLE, mid,
setup, and on a=ssrc in offers; header extensions are left out on purpose.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from signaling.media.engine import Kind
from signaling.media.leg import Credentials
from signaling.media.sdp import CODECS, Description, Fingerprint, Section, Setup

PAYLOAD_TYPES: Final[dict[Kind, int]] = {"audio": 111, "video": 96}

_FORMAT: Final[dict[Kind, str]] = {
    "audio": "minptime=10;useinbandfec=1;usedtx=1;stereo=0;maxaveragebitrate=24000",
    "video": "",
}
_FEEDBACK: Final[dict[Kind, tuple[str, ...]]] = {
    "audio": ("nack",),
    "video": ("nack", "nack pli", "ccm fir", "goog-remb"),
}
_HOST_PREFERENCE: Final = 126 << 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How a leg is reached and how it proves itself."""

    credentials: Credentials
    fingerprint: Fingerprint
    setup: Setup
    addresses: tuple[str, ...]
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedStream:
    """One stream of a subscribe leg; streams of one slot are played in step."""

    kind: Kind
    slot: int
    ssrc: int
    cname: str

    @property
    def mid(self) -> str:
        """The kind's letter and the slot: a0, v0, a1 …."""
        return f"{self.kind[0]}{self.slot}"


def answer(
    offer: Description,
    accepted: frozenset[str],
    *,
    transport: Transport,
    session: int,
    version: int,
) -> str:
    """Answers an offer.

    Args:
        offer: what the peer wrote.
        accepted: the mids we receive from. Others whose codec we know stay in the
            bundle, inactive, so that they can be used later; the rest is rejected.
        transport: our side of the leg.
        session: the number of the session, the same in all its answers.
        version: one more than in the last answer.
    """
    kept = [each for each in offer.sections if each.carried]
    mids = tuple(section.mid for section in kept)
    lines = _head(mids, session=session, version=version)
    for section in offer.sections:
        if section.carried is None or section.payload_type is None:
            lines += _rejection(section)
            continue
        number, mid = section.payload_type, section.mid
        lines += _section(section.carried, number, mid, transport)
        lines.append("a=recvonly" if mid in accepted else "a=inactive")
    return "\r\n".join(lines) + "\r\n"


def offer(
    streams: tuple[OfferedStream, ...],
    *,
    transport: Transport,
    session: int,
    version: int,
) -> str:
    """Offers to send streams whose numbers never change."""
    mids = tuple(stream.mid for stream in streams)
    lines = _head(mids, session=session, version=version)
    for stream in streams:
        number = PAYLOAD_TYPES[stream.kind]
        lines += _section(stream.kind, number, stream.mid, transport)
        lines += [
            "a=sendonly",
            f"a=msid:s{stream.slot} {stream.mid}",
            f"a=ssrc:{stream.ssrc} cname:{stream.cname}",
        ]
    return "\r\n".join(lines) + "\r\n"


def _head(mids: tuple[str, ...], *, session: int, version: int) -> list[str]:
    return [
        "v=0",
        f"o=- {session} {version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=group:BUNDLE " + " ".join(mids),
        "a=msid-semantic: WMS *",
    ]


def _rejection(section: Section) -> list[str]:
    return [
        f"m={section.media} 0 {section.protocol} {section.formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{section.mid}",
        "a=inactive",
    ]


def _section(kind: Kind, number: int, mid: str, transport: Transport) -> list[str]:
    proof = transport.fingerprint
    lines = [
        f"m={kind} 9 UDP/TLS/RTP/SAVPF {number}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{mid}",
        f"a=ice-ufrag:{transport.credentials.ufrag}",
        f"a=ice-pwd:{transport.credentials.password}",
        f"a=fingerprint:{proof.algorithm} {proof.value}",
        f"a=setup:{transport.setup}",
        *_candidates(transport),
        "a=end-of-candidates",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        f"a=rtpmap:{number} {CODECS[kind]}",
    ]
    if _FORMAT[kind]:
        lines.append(f"a=fmtp:{number} {_FORMAT[kind]}")
    return lines + [f"a=rtcp-fb:{number} {each}" for each in _FEEDBACK[kind]]


def _candidates(transport: Transport) -> list[str]:
    """Host candidates in the order of the settings (RFC 8445 §5.1.2)."""
    return [
        f"a=candidate:{index + 1} 1 udp"
        f" {_HOST_PREFERENCE | 0xFFFF - index << 8 | 0xFF}"
        f" {ip_address(address)} {transport.port} typ host"
        for index, address in enumerate(transport.addresses)
    ]
