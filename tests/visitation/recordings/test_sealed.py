"""Sealed files give back what was sealed, or say which segment is wrong and how."""

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visitation.recordings import sealed
from visitation.recordings.sealed import (
    PIECE,
    Altered,
    Cut,
    Missing,
    Purpose,
    RandomAccess,
    Reordered,
    Sealer,
    Spliced,
    Tampered,
    Unsealer,
)
from visitation.recordings.segments import HEADER_BYTES, LARGEST

KEY = bytes(range(32))
HEADER = sealed.new_header(Purpose.JOURNAL, b"the first stream")
OTHER = sealed.new_header(Purpose.JOURNAL, b"another of these")
PLAINS = (b"one", b"", b"the third", b"4" * 40, b"the last")

plains = st.lists(st.binary(max_size=60), min_size=1, max_size=6)


def pieces(
    plain: Sequence[bytes] = PLAINS, *, header: bytes = HEADER, ends: bool = True
) -> list[bytes]:
    """A file: its header, and each segment."""
    sealer = Sealer(KEY, header)
    last = len(plain) - 1
    return [
        header,
        *(sealer.seal(one, last=ends and n == last) for n, one in enumerate(plain)),
    ]


def opened(file: bytes, key: bytes = KEY) -> list[bytes]:
    return list(Unsealer(key, io.BytesIO(file)).segments())


def readable(file: bytes) -> list[bytes]:
    return list(Unsealer(KEY, io.BytesIO(file)).readable())


def refused(file: bytes) -> Tampered:
    with pytest.raises(Tampered) as told:
        opened(file)
    return told.value


def named(file: bytes) -> tuple[type[Tampered], int]:
    told = refused(file)
    return type(told), told.segment


@given(plains)
def test_what_was_sealed_opens(plain: list[bytes]) -> None:
    file = b"".join(pieces(plain))
    assert opened(file) == readable(file) == plain


def test_a_sealed_file_does_not_show_what_is_in_it() -> None:
    file = b"".join(pieces())
    assert not any(one in file for one in PLAINS if one)
    assert file != b"".join(pieces(header=OTHER))


def test_it_opens_under_its_own_key_alone() -> None:
    with pytest.raises(Altered):
        opened(b"".join(pieces()), key=bytes(32))


def _bounds(parts: Sequence[bytes]) -> list[int]:
    ends, place = [], 0
    for part in parts:
        place += len(part)
        ends.append(place)
    return ends


