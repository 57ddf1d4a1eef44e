import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.media import vp8
from signaling.media.vp8 import Continuity, Descriptor

HEADER = b"\x80" + bytes(11)
KEY, DELTA = b"\x10", b"\x11"

DESCRIPTORS = {
    "short_key": (b"\x10" + KEY, Descriptor(True, 0, 0, 0)),
    "short_delta": (b"\x10" + DELTA, Descriptor(False, 0, 0, 0)),
    "later_packet_of_a_key_frame": (b"\x00" + KEY, Descriptor(False, 0, 0, 0)),
    "later_partition": (b"\x11" + KEY, Descriptor(False, 0, 0, 0)),
    "picture_of_7_bits": (b"\x90\x80\x7f" + KEY, Descriptor(True, 14, 1, 0)),
    "picture_of_15_bits": (b"\x90\x80\x80\x01" + KEY, Descriptor(True, 14, 2, 0)),
    "layer_without_picture": (b"\x90\x40\x05" + KEY, Descriptor(True, 0, 0, 14)),
    "everything": (b"\x90\xf0\x80\x01\x05\x20" + KEY, Descriptor(True, 14, 2, 16)),
    "temporal_id_only": (b"\x90\x20\x20" + KEY, Descriptor(True, 0, 0, 0)),
}


@pytest.mark.parametrize(
    ("payload", "described"), DESCRIPTORS.values(), ids=DESCRIPTORS
)
def test_descriptors_are_read(payload: bytes, described: Descriptor) -> None:
    assert vp8.describe(HEADER + payload, 12) == described


@pytest.mark.parametrize(
    "payload",
    [b"", b"\x10", b"\x90", b"\x90\x80", b"\x90\x80\x80", b"\x90\xf0\x80\x01"],
)
def test_half_a_descriptor_is_none(payload: bytes) -> None:
    assert vp8.describe(HEADER + payload, 12) is None


def test_padding_only_is_no_frame() -> None:
    assert vp8.describe(b"\xa0" + bytes(11) + b"\x00\x00\x03", 12) is None


@given(st.binary(max_size=40))
def test_no_payload_breaks_the_reader(payload: bytes) -> None:
    vp8.describe(HEADER + payload, 12)
    continuity = Continuity()
    described = vp8.describe(HEADER + payload, 12)
    if described is not None:
        continuity.splice(HEADER + payload, HEADER + payload, described)
        assert len(continuity.shift(HEADER + payload)) == 12 + len(payload)


def frame(picture: int, layer: int, *, wide: bool = True) -> bytes:
    number = (0x8000 | picture).to_bytes(2, "big") if wide else bytes((picture,))
    return HEADER + b"\x90\xc0" + number + bytes((layer,)) + KEY + b"pixels"


def spliced(last: bytes, packet: bytes) -> Continuity:
    continuity = Continuity()
    described = vp8.describe(packet, 12)
    assert described
    continuity.splice(last, packet, described)
    return continuity


@pytest.mark.parametrize(
    ("last", "packet", "shifted"),
    [
        (frame(100, 7), frame(9, 200), frame(101, 8)),
        (frame(0x7FFF, 255), frame(500, 3), frame(0, 0)),
        (
            frame(100, 7, wide=False),
            frame(90, 3, wide=False),
            frame(101, 8, wide=False),
        ),
        (frame(127, 7, wide=False), frame(90, 3, wide=False), frame(0, 8, wide=False)),
        (frame(300, 7), frame(90, 3, wide=False), frame(45, 8, wide=False)),
    ],
    ids=["ahead", "wrapping", "narrow", "narrow_wrapping", "wide_then_narrow"],
)
def test_counters_follow_the_last_one_sent(
    last: bytes, packet: bytes, shifted: bytes
) -> None:
    continuity = spliced(last, packet)
    assert continuity.shifted
    assert continuity.shift(packet) == shifted


def test_nothing_is_shifted_while_there_is_nothing_to_follow() -> None:
    assert not spliced(b"", frame(9, 9)).shifted
    assert not spliced(frame(8, 8), frame(9, 9)).shifted
    assert not spliced(HEADER + b"\x10" + KEY, frame(9, 9)).shifted


def test_a_packet_without_descriptor_is_left_alone() -> None:
    assert spliced(frame(1, 1), frame(9, 9)).shift(HEADER) == HEADER
