import contextlib
import re

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from signaling.media import descriptions, sdp
from signaling.media.descriptions import Acceptance
from signaling.media.engine import BadSdp
from signaling.media.leg import Credentials
from signaling.media.sections import Format, Section

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
m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104 108
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
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rtpmap:104 H264/90000
a=fmtp:104 packetization-mode=0;profile-level-id=42e01f
a=rtpmap:108 H264/90000
a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
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
            Section(
                media="audio",
                protocol="UDP/TLS/RTP/SAVPF",
                listed="111 63 9 0 8 13 110 126",
                mid="0",
                direction="sendonly",
                rejected=False,
                formats=(Format(codec="opus", payload_type=111),),
            ),
            Section(
                media="video",
                protocol="UDP/TLS/RTP/SAVPF",
                listed="96 97 102 103 104 108",
                mid="1",
                direction="sendonly",
                rejected=False,
                formats=(
                    Format(codec="vp8", payload_type=96, repair_type=97),
                    Format(codec="h264", payload_type=108, profile="42e01f"),
                ),
                extensions=(("mid", 4), ("rid", 10), ("repaired_rid", 11)),
                rids=("h", "l"),
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


OPUS = Format(codec="opus", payload_type=111)
OURS = [
    "a=ice-ufrag:ours",
    "a=ice-pwd:" + "p" * 32,
    f"a=fingerprint:sha-256 {DIGEST}",
    "a=setup:passive",
    "a=candidate:1 1 udp 2130706431 192.0.2.1 4000 typ host",
    "a=candidate:2 1 udp 2130706175 2001:db8::1 4000 typ host",
    "a=end-of-candidates",
    "a=rtcp-mux",
    "a=rtcp-rsize",
]


def answered(**accepted: Acceptance) -> list[str]:
    """The answer that accepts something of the sections of sound and picture."""
    mids = {"sound": "0", "picture": "1"}
    answer = descriptions.answer(
        sdp.read(OFFER),
        {mids[name]: each for name, each in accepted.items()},
        transport=TRANSPORT,
        session=1,
        version=3,
    )
    return answer.split("\r\n")


def test_an_answer_takes_one_codec_and_leaves_what_is_not_sent_inactive() -> None:
    assert answered(sound=Acceptance(format=OPUS)) == [
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
        *OURS,
        "a=rtpmap:111 opus/48000/2",
        FORMAT,
        "a=rtcp-fb:111 nack",
        "a=recvonly",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
        "c=IN IP4 0.0.0.0",
        "a=mid:1",
        *OURS,
        "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:96 nack",
        "a=rtcp-fb:96 nack pli",
        "a=rtcp-fb:96 ccm fir",
        "a=rtcp-fb:96 goog-remb",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96",
        "a=inactive",
        "",
    ]


def test_an_answer_takes_two_layers_and_what_tells_them_apart() -> None:
    picture = sdp.read(OFFER).sections[1]
    chosen = Acceptance(format=picture.format("h264"), rids=("h", "l"))
    lines = answered(picture=chosen)
    section = lines[lines.index("m=video 9 UDP/TLS/RTP/SAVPF 108") :]
    assert section[12:] == [
        "a=rtpmap:108 H264/90000",
        (
            "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;"
            "profile-level-id=42e01f"
        ),
        "a=rtcp-fb:108 nack",
        "a=rtcp-fb:108 nack pli",
        "a=rtcp-fb:108 ccm fir",
        "a=rtcp-fb:108 goog-remb",
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
        "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
        "a=rid:h recv",
        "a=rid:l recv",
        "a=simulcast:recv h;l",
        "a=recvonly",
        "",
    ]


def test_sound_for_a_weak_line_comes_in_few_and_small_packets() -> None:
    lines = answered(sound=Acceptance(format=OPUS, slow=True))
    assert "a=ptime:60" in lines
    assert FORMAT.replace("24000", "16000") in lines


@pytest.mark.parametrize(
    ("written", "rids"),
    [
        ("a=simulcast:send l;h", ("l", "h")),
        ("a=simulcast:send ~h;l recv x", ("h", "l")),
        ("a=simulcast:send h,l;l", ("h", "l")),
        ("a=simulcast:send h;unheard", ("h",)),
        ("a=simulcast:recv h;l", ()),
        ("a=simulcast:", ()),
    ],
)
def test_layers_are_read_in_the_order_of_the_peer(
    written: str, rids: tuple[str, ...]
) -> None:
    offer = OFFER.replace("a=simulcast:send h;l", written)
    assert sdp.read(offer).sections[1].rids == rids


def test_streams_that_repeat_others_may_be_announced() -> None:
    offer = OFFER + "a=ssrc-group:FID 7 8\r\na=ssrc-group:SIM 7 9\r\n"
    assert sdp.read(offer).sections[1].repairs == ((8, 7),)


def test_what_we_cannot_carry_is_rejected_and_keeps_its_place() -> None:
    channel = (
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n"
        "a=mid:2\r\na=sctp-port:5000\r\n"
    )
    answer = descriptions.answer(
        sdp.read(OFFER + channel),
        {},
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
        descriptions.OfferedStream(
            kind=kind, slot=slot, ssrc=ssrc, repair_ssrc=repair, cname=f"slot{slot}"
        )
        for slot, kind, ssrc, repair in (
            (0, "audio", 10, 0),
            (0, "video", 11, 21),
            (1, "audio", 12, 0),
        )
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
    picture = parsed.media[1]
    assert picture.fmt == [96, 97, 102, 103]
    assert [(g.semantic, g.items) for g in picture.ssrc_group] == [("FID", [11, 21])]
    assert [each.formats for each in described.sections[:2]] == [
        (OPUS,),
        (
            Format(codec="vp8", payload_type=96, repair_type=97),
            Format(codec="h264", payload_type=102, repair_type=103, profile="42e01f"),
        ),
    ]
