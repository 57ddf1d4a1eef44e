import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.media import extensions
from tests.signaling.media.client import named, video


def extended(elements: bytes, *, form: int = 0xBEDE, words: int | None = None) -> bytes:
    padded = elements + bytes(-len(elements) % 4)
    length = len(padded) // 4 if words is None else words
    plain = video(1)
    return (
        bytes((plain[0] | 0x10,))
        + plain[1:12]
        + struct.pack("!HH", form, length)
        + padded
        + plain[12:]
    )


@pytest.mark.parametrize(
    ("packet", "text"),
    [
        (named(video(1), "h"), "h"),
        (named(video(1), "layer"), "layer"),
        (extended(b"\x40" + b"0" + b"\xa0" + b"l"), "l"),
        (extended(b"\x00\x00\x00\xa1lo"), "lo"),
        (extended(b"\x40" + b"0"), ""),
        (extended(b"\xa0" + b"l", form=0x1000), ""),
        (extended(b"\xa0" + b"\xff"), "\ufffd"),
        (video(1), ""),
    ],
    ids=["one", "long", "second", "padded", "another", "two_bytes", "odd", "none"],
)
def test_texts_are_read(packet: bytes, text: str) -> None:
    assert extensions.read(packet, 10) == text


@given(st.binary(max_size=40), st.integers(0, 20))
def test_no_extension_breaks_the_reader(elements: bytes, words: int) -> None:
    extensions.read(extended(elements, words=words), 10)
    extensions.read(extended(elements, words=words)[: 12 + words], 10)
