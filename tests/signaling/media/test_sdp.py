import contextlib
import re

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from signaling.media import descriptions, sdp
from signaling.media.engine import BadSdp
from signaling.media.leg import Credentials

DIGEST = ":".join(["AB"] * 32)

#: What Chromium offers for a camera and a microphone, shortened to what varies.
OFFER = f"""v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS stream
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2113937151 abc.local 5000 typ host generation 0
a=ice-ufrag:EsAw
a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
a=ice-options:trickle
a=fingerprint:sha-256 {DIGEST}
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendonly
a=msid:stream sound
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6
m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103
c=IN IP4 0.0.0.0
a=ice-ufrag:EsAw
a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
a=fingerprint:sha-256 {DIGEST}
a=setup:actpass
a=mid:1
a=sendonly
a=rtcp-mux
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:102 H264/90000
a=rid:h send
a=rid:l send
a=simulcast:send h;l
""".replace("\n", "\r\n")

FORMAT = (
    "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1;stereo=0;maxaveragebitrate=24000"
)

TRANSPORT = descriptions.Transport(
    credentials=Credentials(ufrag="ours", password="p" * 32),
    fingerprint=sdp.Fingerprint(algorithm="sha-256", value=DIGEST),
    setup="passive",
    addresses=("192.0.2.1", "2001:db8::1"),
    port=4000,
)


def without(pattern: str) -> str:
    return re.sub(rf"^{pattern}.*\r\n", "", OFFER, flags=re.MULTILINE)


def test_an_offer_is_read() -> None:
    assert sdp.read(OFFER) == sdp.Description(
        ufrag="EsAw",
        fingerprints=(sdp.Fingerprint(algorithm="sha-256", value=DIGEST),),
        setup="actpass",
        sections=(
            sdp.Section(
                media="audio",
                protocol="UDP/TLS/RTP/SAVPF",
                formats="111 63 9 0 8 13 110 126",
                mid="0",
                direction="sendonly",
                rejected=False,
                payload_type=111,
            ),
            sdp.Section(
                media="video",
                protocol="UDP/TLS/RTP/SAVPF",
                formats="96 97 102 103",
                mid="1",
                direction="sendonly",
                rejected=False,
                payload_type=96,
            ),
        ),
    )


def test_what_stands_at_the_session_counts_for_every_section() -> None:
    moved = without("a=fingerprint").replace(
        "t=0 0\r\n", f"t=0 0\r\na=fingerprint:sha-256 {DIGEST}\r\n"
    )
    assert sdp.read(moved) == sdp.read(OFFER)


BAD = {
    "too_long": (OFFER + "a=x\r\n" * 20_000, "too_long"),
    "nothing": ("", "malformed"),
    "no_version": (OFFER[5:], "malformed"),
    "html": ("<html>", "malformed"),
    "control_characters": (OFFER.replace("s=-", "s=\x00"), "malformed"),
    "no_media": ("v=0\r\ns=-\r\n", "no_media"),
    "too_many_sections": (
        OFFER + "m=audio 9 UDP/TLS/RTP/SAVPF 1\r\n" * 20,
        "too_many_sections",
    ),
    "a_port_that_is_none": (OFFER.replace("video 9", "video x"), "malformed"),
    "no_mid": (without("a=mid"), "malformed"),
    "the_same_mid_twice": (OFFER.replace("mid:1", "mid:0"), "mid_repeated"),
    "no_rtcp_mux": (without("a=rtcp-mux"), "no_rtcp_mux"),
    "no_ufrag": (without("a=ice-ufrag"), "no_ice_credentials"),
    "no_password": (without("a=ice-pwd"), "no_ice_credentials"),
    "a_short_ufrag": (OFFER.replace("EsAw", "E"), "no_ice_credentials"),
    "no_fingerprint": (without("a=fingerprint"), "no_fingerprint"),
    "only_sha_1": (OFFER.replace("sha-256", "sha-1"), "no_fingerprint"),
    "half_a_digest": (OFFER.replace(DIGEST, "AB:C"), "malformed"),
    "no_setup": (without("a=setup"), "no_setup"),
    "a_payload_type_of_4_digits": (OFFER.replace("111", "1111"), "malformed"),
}


