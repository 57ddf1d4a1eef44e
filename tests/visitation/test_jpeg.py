"""Pictures are kept without what cameras write beside them, or not at all."""

import io
from functools import cache

import pytest
from av import VideoFrame
from av import open as opened

from visitation.people import jpeg
from visitation.people.jpeg import NotAPicture

PLACE = b"Exif\0\0 somewhere near Isfahan"


@cache
def picture(width: int = 64, height: int = 48) -> bytes:
    """A JPEG as FFmpeg makes one."""
    out = io.BytesIO()
    with opened(out, "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        frame = VideoFrame(width, height, "yuvj420p")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


def with_place(content: bytes) -> bytes:
    extra = segment(0xE1, PLACE) + segment(0xFE, b"my phone")
    return content[:2] + extra + content[2:]


def test_the_picture_stays_and_the_place_goes() -> None:
    plain = jpeg.plain(with_place(picture()))

    assert PLACE not in plain
    assert b"my phone" not in plain
    with opened(io.BytesIO(plain), format="jpeg_pipe") as container:
        frame = next(container.decode(video=0))
    assert (frame.width, frame.height) == (64, 48)
    assert jpeg.plain(plain) == plain


def test_what_follows_the_picture_goes_too() -> None:
    assert b"hidden" not in jpeg.plain(picture() + b"hidden")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + b"\xff" * 40,
        picture()[:-60],
        picture()[:200],
        picture() + b"\0" * jpeg.LARGEST_BYTES,
        picture().replace(b"\x00\x30\x00\x40", b"\xff\xff\x00\x40"),
        b"\xff\xd8\xff\xe1\x00\x00",
    ],
    ids=["nothing", "png", "empty", "fill", "cut", "cut early", "large", "huge", "len"],
)
def test_what_is_no_picture_is_not_kept(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        jpeg.plain(content)
