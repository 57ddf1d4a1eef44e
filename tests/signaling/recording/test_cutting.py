from collections.abc import Iterable
from itertools import count

from signaling.recording.assembling import Said, Shown
from signaling.recording.cutting import Cutter
from signaling.recording.pictures import Picture, Shape
from signaling.recording.reel import Contents, Reel

SMALL, LARGE = Shape("vp8", 160, 120), Shape("vp8", 320, 240)
SPOKEN = b"\x78" + bytes(40)


class Cabinet:
    """Takes files without writing them."""

    def __init__(self) -> None:
        self.closed: list[Contents] = []
        self.shown: list[list[float]] = []
        self.said: list[list[int]] = []
        self.spoken = 0

    def open(self, shape: Shape | None, starts: float) -> Reel:
        self.shown.append([])
        self.said.append([])
        return Reel(self, shape, starts)

    def close(self, contents: Contents) -> None:
        self.closed.append(contents)

    def show(self, seconds: float, data: bytes, *, key: bool) -> None:
        self.shown[-1].append(round(seconds, 3))

    def say(self, at: int, packet: bytes, samples: int) -> None:
        self.said[-1].append(at)
        self.spoken += packet == SPOKEN


def cut(*what: Iterable[Shown | Said]) -> Cabinet:
    cabinet = Cabinet()
    Cutter(cabinet).run(sorted((e for part in what for e in part), key=lambda e: e.at))
    return cabinet


def shown(start: float, end: float, shape: Shape = SMALL) -> list[Shown]:
    tenths = range(round(10 * start), round(10 * end))
    return [Shown(t / 10, Picture(0, 0.0, True, shape, b"p")) for t in tenths]


def said(start: float, end: float) -> list[Said]:
    return [Said(t / 50, SPOKEN) for t in range(round(50 * start), round(50 * end))]


def files(cabinet: Cabinet) -> list[tuple[int, float, float]]:
    return [
        (each.shape.width if each.shape else 0, each.starts, round(each.ends, 1))
        for each in cabinet.closed
    ]


def test_what_goes_together_is_one_file() -> None:
    cabinet = cut(said(0, 5), shown(0.5, 5))
    assert files(cabinet) == [(160, 0, 5)]
    assert cabinet.shown[0][0] == 0.5
    assert cabinet.said[0] == list(range(0, 240_000, 960))


def test_a_new_shape_is_a_new_file_that_begins_with_it() -> None:
    cabinet = cut(said(0, 6), shown(0, 3), shown(3, 6, LARGE))
    assert files(cabinet) == [(160, 0, 3), (320, 3, 6)]
    assert cabinet.shown[1][0] == 0
    assert cabinet.spoken == 300


def test_a_picture_is_waited_for_but_not_for_ever() -> None:
    assert files(cut(said(0, 20), shown(9, 20))) == [(160, 0, 20)]
    assert files(cut(said(0, 20), shown(12, 20))) == [(0, 0, 12), (160, 12, 20)]


def test_a_picture_that_stays_away_ends_no_file() -> None:
    cabinet = cut(said(0, 90), shown(0, 10), shown(80, 90))
    assert files(cabinet) == [(160, 0, 90)]
    assert cabinet.closed[0].picture_gaps == ((9.9, 80),)
    assert cabinet.closed[0].gaps == ()


def test_sound_that_stays_away_keeps_no_picture_waiting() -> None:
    cabinet = cut(said(0, 1), shown(0, 60))
    assert len(cabinet.shown[0]) == 600
    # Silence goes beside the pictures, not in one go at the end.
    assert max(cabinet.said[0]) >= 58 * 48_000
    ((start, _),) = cabinet.closed[0].sound_gaps
    assert start == 1


def test_a_few_words_at_the_end_are_not_forgotten() -> None:
    assert files(cut(said(0, 0.5))) == [(0, 0, 0.5)]
    assert files(cut()) == []


def test_a_sender_that_changes_all_the_time_is_followed_only_so_far() -> None:
    number = count()
    restless = [
        Shown(next(number) / 10, Picture(0, 0.0, True, Shape("vp8", 2 + n % 2, 2), b""))
        for n in range(1000)
    ]
    assert len(cut(restless).closed) == 300