@pytest.mark.parametrize(("text", "reason"), BAD.values(), ids=BAD)
def test_a_bad_description_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(BadSdp) as refused:
        sdp.read(text)
    assert refused.value.reason == reason


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for attempt in (text, "v=0\r\n" + text, OFFER + text):
        with contextlib.suppress(BadSdp):
            sdp.read(attempt)


@given(
    st.integers(0, OFFER.count("\r\n") - 1),
    st.sampled_from(["drop", "double", "cut", "swap"]),
    st.text(max_size=20),
)
def test_no_damage_breaks_the_reader(line: int, damage: str, put: str) -> None:
    lines = OFFER.split("\r\n")
    lines[line : line + 1] = {
        "drop": [],
        "double": [lines[line]] * 2,
        "cut": [lines[line][: len(put)]],
        "swap": [lines[line].partition(":")[0] + ":" + put],
    }[damage]
    with contextlib.suppress(BadSdp):
        sdp.read("\r\n".join(lines))


def test_an_answer_takes_one_codec_and_no_simulcast() -> None:
    answer = descriptions.answer(
        sdp.read(OFFER),
        frozenset({"0"}),
        transport=TRANSPORT,
        session=1,
        version=3,
    )
    assert answer.split("\r\n") == [
        "v=0",
        "o=- 1 3 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=group:BUNDLE 0 1",
        "a=msid-semantic: WMS *",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0",
        "a=mid:0",
        "a=ice-ufrag:ours",
        "a=ice-pwd:" + "p" * 32,
        f"a=fingerprint:sha-256 {DIGEST}",
        "a=setup:passive",
        "a=candidate:1 1 udp 2130706431 192.0.2.1 4000 typ host",
        "a=candidate:2 1 udp 2130706175 2001:db8::1 4000 typ host",
        "a=end-of-candidates",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        "a=rtpmap:111 opus/48000/2",
        FORMAT,
        "a=rtcp-fb:111 nack",
        "a=recvonly",
        "m=video 9 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 0.0.0.0",
        "a=mid:1",
        "a=ice-ufrag:ours",
        "a=ice-pwd:" + "p" * 32,
        f"a=fingerprint:sha-256 {DIGEST}",
        "a=setup:passive",
        "a=candidate:1 1 udp 2130706431 192.0.2.1 4000 typ host",
        "a=candidate:2 1 udp 2130706175 2001:db8::1 4000 typ host",
        "a=end-of-candidates",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:96 nack",
        "a=rtcp-fb:96 nack pli",
        "a=rtcp-fb:96 ccm fir",
        "a=rtcp-fb:96 goog-remb",
        "a=inactive",
        "",
    ]


def test_what_we_cannot_carry_is_rejected_and_keeps_its_place() -> None:
    channel = (
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n"
        "a=mid:2\r\na=sctp-port:5000\r\n"
    )
    answer = descriptions.answer(
        sdp.read(OFFER + channel),
        frozenset({"0", "1"}),
        transport=TRANSPORT,
        session=1,
        version=1,
    )
    assert "a=group:BUNDLE 0 1\r\n" in answer
    assert answer.endswith(
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"
        "c=IN IP4 0.0.0.0\r\na=mid:2\r\na=inactive\r\n"
    )


def test_an_offer_names_every_stream_once() -> None:
    streams = tuple(
        descriptions.OfferedStream(kind=kind, slot=slot, ssrc=ssrc, cname=f"slot{slot}")
        for slot, kind, ssrc in ((0, "audio", 10), (0, "video", 11), (1, "audio", 12))
    )
    offer = descriptions.offer(streams, transport=TRANSPORT, session=2, version=1)

    described = sdp.read(offer)
    assert [section.mid for section in described.sections] == ["a0", "v0", "a1"]
    parsed = SessionDescription.parse(offer)
    assert [
        (m.kind, m.direction, m.ssrc[0].ssrc, m.ssrc[0].cname, m.msid)
        for m in parsed.media
    ] == [
        ("audio", "sendonly", 10, "slot0", "s0 a0"),
        ("video", "sendonly", 11, "slot0", "s0 v0"),
        ("audio", "sendonly", 12, "slot1", "s1 a1"),
    ]
