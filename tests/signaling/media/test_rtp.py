import pytest

from signaling.media import rtp

HEADER = bytes(11)

OFFSETS = {
    "plain": (b"\x80" + HEADER + b"payload", 12),
    "two_contributors": (b"\x82" + HEADER + bytes(8) + b"payload", 20),
    "one_byte_extensions": (
        b"\x90" + HEADER + b"\xbe\xde\x00\x01" + bytes(4) + b"payload",
        20,
    ),
    "empty_extension": (b"\x90" + HEADER + b"\xbe\xde\x00\x00", 16),
    "both": (
        b"\x91" + HEADER + bytes(4) + b"\x10\x00\x00\x02" + bytes(8) + b"payload",
        28,
    ),
}


@pytest.mark.parametrize(("packet", "offset"), OFFSETS.values(), ids=OFFSETS)
def test_the_payload_begins_behind_all_headers(packet: bytes, offset: int) -> None:
    assert rtp.payload_offset(packet) == offset


@pytest.mark.parametrize(
    "packet",
    [
        b"\x8f" + HEADER,
        b"\x90" + HEADER,
        b"\x90" + HEADER + b"\xbe\xde\x00",
        b"\x90" + HEADER + b"\xbe\xde\x00\x02" + bytes(4),
    ],
    ids=["contributors", "no_extension", "half_extension", "short_extension"],
)
def test_headers_longer_than_the_packet_are_malformed(packet: bytes) -> None:
    with pytest.raises(rtp.MalformedRtp):
        rtp.payload_offset(packet)


def test_padding_does_not_belong_to_the_payload() -> None:
    assert rtp.payload_end(b"\xa0" + HEADER + b"payload\x00\x00\x03", 12) == 19
    assert rtp.payload_end(b"\x80" + HEADER + b"payload", 12) == 19


@pytest.mark.parametrize("length", [b"\x00", b"\x09"], ids=["none", "too_much"])
def test_padding_that_lies_is_malformed(length: bytes) -> None:
    with pytest.raises(rtp.MalformedRtp):
        rtp.payload_end(b"\xa0" + HEADER + b"payload" + length, 12)


@pytest.mark.parametrize(
    ("second", "told"),
    [(0x60, False), (0xE0, False), (0x6F, False), (0xC8, True), (0xC9, True)],
)
def test_rtcp_is_told_from_rtp(second: int, told: bool) -> None:
    assert rtp.is_rtcp(bytes((0x80, second, 0, 0))) is told
