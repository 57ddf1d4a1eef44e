"""Who is seen and heard when, in a recording: pieces, and where there is nothing.

Pure: what the files say of themselves gives lanes. Milliseconds count from the
recording's beginning. Knows no row, no file and no page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

#: A hole shorter than this nobody notices; a line that breaks is longer.
SHORTEST_MS = 1_500
Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file of one participant.

    Attributes:
        gaps: where nothing was kept, from the recording's beginning too.
        dark: where no picture was kept, whatever was heard.
    """

    name: str
    starts_ms: int
    duration_ms: int
    width: int = 0
    height: int = 0
    codec: str = ""
    gaps: tuple[Stretch, ...] = ()
    dark: tuple[Stretch, ...] = ()

    @property
    def ends_ms(self) -> int:
        """Where it ends."""
        return self.starts_ms + self.duration_ms

    @property
    def has_picture(self) -> bool:
        """Whether there is anything to see in it."""
        return self.width > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One participant, from the beginning to the end.

    Attributes:
        number: of theirs on this page alone.
    """

    number: int
    name: str
    part: str
    total_ms: int
    pieces: tuple[Piece, ...] = field(default=())

    @property
    def blanks(self) -> tuple[Stretch, ...]:
        """Where there is nothing of them at all, in order."""
        return _holes(self.pieces, self.total_ms)

    @property
    def sound_only(self) -> tuple[Stretch, ...]:
        """Where they are heard and not seen, in order."""
        unseen = [(p.starts_ms, p.ends_ms) for p in self.pieces if not p.has_picture]
        dark = [gap for one in self.pieces for gap in one.dark]
        return _longer(_without(_joined([*unseen, *dark]), self.blanks))

    def told(self, sources: Sequence[str]) -> dict[str, Any]:
        """As the script that plays reads it; a source for each piece."""
        return {
            "number": self.number,
            "pieces": [
                {
                    "source": source,
                    "from": one.starts_ms / 1000,
                    "to": one.ends_ms / 1000,
                }
                for one, source in zip(self.pieces, sources, strict=True)
            ],
            "blanks": _seconds(self.blanks),
            "unseen": _seconds(self.sound_only),
        }


def _holes(pieces: Iterable[Piece], total: int) -> tuple[Stretch, ...]:
    """What no piece covers, and what a piece says is missing in it, joined."""
    covered = sorted((one.starts_ms, one.ends_ms) for one in pieces)
    found = [gap for one in pieces for gap in one.gaps]
    reached = 0
    for first, last in covered:
        if first > reached:
            found.append((reached, first))
        reached = max(reached, last)
    found.append((reached, total))
    return _longer(_joined(found))


def _longer(found: Iterable[Stretch]) -> tuple[Stretch, ...]:
    return tuple((first, last) for first, last in found if last - first >= SHORTEST_MS)


def _without(found: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """What is left of some stretches where none of the others is."""
    left = list(found)
    for start, end in taken:
        left = [
            part
            for first, last in left
            for part in ((first, min(last, start)), (max(first, end), last))
            if part[0] < part[1]
        ]
    return left


def _seconds(found: Iterable[Stretch]) -> list[list[float]]:
    return [[first / 1000, last / 1000] for first, last in found]


def _joined(found: Iterable[Stretch]) -> list[Stretch]:
    edges = sorted((first, last) for first, last in found if last > first)
    joined: list[Stretch] = []
    for first, last in edges:
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined
