"""What a page's camera and microphone see and hear: a small picture and speech.

Continuous speech, so that a second in which nothing is heard is a second lost; a small
picture that moves, so that a test machine can encode four of them.
"""

import math
import random
import shutil
import struct
import subprocess
import wave
from pathlib import Path
from typing import Final

_RATE: Final = 22_050
_WIDTH, _HEIGHT, _FRAMES_PER_SECOND, _SECONDS = 320, 180, 15, 8
_TEXT: Final = (
    "We are all well at home, and the children send their love. The wheat was cut last"
    " week, and your brother has mended the roof before the rain. Your mother asks if"
    " you eat well and if you are warm at night. Tell us what we should bring when we"
    " come in spring, and whom we should write to about the leave you asked for. "
)


def microphone(directory: Path) -> Path:
    """Half a minute of somebody who does not pause for breath."""
    path = directory / "speech.wav"
    if shutil.which("espeak-ng"):
        command = ["espeak-ng", "-s", "165", "-w", str(path), _TEXT * 2]
        subprocess.run(command, check=True)
    else:
        _hum(path)
    return path


def _hum(path: Path) -> None:
    """Syllables of a sort: a buzz with formants, four to the second."""
    chance, frames = random.Random(1), bytearray()
    for syllable in range(4 * 20):
        pitch = 110 + 30 * chance.random()
        formant = 500 + 1500 * chance.random()
        for n in range(_RATE // 4):
            t = (syllable * (_RATE // 4) + n) / _RATE
            buzz = math.sin(2 * math.pi * pitch * t) ** 15
            tone = math.sin(2 * math.pi * formant * t)
            swell = 0.35 + 0.65 * math.sin(math.pi * n / (_RATE / 4))
            frames += struct.pack("<h", int(11_000 * swell * buzz * (1 + tone)))
    with wave.open(str(path), "wb") as speech:
        speech.setnchannels(1)
        speech.setsampwidth(2)
        speech.setframerate(_RATE)
        speech.writeframes(bytes(frames))


def camera(directory: Path) -> Path:
    """A few seconds of a bright head that moves before a grained wall."""
    chance = random.Random(2)
    wall = bytes(chance.randrange(70, 110) for _ in range(_WIDTH * _HEIGHT))
    path = directory / "head.y4m"
    colour = bytes([120]) * (_WIDTH * _HEIGHT // 4) + bytes([140]) * (
        _WIDTH * _HEIGHT // 4
    )
    head = f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F{_FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n"
    with path.open("wb") as film:
        film.write(head.encode())
        for frame in range(_SECONDS * _FRAMES_PER_SECOND):
            film.write(b"FRAME\n" + _drawn(wall, frame) + colour)
    return path


def _drawn(wall: bytes, frame: int) -> bytes:
    turn = 2 * math.pi * frame / (_SECONDS * _FRAMES_PER_SECOND)
    middle_x = _WIDTH / 2 + 40 * math.sin(3 * turn)
    middle_y = _HEIGHT / 2 + 8 * math.sin(7 * turn)
    picture = bytearray(wall)
    for y in range(_HEIGHT):
        across = 1 - ((y - middle_y) / 60) ** 2
        if across > 0:
            half = 45 * math.sqrt(across)
            left = max(0, int(middle_x - half))
            right = min(_WIDTH, int(middle_x + half))
            row = y * _WIDTH
            shade = 150 + y % 40 + int(20 * math.sin(9 * turn + y / 9))
            picture[row + left : row + right] = bytes([shade]) * (right - left)
    return bytes(picture)
