import pytest
from aiortc.rtp import RtpPacket, unwrap_rtx
from hypothesis import given
from hypothesis import strategies as st

from signaling.media.rtp import MalformedRtp
from signaling.media.rtx import Repairs, unwrap
from tests.signaling.media.client import named, repeated, video


def test_a_repeat_has_its_own_numbers_and_carries_the_original() -> None:
    original = video(65_535, ssrc=5, key=True)
    repairs = Repairs(ssrc=6, number=65_535)

    wrapped = [RtpPacket.parse(repairs.wrap(original, 97)) for _ in range(2)]

    assert [(w.ssrc, w.payload_type, w.sequence_number) for w in wrapped] == [
        (6, 97, 65_535),
        (6, 97, 0),
    ]
    restored = unwrap_rtx(wrapped[1], payload_type=96, ssrc=5)
    assert restored.serialize() == original


def test_what_is_wrapped_is_unwrapped() -> None:
    original = video(9, ssrc=5)
    wrapped = named(repeated(original, 1, ssrc=6), "h", extension=11)
    assert unwrap(wrapped, ssrc=5, payload_type=96) == original


def test_padding_carries_nothing() -> None:
    padding = b"\xa0" + video(9)[1:12] + b"\x00\x00\x03"
    assert unwrap(padding, ssrc=5, payload_type=96) is None
    assert unwrap(video(9)[:12], ssrc=5, payload_type=96) is None


def test_lengths_that_lie_are_refused() -> None:
    with pytest.raises(MalformedRtp):
        unwrap(b"\x90" + video(9)[1:12] + b"\0\0\0\xff", ssrc=5, payload_type=96)


@given(st.binary(min_size=12, max_size=60))
def test_no_packet_breaks_it(packet: bytes) -> None:
    try:
        unwrap(packet, ssrc=5, payload_type=96)
    except MalformedRtp:
        assert packet[0] & 0x3F
