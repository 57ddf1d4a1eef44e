"""What finished files hold, as a decoder hears and sees it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np

from signaling.recording import finish
from signaling.recording.orders import Journal, Order
from tests.signaling.recording.journals import KEY, WALL
from visitation.recordings.sealed import RandomAccess


@dataclass
class Seen:
    """One decoded file; moments in seconds of the recording."""

    claps: list[float]
    flashes: list[float]
    pictures: list[float]
    sizes: set[tuple[int, int]]
    sound: tuple[float, float]
    duration: float


def finished(
    directory: Path, *journals: tuple[str, str], epoch: float = WALL
) -> dict[str, Any]:
    whose = tuple(Journal(*each) for each in journals)
    return finish.finish(
        Order(directory=directory, key=KEY, journals=whose, epoch=epoch)
    )


def plain(path: Path) -> bytes:
    with path.open("rb") as file:
        opened = RandomAccess(KEY, file)
        return opened.read(0, opened.size)


def seen(directory: Path, told: dict[str, Any]) -> Seen:
    """Decodes a file whole; every fault of the decoder is one of the file."""
    start = told["starts_ms"] / 1000
    found = Seen([], [], [], set(), (0.0, 0.0), 0.0)
    content = io.BytesIO(plain(directory / told["name"]))
    with av.logging.Capture() as said, av.open(content) as file:
        loud: list[tuple[float, Any]] = []
        for frame in file.decode():
            assert frame.time is not None
            at = start + frame.time
            if isinstance(frame, av.VideoFrame):
                _look(found, frame, at)
            else:
                loud.append((at, np.abs(frame.to_ndarray()).max(axis=0) > 0.1))
                found.sound = (loud[0][0], at + frame.samples / 48_000)
        found.duration = (file.duration or 0) / 1e6
    assert not [each for each in said if each[0] <= av.logging.ERROR], said
    found.claps = _onsets(loud)
    return found


def distances(films: Sequence[Seen]) -> list[float]:
    """How far each clap and the flash that was made with it are apart, in seconds."""
    distances = (
        abs(clap - flash)
        for clap in chain.from_iterable(each.claps for each in films)
        for flash in chain.from_iterable(each.flashes for each in films)
    )
    return [each for each in distances if each < 0.5]


def _look(found: Seen, frame: av.VideoFrame, at: float) -> None:
    found.sizes.add((frame.width, frame.height))
    white = bytes(frame.planes[0])[frame.width // 2] > 128
    dark = not found.flashes or at - found.flashes[-1] > 0.5
    if white and dark:
        found.flashes.append(at)
    found.pictures.append(at)


def _onsets(loud: list[tuple[float, Any]]) -> list[float]:
    """Where it becomes loud after a while of silence."""
    onsets: list[float] = []
    last = -1.0
    for start, samples in loud:
        for index in np.flatnonzero(samples):
            at = start + float(index) / 48_000
            if at - last > 0.3:
                onsets.append(at)
            last = at
    return onsets
