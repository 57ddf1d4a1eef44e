"""What we write: answers that take what is offered, and offers of our own."""

from aiortc.sdp import SessionDescription

from signaling.media import descriptions, sdp
from signaling.media.descriptions import Acceptance
from signaling.media.leg import Credentials
from signaling.media.sections import Format
from tests.signaling.media.offers import DIGEST, OFFER

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
