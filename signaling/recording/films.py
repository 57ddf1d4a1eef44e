"""The finished files of one participant: opened, filled, sealed and listed.

Between container and disk stands a scratch that the disk cannot read. Knows no journal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av

from signaling.recording.gaps import Gap
from signaling.recording.muxing import Muxer
from signaling.recording.pictures import Shape
from signaling.recording.reel import Contents, Reel
from signaling.recording.scratch import Scratch
from signaling.recording.sealing import Sealed, seal
from visitation.recordings import paths
from visitation.recordings.sealed import Purpose

#: From seconds of the journal's clock to milliseconds of the recording.
Milliseconds = Callable[[float], int]


class _Film:
    """A file that a sender's nonsense can spoil, but not what follows it."""

    def __init__(self, directory: Path, shape: Shape | None) -> None:
        self.scratch = Scratch(directory)
        self.spoilt = False
        self._muxer = Muxer(self.scratch, shape)

    def show(self, seconds: float, data: bytes, *, key: bool) -> None:
        self._try(lambda: self._muxer.show(seconds, data, key=key))

    def say(self, at: int, packet: bytes, samples: int) -> None:
        self._try(lambda: self._muxer.say(at, packet, samples))

    def close(self) -> None:
        self._try(self._muxer.close)

    def _try(self, act: Callable[[], None]) -> None:
        if self.spoilt:
            return
        try:
            act()
        except (av.error.InvalidDataError, av.error.ArgumentError):
            self.spoilt = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """One finished file; the attributes are those of the answer."""

    name: str
    participant: str
    starts_ms: int
    duration_ms: int
    width: int
    height: int
    size_bytes: int
    sha256: str
    codec: str
    gaps: list[list[int]]
    sound_gaps: list[list[int]]
    picture_gaps: list[list[int]]


class Films:
    """Makes the files of one participant, one after the other.

    Attributes:
        finished: those that are done.
        spoilt: how many had to be given up.
        trimmed: how many packets of sound were one too many.
        milliseconds: the clock of the journal that is being read.
    """

    def __init__(self, directory: Path, key: bytes, participant: str) -> None:
        self.finished: list[Finished] = []
        self.spoilt = self.trimmed = 0
        self.milliseconds: Milliseconds = round
        self._directory = directory
        self._key = key
        self._participant = participant
        self._film: _Film | None = None

    def open(self, shape: Shape | None, starts: float) -> Reel:
        """Begins a file.

        Raises:
            OSError: the disk does not take it.
        """
        self._film = _Film(self._directory, shape)
        return Reel(self._film, shape, starts)

    def close(self, contents: Contents) -> None:
        """Ends the file that was begun last.

        Raises:
            OSError: the disk does not take it.
            NotAsWritten: the disk gives back something else.
        """
        film, self._film = self._film, None
        assert film is not None
        film.close()
        self.trimmed += contents.trimmed
        if film.spoilt:
            self.spoilt += 1
        else:
            self.finished.append(self._sealed(film.scratch, contents))
        film.scratch.close()

    def _sealed(self, scratch: Scratch, contents: Contents) -> Finished:
        name = self._name(contents.shape)
        scratch.seek(0)
        path = self._directory / name
        sealed = seal(path, self._key, Purpose.MEDIA, scratch)
        return self._told(name, contents, sealed)

    def _name(self, shape: Shape | None) -> str:
        name = paths.film_name(self._participant, len(self.finished) + 1)
        if shape is not None and shape.codec == "h264":
            return name.replace(".webm.", ".mkv.")
        return name

    def _told(self, name: str, contents: Contents, sealed: Sealed) -> Finished:
        shape, when = contents.shape, self.milliseconds
        starts = max(0, when(contents.starts))
        return Finished(
            name=name,
            participant=self._participant,
            starts_ms=starts,
            duration_ms=max(0, when(contents.ends) - starts),
            width=shape.width if shape else 0,
            height=shape.height if shape else 0,
            size_bytes=sealed.size,
            sha256=sealed.sha256,
            codec=shape.codec if shape else "",
            gaps=self._gaps(contents.gaps),
            sound_gaps=self._gaps(contents.sound_gaps),
            picture_gaps=self._gaps(contents.picture_gaps),
        )

    def _gaps(self, gaps: tuple[Gap, ...]) -> list[list[int]]:
        when = self.milliseconds
        return [[max(0, when(start)), max(0, when(end))] for start, end in gaps]
