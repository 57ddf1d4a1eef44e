"""Which file each picture and each sound goes into: a new one when the shape changes.

Players set up a decoder once for a file. A file without pictures is begun only where
none came for a while; once there are some, their staying away ends no file.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from signaling.recording.assembling import Said, Shown
from signaling.recording.pictures import Shape
from signaling.recording.reel import Contents, Reel

#: So many seconds of sound wait for the picture that belongs to it.
_WAITS: Final = 10.0
#: A sender that changes the shape more often than that is not followed any more.
_MOST: Final = 300


class Opens(Protocol):
    """Opens a file, and closes it."""

    def open(self, shape: Shape | None, starts: float) -> Reel:
        """Begins a file."""

    def close(self, contents: Contents) -> None:
        """Ends the file that was begun last."""


class Cutter:
    """Cuts what comes into files."""

    def __init__(self, files: Opens) -> None:
        self._files = files
        self._reel: Reel | None = None
        self._waiting: list[Said] = []
        self._begun = 0

    def run(self, comes: Iterable[Shown | Said]) -> None:
        """Takes everything, in the order of its time."""
        for what in comes:
            if isinstance(what, Shown):
                self._shown(what)
            elif self._reel is not None:
                self._reel.take(what)
            else:
                self._waiting.append(what)
                if what.at - self._waiting[0].at > _WAITS:
                    self._open(None, self._waiting[0].at)
        if self._waiting:
            self._open(None, self._waiting[0].at)
        self._end()

    def _shown(self, what: Shown) -> None:
        shape = what.picture.shape
        if self._reel is None:
            starts = min(each.at for each in self._first(what))
            self._open(shape, starts)
        elif self._reel.shape != shape:
            if self._begun >= _MOST:
                return
            self._end()
            self._open(shape, what.at)
        if self._reel is not None:
            self._reel.take(what)

    def _first(self, what: Shown) -> Iterator[Shown | Said]:
        yield what
        yield from self._waiting[:1]

    def _open(self, shape: Shape | None, starts: float) -> None:
        self._begun += 1
        self._reel = self._files.open(shape, starts)
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            self._reel.take(each)

    def _end(self) -> None:
        if self._reel is not None:
            self._files.close(self._reel.end())
            self._reel = None