def test_any_flipped_bit_is_named_with_its_segment() -> None:
    parts = pieces()
    whole, ends = b"".join(parts), _bounds(parts)
    for bit in range(HEADER_BYTES * 8, len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        segment = sum(end <= bit // 8 for end in ends) - 1
        assert named(bytes(flipped)) == (Altered, segment), bit


def test_any_flipped_bit_of_the_header_is_refused_before_anything_is_given() -> None:
    whole = b"".join(pieces())
    for bit in range(HEADER_BYTES * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        told = refused(bytes(flipped))
        assert type(told) is Altered
        assert told.segment in {-1, 0}
        with pytest.raises(Altered):
            readable(bytes(flipped))


@given(plains.filter(lambda some: len(some) > 1), st.data())
def test_a_dropped_segment_is_missed(plain: list[bytes], data: st.DataObject) -> None:
    parts = pieces(plain)
    gone = data.draw(st.integers(1, len(parts) - 2))
    del parts[gone]
    assert named(b"".join(parts)) == (Missing, gone - 1)


@given(plains.filter(lambda some: len(some) > 1), st.data())
def test_swapped_segments_are_reordered(
    plain: list[bytes], data: st.DataObject
) -> None:
    parts = pieces(plain)
    one = data.draw(st.integers(1, len(parts) - 2))
    other = data.draw(st.integers(one + 1, len(parts) - 1))
    parts[one], parts[other] = parts[other], parts[one]
    assert named(b"".join(parts)) == (Reordered, one - 1)


@given(plains, st.data())
def test_a_segment_that_stands_twice_is_refused(
    plain: list[bytes], data: st.DataObject
) -> None:
    parts = pieces(plain)
    twice = data.draw(st.integers(1, len(parts) - 1))
    parts.insert(twice, parts[twice])
    assert named(b"".join(parts)) == (Reordered, twice)


@given(plains, plains, st.data())
def test_a_segment_of_another_file_is_spliced(
    plain: list[bytes], other: list[bytes], data: st.DataObject
) -> None:
    parts, others = pieces(plain), pieces(other, header=OTHER)
    where = data.draw(st.integers(1, len(parts) - 1))
    strange = data.draw(st.integers(1, len(others) - 1))
    parts[where] = others[strange]
    assert named(b"".join(parts)) == (Spliced, where - 1)


def test_so_is_one_of_the_same_place_and_of_another_recording() -> None:
    parts = pieces()
    sealer = Sealer(bytes(32), OTHER)
    parts[1] = sealer.seal(b"one")
    assert named(b"".join(parts)) == (Spliced, 0)


def test_what_stands_behind_the_last_segment_is_refused() -> None:
    parts = pieces()
    whole, end = b"".join(parts), len(PLAINS)
    assert named(whole + parts[2]) == (Reordered, end)
    assert named(whole + pieces(header=OTHER)[2]) == (Spliced, end)
    assert named(whole + b"more") == (Altered, end)
    altered = parts[2][:-1] + bytes([parts[2][-1] ^ 1])
    assert named(whole + altered) == (Altered, end)


def test_every_cut_is_told_and_what_is_whole_before_it_is_readable() -> None:
    parts = pieces()
    whole, ends = b"".join(parts), _bounds(parts)
    for length in range(len(whole)):
        kept = sum(end <= length for end in ends) - 1
        assert named(whole[:length]) == (Cut, kept), length
        assert readable(whole[:length]) == list(PLAINS[: max(kept, 0)])


def test_a_journal_that_was_never_ended_is_readable() -> None:
    file = b"".join(pieces(ends=False))
    assert named(file) == (Cut, len(PLAINS))
    assert readable(file) == readable(file + bytes(5000)) == list(PLAINS)


@pytest.mark.parametrize("written", [1, 4, 8, 11, 13, 14, 21])
def test_what_a_disk_without_power_left_as_zeros_is_a_cut(written: int) -> None:
    parts = pieces(ends=False)
    last = parts[-1][:written].ljust(len(parts[-1]), b"\0")
    for more in (b"", bytes(700)):
        file = b"".join([*parts[:-1], last, more])
        assert named(file) == (Cut, len(PLAINS) - 1)
        assert readable(file) == list(PLAINS[:-1])


def test_zeros_before_a_segment_that_was_written_are_no_cut() -> None:
    parts = pieces()
    parts[2] = bytes(len(parts[2]))
    assert named(b"".join(parts)) == (Spliced, 1)


def test_what_is_wrong_before_a_cut_is_not_read_over() -> None:
    parts = pieces(ends=False)
    del parts[2]
    with pytest.raises(Missing):
        readable(b"".join(parts)[:-3])


def test_a_length_that_leads_beyond_the_end_is_no_cut() -> None:
    parts = pieces(ends=False)
    for segment in (1, len(parts) - 1):
        longer = parts[segment][:2] + b"\xff" + parts[segment][3:]
        file = b"".join([*parts[:segment], longer, *parts[segment + 1 :]])
        with pytest.raises(Altered) as told:
            readable(file)
        assert told.value.segment == segment - 1


def test_nothing_is_sealed_behind_the_last_segment_nor_too_much_at_once() -> None:
    sealer = Sealer(KEY, HEADER)
    with pytest.raises(ValueError, match="not as large"):
        sealer.seal(bytes(LARGEST + 1))
    sealer.seal(b"", last=True)
    with pytest.raises(ValueError, match="no further"):
        sealer.seal(b"")
    exhausted = Sealer(KEY, HEADER)
    exhausted._index = 2**32
    with pytest.raises(ValueError, match="no further"):
        exhausted.seal(b"")


def test_a_header_and_a_key_have_their_lengths() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        sealed.new_header(Purpose.MEDIA, b"short")
    with pytest.raises(ValueError, match="not a recording's key"):
        Sealer(b"short", HEADER)
    with pytest.raises(ValueError, match="7 is not a valid Purpose"):
        sealed.new_header(7, bytes(16))  # type: ignore[arg-type]


MEDIA = sealed.new_header(Purpose.MEDIA, b"a film in pieces")
FILM = b"".join(n.to_bytes(4, "big") for n in range((2 * PIECE + 700) // 4))


def film(plain: bytes = FILM) -> list[bytes]:
    some = [plain[at : at + PIECE] for at in range(0, len(plain), PIECE)] or [b""]
    return pieces(some, header=MEDIA)


WHOLE = b"".join(film())


@given(st.integers(0, len(FILM) + 9), st.integers(0, len(FILM) + 9))
def test_any_range_is_read_as_it_was_written(offset: int, length: int) -> None:
    file = RandomAccess(KEY, io.BytesIO(WHOLE))
    assert file.size == len(FILM)
    assert file.read(offset, length) == FILM[offset : offset + length]


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_a_film_of_any_size_opens(size: int) -> None:
    file = RandomAccess(KEY, io.BytesIO(b"".join(film(FILM[:size]))))
    assert (file.size, file.read(0, size + 1)) == (size, FILM[:size])
    assert file.read(-1, 5) == b""


def test_what_is_not_touched_may_be_wrong() -> None:
    parts = film()
    parts[1] = parts[1][:-1] + bytes([parts[1][-1] ^ 1])
    file = RandomAccess(KEY, io.BytesIO(b"".join(parts)))

    assert file.read(PIECE, 10) == FILM[PIECE : PIECE + 10]
    with pytest.raises(Altered) as told:
        file.read(PIECE - 1, 1)
    assert told.value.segment == 0


@given(st.integers(HEADER_BYTES * 8, len(WHOLE) * 8 - 1))
def test_any_flipped_bit_of_a_film_is_named_with_its_segment(bit: int) -> None:
    flipped = bytearray(WHOLE)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Altered) as told:
        RandomAccess(KEY, io.BytesIO(flipped)).read(0, len(FILM))
    assert told.value.segment == (bit // 8 - HEADER_BYTES) // (PIECE + 29)


def _refused_film(parts: Sequence[bytes]) -> tuple[type[Tampered], int]:
    with pytest.raises(Tampered) as told:
        RandomAccess(KEY, io.BytesIO(b"".join(parts))).read(0, len(FILM))
    return type(told.value), told.value.segment


def test_a_film_that_was_tampered_with_is_refused_by_name() -> None:
    header, first, second, last = film()
    other = pieces([FILM[:PIECE]] * 3, header=OTHER)
    assert _refused_film([header, second, first, last]) == (Reordered, 0)
    assert _refused_film([header, second, last]) == (Missing, 0)
    assert _refused_film([header, other[1], second, last]) == (Spliced, 0)
    assert _refused_film([header, first, second]) == (Cut, 2)
    assert _refused_film([header, first, second, last[:-1]]) == (Cut, 2)
    assert _refused_film([header, first, second, last, b"!"]) == (Altered, 3)
    assert _refused_film([header[:7]]) == (Cut, -1)
    assert _refused_film([header]) == (Cut, 0)
    assert _refused_film([b"film", header, first]) == (Altered, -1)


def test_a_file_of_uneven_segments_is_not_for_random_access() -> None:
    assert _refused_film(pieces([b"a", b"b" * (PIECE - 1), b"c"])) == (Altered, 1)
