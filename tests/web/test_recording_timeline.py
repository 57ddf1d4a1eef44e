"""Lanes of a recording: where there is something, only sound, and nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.recording_timeline import SHORTEST_MS, Lane, Piece, Stretch


def piece(starts: int, ends: int, **facts: object) -> Piece:
    known = {"name": f"{starts}.webm", "width": 640, **facts}
    return Piece(starts_ms=starts, duration_ms=ends - starts, **known)


def lane(*pieces: Piece, total: int = 60_000) -> Lane:
    return Lane(number=1, name="n", part="v", total_ms=total, pieces=pieces)


@pytest.mark.parametrize(
    ("pieces", "blanks"),
    [
        ((), ((0, 60_000),)),
        ((piece(0, 60_000),), ()),
        ((piece(5_000, 60_000),), ((0, 5_000),)),
        ((piece(1_000, 59_000),), ()),
        ((piece(0, 20_000), piece(30_000, 60_000)), ((20_000, 30_000),)),
        ((piece(0, 40_000), piece(20_000, 60_000)), ()),
        (
            (piece(0, 30_000, gaps=((25_000, 30_000),)), piece(34_000, 60_000)),
            ((25_000, 34_000),),
        ),
    ],
)
def test_where_no_file_has_anything_there_is_nothing(
    pieces: tuple[Piece, ...], blanks: tuple[Stretch, ...]
) -> None:
    assert lane(*pieces).blanks == blanks


def test_what_is_heard_and_not_seen_is_no_blank() -> None:
    found = lane(
        piece(0, 20_000, width=0),
        piece(20_000, 60_000, dark=((30_000, 50_000),), gaps=((40_000, 45_000),)),
    )
    assert found.blanks == ((40_000, 45_000),)
    assert found.sound_only == ((0, 20_000), (30_000, 40_000), (45_000, 50_000))


def test_the_script_reads_seconds() -> None:
    found = lane(piece(1_500, 20_000, dark=((4_000, 6_000),)), total=30_000)
    assert found.told(["/a"]) == {
        "number": 1,
        "pieces": [{"source": "/a", "from": 1.5, "to": 20.0}],
        "blanks": [[0.0, 1.5], [20.0, 30.0]],
        "unseen": [[4.0, 6.0]],
    }


@given(
    st.lists(
        st.tuples(st.integers(0, 60_000), st.integers(0, 60_000)).map(sorted),
        max_size=6,
    )
)
def test_every_moment_is_covered_or_blank(spans: list[list[int]]) -> None:
    found = lane(*(piece(first, last) for first, last in spans))
    for at in range(0, 60_000, 500):
        covered = any(first <= at < last for first, last in spans)
        blank = any(first <= at < last for first, last in found.blanks)
        assert not (covered and blank)
        if not covered and not blank:
            edges = [0, 60_000, *(edge for span in spans for edge in span)]
            assert any(abs(at - edge) <= SHORTEST_MS for edge in edges)
