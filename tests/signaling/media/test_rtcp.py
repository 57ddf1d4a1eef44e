import pytest
from aiortc.rtp import (
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    unpack_remb_fci,
)
from hypothesis import given
from hypothesis import strategies as st

from signaling.media import rtcp

WORD = st.integers(0, 0xFFFFFFFF)

SENDER_REPORT = rtcp.SenderReport(
    ssrc=5, ntp=0x1234567890ABCDEF, timestamp=77, packets=3, octets=4
)
BLOCK = rtcp.ReportBlock(
    ssrc=9,
    fraction_lost=12,
    lost=-3,
    highest=70_000,
    jitter=8,
    last_report=1234,
    delay=65_536,
)


def only(compound: bytes) -> rtcp.Packet:
    (packet,) = rtcp.split(compound)
    return packet


def test_a_sender_report_is_read_as_it_was_built() -> None:
    built = rtcp.sender_report(SENDER_REPORT)
    assert rtcp.sender_report_in(only(built)) == SENDER_REPORT
    assert RtcpPacket.parse(built) == [
        RtcpSrPacket(
            ssrc=5,
            sender_info=RtcpSenderInfo(
                ntp_timestamp=0x1234567890ABCDEF,
                rtp_timestamp=77,
                packet_count=3,
                octet_count=4,
            ),
        )
    ]


def test_a_receiver_report_is_read_as_it_was_built() -> None:
    built = rtcp.receiver_report(1, [BLOCK, BLOCK])
    assert list(rtcp.report_blocks_in(only(built))) == [BLOCK, BLOCK]
    theirs = RtcpReceiverInfo(
        ssrc=9,
        fraction_lost=12,
        packets_lost=-3,
        highest_sequence=70_000,
        jitter=8,
        lsr=1234,
        dlsr=65_536,
    )
    assert RtcpPacket.parse(built) == [RtcpRrPacket(ssrc=1, reports=[theirs] * 2)]


def test_blocks_of_a_sender_report_are_read_too() -> None:
    info = RtcpSenderInfo(
        ntp_timestamp=1, rtp_timestamp=2, packet_count=3, octet_count=4
    )
    theirs = RtcpReceiverInfo(
        ssrc=9,
        fraction_lost=12,
        packets_lost=-3,
        highest_sequence=70_000,
        jitter=8,
        lsr=1234,
        dlsr=65_536,
    )
    built = bytes(RtcpSrPacket(ssrc=5, sender_info=info, reports=[theirs]))
    assert list(rtcp.report_blocks_in(only(built))) == [BLOCK]


@pytest.mark.parametrize(
    "wanted",
    [[7], [7, 8, 23], [7, 24], [65_535, 65_536, 65_540], list(range(100, 140))],
    ids=["one", "one_pair", "two_pairs", "over_the_wrap", "many"],
)
def test_what_is_asked_for_again_arrives_as_asked(wanted: list[int]) -> None:
    built = rtcp.nack(1, 9, wanted)
    numbers = [number & 0xFFFF for number in wanted]
    assert rtcp.nacked_in(only(built)) == (9, numbers)
    (parsed,) = RtcpPacket.parse(built)
    assert isinstance(parsed, RtcpRtpfbPacket)
    # aiortc forgets to wrap.
    assert [number & 0xFFFF for number in parsed.lost] == numbers


def test_key_frames_are_asked_for_in_either_way() -> None:
    assert rtcp.key_frames_asked_in(only(rtcp.picture_loss(1, 9))) == [9]
    assert RtcpPacket.parse(rtcp.picture_loss(1, 9)) == [
        RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=9)
    ]
    full_intra = RtcpPsfbPacket(
        fmt=4, ssrc=1, media_ssrc=0, fci=b"\0\0\0\x09\x01\0\0\0\0\0\0\x0a\x02\0\0\0"
    )
    assert rtcp.key_frames_asked_in(only(bytes(full_intra))) == [9, 10]


@pytest.mark.parametrize("bits", [1, 150_000, 262_143, 1_500_000, 20_000_000_000])
def test_bitrates_are_read_as_they_were_built(bits: int) -> None:
    built = rtcp.bitrate(1, bits, [9, 10])
    read = rtcp.bitrate_in(only(built))
    assert read == pytest.approx(bits, rel=1 / 100_000)
    (parsed,) = RtcpPacket.parse(built)
    assert unpack_remb_fci(parsed.fci) == (read, [9, 10])


def test_a_description_names_its_source() -> None:
    assert RtcpPacket.parse(rtcp.description(5, "slot0")) == [
        RtcpSdesPacket(chunks=[RtcpSourceInfo(ssrc=5, items=[(1, b"slot0")])])
    ]


def test_a_compound_is_split_into_its_parts() -> None:
    compound = rtcp.receiver_report(1, [BLOCK]) + rtcp.picture_loss(1, 9)
    assert [(p.type, p.format) for p in rtcp.split(compound)] == [(201, 1), (206, 1)]


def test_what_comes_before_a_broken_part_still_counts() -> None:
    whole = rtcp.picture_loss(1, 9)
    for broken in (b"\x81\xce\xff\xff" + bytes(8), b"\x00" * 12, b"\x81\xce"):
        assert [p.type for p in rtcp.split(whole + broken)] == [206]


@given(st.binary(max_size=120))
def test_nothing_breaks_the_reader(junk: bytes) -> None:
    heads = [
        b"",
        *(bytes((0x80 | n, t)) for n in (0, 1, 4, 15) for t in range(200, 207)),
    ]
    for head in heads:
        for packet in rtcp.split(head + (len(junk) // 4).to_bytes(2, "big") + junk):
            rtcp.sender_report_in(packet)
            list(rtcp.report_blocks_in(packet))
            rtcp.nacked_in(packet)
            rtcp.key_frames_asked_in(packet)
            rtcp.bitrate_in(packet)


@given(st.sets(st.integers(0, 65_535), min_size=1, max_size=60))
def test_any_set_of_numbers_survives_a_nack(wanted: set[int]) -> None:
    assert rtcp.nacked_in(only(rtcp.nack(1, 2, sorted(wanted)))) == (2, sorted(wanted))
