"""What the server says about itself in SDP.

Writes answers for publish legs and offers for subscribe legs: Opus with in-band FEC and
DTX, VP8 or H264, their repair streams, and of header extensions only what tells layers
apart. Browsers insist on rtcp-mux, BUNDLE, mid, setup, and on a=ssrc in offers.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from signaling.media import codecs
from signaling.media.engine import Kind
from signaling.media.leg import Credentials
from signaling.media.sdp import Description, Fingerprint, Setup
from signaling.media.sections import EXTENSIONS, Format, Section

_OPUS: Final = "minptime=10;useinbandfec=1;usedtx=1;stereo=0;maxaveragebitrate="
_BITS_PER_SECOND: Final = 24_000
#: On a line so weak that headers weigh more than sound (RFC 7587 §3.1).
_SLOW_BITS_PER_SECOND: Final = 16_000
_SLOW_PACKET: Final = 60
_H264: Final = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="
_FEEDBACK: Final[dict[Kind, tuple[str, ...]]] = {
    "audio": ("nack",),
    "video": ("nack", "nack pli", "ccm fir", "goog-remb"),
}
_OFFERED: Final = {
    codec: Format(
        codec=codec,
        payload_type=number,
        repair_type=codecs.REPAIR_TYPES.get(codec),
        profile=codecs.H264_PROFILE if codec == "h264" else "",
    )
    for codec, number in codecs.PAYLOAD_TYPES.items()
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
    """One stream of a subscribe leg; streams of one slot are played in step.

    Attributes:
        repair_ssrc: of the stream that repeats what this one lost, 0 for none.
    """

    kind: Kind
    slot: int
    ssrc: int
    repair_ssrc: int
    cname: str

    @property
    def mid(self) -> str:
        """The kind's letter and the slot: a0, v0, a1 …."""
        return f"{self.kind[0]}{self.slot}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What we take of a section that the peer sends on.

    Attributes:
        rids: the layers, none where the peer sends one stream only.
        slow: sound in few and long packets.
    """

    format: Format
    rids: tuple[str, ...] = ()
    slow: bool = False


def answer(
    offer: Description,
    accepted: dict[str, Acceptance],
    *,
    transport: Transport,
    session: int,
    version: int,
) -> str:
    """Answers an offer.

    Args:
        offer: what the peer wrote.
        accepted: by mid, what we receive. Other sections whose codec we know stay in
            the bundle, inactive, so that they can be used later; the rest is rejected.
        transport: our side of the leg.
        session: the number of the session, the same in all its answers.
        version: one more than in the last answer.
    """
    kept = [each for each in offer.sections if each.carried]
    mids = tuple(section.mid for section in kept)
    lines = _head(mids, session=session, version=version)
    for section in offer.sections:
        kind = section.carried
        if kind is None:
            lines += _rejection(section)
            continue
        taken = accepted.get(section.mid)
        used = taken or Acceptance(format=section.formats[0])
        lines += _section(kind, (used.format,), section.mid, transport, slow=used.slow)
        lines += _layers(section, used.rids)
        lines.append("a=recvonly" if taken else "a=inactive")
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
        formats = tuple(
            each
            for codec, each in _OFFERED.items()
            if codecs.KINDS[codec] == stream.kind
        )
        lines += _section(stream.kind, formats, stream.mid, transport)
        lines += ["a=sendonly", f"a=msid:s{stream.slot} {stream.mid}"]
        numbers = [stream.ssrc]
        if stream.repair_ssrc:
            numbers.append(stream.repair_ssrc)
            lines.append(f"a=ssrc-group:FID {stream.ssrc} {stream.repair_ssrc}")
        lines += [f"a=ssrc:{number} cname:{stream.cname}" for number in numbers]
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
        f"m={section.media} 0 {section.protocol} {section.listed}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{section.mid}",
        "a=inactive",
    ]


def _section(
    kind: Kind,
    formats: tuple[Format, ...],
    mid: str,
    transport: Transport,
    *,
    slow: bool = False,
) -> list[str]:
    proof = transport.fingerprint
    numbers = " ".join(
        str(number)
        for each in formats
        for number in (each.payload_type, each.repair_type)
        if number is not None
    )
    lines = [
        f"m={kind} 9 UDP/TLS/RTP/SAVPF {numbers}",
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
    ]
    for each in formats:
        lines += _format(each, slow=slow)
    if slow:
        lines.append(f"a=ptime:{_SLOW_PACKET}")
    return lines


def _format(each: Format, *, slow: bool) -> list[str]:
    number = each.payload_type
    lines = [f"a=rtpmap:{number} {codecs.NAMES[each.codec]}"]
    if each.codec == "opus":
        bits = _SLOW_BITS_PER_SECOND if slow else _BITS_PER_SECOND
        lines.append(f"a=fmtp:{number} {_OPUS}{bits}")
    elif each.codec == "h264":
        lines.append(f"a=fmtp:{number} {_H264}{each.profile}")
    feedback = _FEEDBACK[codecs.KINDS[each.codec]]
    lines += [f"a=rtcp-fb:{number} {word}" for word in feedback]
    if each.repair_type is not None:
        lines += [f"a=rtpmap:{each.repair_type} rtx/90000"]
        lines += [f"a=fmtp:{each.repair_type} apt={number}"]
    return lines


def _layers(section: Section, rids: tuple[str, ...]) -> list[str]:
    """Accepts layers, and the extensions by which they are told apart."""
    if not rids:
        return []
    lines = [
        f"a=extmap:{number} {EXTENSIONS[name]}" for name, number in section.extensions
    ]
    lines += [f"a=rid:{rid} recv" for rid in rids]
    return [*lines, f"a=simulcast:recv {';'.join(rids)}"]


def _candidates(transport: Transport) -> list[str]:
    """Host candidates in the order of the settings (RFC 8445 §5.1.2)."""
    return [
        f"a=candidate:{index + 1} 1 udp"
        f" {_HOST_PREFERENCE | 0xFFFF - index << 8 | 0xFF}"
        f" {ip_address(address)} {transport.port} typ host"
        for index, address in enumerate(transport.addresses)
    ]
