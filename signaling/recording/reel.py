"""One file in the making: what is in it, from when to when, and where nothing is.

Knows neither containers nor disks; what it is given it puts where it belongs in the
time of the file and hands on.
"""

from dataclasses import dataclass
from typing import Protocol

from signaling.recording import opus
from signaling.recording.assembling import Said, Shown
from signaling.recording.gaps import NO_PICTURE, NOTHING, Gap, Gaps
from signaling.recording.pictures import Shape
from signaling.recording.sound import Piece, Sound

#: Sound that may still come; further back there is silence, so that nothing waits.
_BEHIND = 1.0


class Film(Protocol):
    """What a file is written with."""

    def show(self, seconds: float, data: bytes, *, key: bool) -> None:
        """Adds a picture."""

    def say(self, at: int, packet: bytes, samples: int) -> None:
        """Adds a packet of sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file holds; times are seconds of our clock.

    Attributes:
        shape: of its pictures, None if it has sound only.
        gaps: where nothing at all was kept.
        trimmed: packets of sound that were one too many.
    """

    shape: Shape | None
    starts: float
    ends: float
    gaps: tuple[Gap, ...]
    sound_gaps: tuple[Gap, ...]
    picture_gaps: tuple[Gap, ...]
    trimmed: int


class Reel:
    """Fills one file."""

    def __init__(self, film: Film, shape: Shape | None, starts: float) -> None:
        self.shape = shape
        self._film = film
        self._starts = self._ends = starts
        self._sound = Sound()
        self._gaps = Gaps(starts, NOTHING)
        self._sounds = Gaps(starts, NOTHING)
        self._pictures = Gaps(starts, NO_PICTURE)

    def take(self, what: Shown | Said) -> None:
        """Adds what was shown or said; it comes in the order of its time."""
        if isinstance(what, Shown):
            self._show(what)
        else:
            self._say(what)
        self._ends = max(self._ends, what.at)

    def _show(self, shown: Shown) -> None:
        seconds = shown.at - self._starts
        self._write(self._sound.wait(seconds - _BEHIND))
        self._film.show(seconds, shown.picture.data, key=shown.picture.key)
        self._gaps.comes(shown.at)
        self._pictures.comes(shown.at)

    def _say(self, said: Said) -> None:
        self._write(self._sound.take(said.at - self._starts, said.packet))
        length = opus.samples(said.packet) / opus.RATE
        self._gaps.comes(said.at, length)
        self._sounds.comes(said.at, length)

    def _write(self, pieces: list[Piece]) -> None:
        for each in pieces:
            self._film.say(each.at, each.packet, each.samples)

    def end(self) -> Contents:
        """Fills up with silence, and says what there is."""
        self._write(self._sound.wait(self._ends - self._starts))
        ends = max(self._ends, self._starts + self._sound.played / opus.RATE)
        for each in (self._gaps, self._sounds, self._pictures):
            each.ends(ends)
        return Contents(
            shape=self.shape,
            starts=self._starts,
            ends=ends,
            gaps=tuple(self._gaps.found),
            sound_gaps=tuple(self._sounds.found),
            picture_gaps=tuple(self._pictures.found) if self.shape else (),
            trimmed=self._sound.dropped,
        )
