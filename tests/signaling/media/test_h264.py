import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.media import h264

HEADER = b"\x80\x66" + bytes(10)
IDR, SLICE, SPS, PPS = b"\x65pixels", b"\x41pixels", b"\x67\x42\xe0\x1f", b"\x68\xce"


def together(*units: bytes) -> bytes:
    """An aggregation packet."""
    return b"\x78" + b"".join(len(u).to_bytes(2, "big") + u for u in units)


PAYLOADS = {
    "key_frame": (IDR, True),
    "frame": (SLICE, False),
    "sequence_parameters": (SPS, True),
    "picture_parameters": (PPS, False),
    "parameters_together": (together(SPS, PPS), True),
    "everything_together": (together(PPS, IDR), True),
    "frames_together": (together(SLICE, SLICE), False),
    "key_frame_begins": (b"\x7c\x85pixels", True),
    "key_frame_goes_on": (b"\x7c\x05pixels", False),
    "key_frame_ends": (b"\x7c\x45pixels", False),
    "frame_begins": (b"\x7c\x81pixels", False),
    "nothing": (b"", False),
    "a_unit_without_content": (b"\x65", False),
    "a_size_that_lies": (b"\x78\xff\xff\x67", True),
    "half_a_size": (b"\x78\x00", False),
    "supplement": (b"\x06\x05", False),
}


@pytest.mark.parametrize(("payload", "begins"), PAYLOADS.values(), ids=PAYLOADS)
def test_beginnings_are_told(payload: bytes, begins: bool) -> None:
    assert h264.begins_key_frame(HEADER + payload, 12) is begins


def test_padding_is_no_frame() -> None:
    padded = b"\xa0" + HEADER[1:] + b"\x65" + b"\x00\x00\x03"
    assert not h264.begins_key_frame(padded, 12)


@given(st.binary(max_size=60), st.booleans())
def test_no_payload_breaks_the_reader(payload: bytes, padded: bool) -> None:
    header = (b"\xa0" if padded else b"\x80") + HEADER[1:]
    h264.begins_key_frame(header + payload, 12)
