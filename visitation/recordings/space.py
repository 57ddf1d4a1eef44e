"""How much room recordings take, and how much is left, before it runs out.

Reads directories: whoever serves others meanwhile asks in a thread.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Level = Literal["ok", "warning", "full"]

#: The parts of the quota at which somebody is warned, and at which nothing is begun.
WARNING, FULL = 0.80, 0.95
#: So much is left free on the disk for everything else that is on it.
LEAST_FREE = 500 * 10**6


def _left(directory: Path) -> int:
    return shutil.disk_usage(directory).free


@dataclass(frozen=True, slots=True)
class Space:
    """The room that recordings may take.

    Attributes:
        directory: that of all recordings.
        quota_bytes: the most that they may take together.
        left: how many bytes are free on the disk of a directory.
    """

    directory: Path
    quota_bytes: int
    left: Callable[[Path], int] = _left

    def used(self) -> int:
        """How many bytes recordings take, with their journals."""
        with os.scandir(self.directory) as homes:
            return sum(_taken(home.path) for home in homes if home.is_dir())

    def free(self) -> int:
        """How many bytes may still be written."""
        on_disk = self.left(self.directory) - LEAST_FREE
        return max(0, min(self.quota_bytes - self.used(), on_disk))

    def part(self) -> float:
        """How much of the quota is taken; 1.0 where the disk itself is full."""
        if self.left(self.directory) < LEAST_FREE:
            return 1.0
        return min(1.0, self.used() / self.quota_bytes)

    def level(self) -> Level:
        """Whether there is room, somebody should see to it, or there is none."""
        part = self.part()
        if part >= FULL:
            return "full"
        return "warning" if part >= WARNING else "ok"


def _taken(home: str) -> int:
    """What lies in one directory: a recording's, or `lost+found`."""
    try:
        with os.scandir(home) as files:
            return sum(_size(file) for file in files)
    except (FileNotFoundError, PermissionError):  # deleted since it was listed
        return 0


def _size(file: os.DirEntry[str]) -> int:
    try:
        return file.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How much room there was when somebody looked, in bytes."""

    used: int
    quota: int
    level: Level


class Meter:
    """Measures the room for recordings, and remembers what it read last.

    Attributes:
        space: what is measured.
        last: None before the first time.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.last: Reading | None = None

    def read(self) -> Reading:
        """How much room there is now."""
        space = self.space
        self.last = Reading(space.used(), space.quota_bytes, space.level())
        return self.last
