"""`make prove-recording`: sound and picture of a finished recording stay together.

Somebody claps and flashes once a second for ten minutes, by clocks that run 100 ppm
apart, over a line that loses, delays and repeats; for a while the recording is paused,
and for a while there is no picture. What comes out is decoded, and each clap must be
within 100 ms of its flash. Then an hour of a good picture, and an hour without one, are
finished for the sake of time and memory alone.

`ARGS="--seconds 60"` is shorter; `ARGS="--no-hour"` leaves the hours out.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from signaling.recording.orders import Journal, Order, written
from tests.signaling.recording import coded
from tests.signaling.recording.coded import Taken
from tests.signaling.recording.journals import KEY, WALL, Line, Stream, Written
from tests.signaling.recording.played import distances, finished, seen

WORST: Final = 0.1
PPM: Final = 100.0
DELAY: Final = 0.05
#: Parts of the whole: the recording stands still, and there is only sound.
PAUSE, ONLY_SOUND = (0.3, 0.4), (0.6, 0.75)
JOURNAL: Final = "p-1.journal"


@dataclass(frozen=True)
class Found:
    """What is heard and seen.

    Attributes:
        claps: how many are heard, and of how many.
        compared: how many have their flash.
        apart: the most that a clap and its flash are apart, in seconds.
        off: the most that one of them is off its true second.
        speed: how many times faster than it was said it was finished.
    """

    claps: int
    made: int
    compared: int
    apart: float
    off: float
    speed: float


def together(seconds: float, directory: Path, seed: int = 1) -> Found:
    """Records, finishes and decodes."""
    record(seconds, seed).write(directory / JOURNAL)
    began = time.perf_counter()
    answer = finished(directory, (JOURNAL, "p"))
    took = time.perf_counter() - began
    assert answer["damage"] == []
    assert {(each["width"], each["height"]) for each in answer["files"]} == {(160, 120)}
    films = [seen(directory, each) for each in answer["files"]]
    claps = [at for each in films for at in each.claps]
    flashes = [at for each in films for at in each.flashes]
    pairs = distances(films)
    off = [abs(at - DELAY - round(at - DELAY)) for at in claps + flashes]
    made = sum(not _within(each, PAUSE, seconds) for each in range(int(seconds)))
    return Found(len(claps), made, len(pairs), max(pairs), max(off), seconds / took)


def record(seconds: float, seed: int) -> Written:
    """The journal of somebody who claps and flashes."""
    made = Written()
    clocks = {"wall_ppm": -PPM / 2, "ahead": 3.0}
    said = Stream(1, "opus", ppm=PPM, line=_line(seed), **clocks)
    shown = Stream(2, "vp8", ppm=-PPM, line=_line(seed + 1), **clocks)
    for each in (said, shown):
        made.track(each)
    sound = coded.sound(seconds, ppm=PPM, dtx=True)
    pictures = coded.pictures(seconds, every=1 / 15, keys=30)
    made.send(said, _without(sound, seconds, PAUSE), reports=5)
    made.send(shown, _without(pictures, seconds, PAUSE, ONLY_SOUND))
    return made


def _line(seed: int) -> Line:
    return Line(
        delay=DELAY,
        jitter=0.15,
        loss=0.03,
        repeated=0.8,
        twice=0.01,
        random=random.Random(seed),
    )


def _within(at: float, part: tuple[float, float], seconds: float) -> bool:
    return part[0] * seconds <= at < part[1] * seconds


def _without(
    taken: Iterator[Taken], seconds: float, *parts: tuple[float, float]
) -> Iterator[Taken]:
    for at, data in taken:
        if not any(_within(at, part, seconds) for part in parts):
            yield at, data


def hour(directory: Path, *, pictures: int) -> None:
    """Writes an hour's journal of noise: so many seconds of it with a picture."""
    noise = random.Random(1).randbytes(2**20)
    made = Written()
    said, shown = Stream(1, "opus"), Stream(2, "vp8")
    for each in (said, shown):
        made.track(each)

    def some(length: int, number: int) -> bytes:
        at = number * 7919 % 2**19
        return noise[at : at + length]

    made.send(said, ((n / 50, b"\x78" + some(80, n)) for n in range(50 * 3600)))
    key = b"\x50\x9d\x00\x9d\x01\x2a\x80\x02\x68\x01"
    frames = ((n, n % 150 == 0) for n in range(15 * pictures))
    made.send(
        shown,
        (
            (n / 15, key + some(20_000, n) if is_key else b"\x31" + some(8_700, n))
            for n, is_key in frames
        ),
    )
    made.write(directory / JOURNAL)


_MEASURED = """
import re, sys
from signaling.recording import finish
code = finish.main()
status = open("/proc/self/status").read()
print(re.search(r"VmHWM:\\s+(\\d+)", status)[1], file=sys.stderr)
sys.exit(code)
"""


def cost(directory: Path) -> tuple[float, float]:
    """Seconds and megabytes that it takes to finish what lies there."""
    order = Order(
        directory=directory, key=KEY, journals=(Journal(JOURNAL, "p"),), epoch=WALL
    )
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED],
        input=written(order).encode(),
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - began, int(done.stderr) / 1024


def main(seconds: float, *, hours: bool) -> int:
    """Prints the figures; 1 if something is farther apart than it may be."""
    with tempfile.TemporaryDirectory() as name:
        found = together(seconds, Path(name))
    print(
        f"{seconds:.0f} s: {found.claps} of {found.made} claps heard, "
        f"{found.compared} with their flash; worst {1000 * found.apart:.0f} ms apart, "
        f"{1000 * found.off:.0f} ms off the true second; "
        f"finished {found.speed:.0f} times as fast as it was said",
        flush=True,
    )
    if hours:
        for what, pictures in (("a good picture", 3600), ("a minute's picture", 60)):
            print(_hour(what, pictures), flush=True)
    well = found.apart <= WORST and found.off <= WORST and found.claps >= found.made
    return 0 if well else 1


def _hour(what: str, pictures: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        hour(Path(name), pictures=pictures)
        size = (Path(name) / JOURNAL).stat().st_size / 1e6
        took, megabytes = cost(Path(name))
    return (
        f"an hour with {what}, {size:.0f} MB: finished in {took:.0f} s "
        f"({3600 / took:.0f} times as fast), {megabytes:.0f} MB of memory"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--no-hour", action="store_true")
    given: Any = parser.parse_args()
    sys.exit(main(given.seconds, hours=not given.no_hour))
