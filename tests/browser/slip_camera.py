"""A camera that sees a slip: a film of a QR code for Chromium's fake camera."""

from pathlib import Path

import segno

WIDTH, HEIGHT = 640, 480
_FRAMES = 8
_GREY, _WHITE, _BLACK = 96, 235, 16


def film(path: Path, text: str | None) -> Path:
    """A film (Y4M) of a white slip with a code in its middle, or of a blank one."""
    luma = [bytearray([_GREY] * WIDTH) for _ in range(HEIGHT)]
    dots = (
        [
            list(row)
            for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)
        ]
        if text
        else [[0]]
    )
    size = 360 // len(dots)
    left, top = (WIDTH - size * len(dots)) // 2, (HEIGHT - size * len(dots)) // 2
    for y, row in enumerate(dots):
        for x, dot in enumerate(row):
            colour = bytes([_BLACK if dot else _WHITE] * size)
            for line in range(top + y * size, top + (y + 1) * size):
                luma[line][left + x * size : left + (x + 1) * size] = colour
    picture = b"".join(luma) + bytes([128]) * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + picture
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + frame * _FRAMES)
    return path
