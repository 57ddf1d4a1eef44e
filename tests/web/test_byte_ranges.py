"""Parts of files: every range is the slice that it says, or is passed over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import byte_ranges
from web.byte_ranges import OutOfRange, Part

ETAG = '"abc"'
WHOLE = Part(start=0, stop=100, whole=True)


def part(asked: str | None, *, size: int = 100, if_range: str | None = None) -> Part:
    return byte_ranges.part(asked, size=size, if_range=if_range, etag=ETAG)


@given(
    size=st.integers(1, 300),
    first=st.none() | st.integers(0, 400),
    last=st.none() | st.integers(0, 400),
)
def test_any_range_is_the_slice_it_names(
    size: int, first: int | None, last: int | None
) -> None:
    content = bytes(number % 251 for number in range(size))
    if first is None:
        wanted = content[-last:] if last else b""
    else:
        wanted = content[first : None if last is None else last + 1]
    asked = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    makes_no_sense = (first is None and last is None) or (
        first is not None and last is not None and last < first
    )

    if makes_no_sense:
        assert part(asked, size=size) == Part(start=0, stop=size, whole=True)
    elif not wanted:
        with pytest.raises(OutOfRange):
            part(asked, size=size)
    else:
        found = part(asked, size=size)
        assert content[found.start : found.stop] == wanted
        assert (found.length, found.whole) == (len(wanted), False)


@pytest.mark.parametrize(
    "asked",
    [
        *(None, "", "bytes", "bytes=", "bytes=-", "lines=1-2", "bytes=a-b"),
        *("bytes=5-2", "bytes=0-1,5-6", "bytes=-1-2", "bytes=۱-۲"),
        "bytes=" + "9" * 40 + "-",
    ],
)
def test_what_is_no_range_is_passed_over(asked: str | None) -> None:
    assert part(asked) == WHOLE


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_what_lies_beyond_the_end_is_no_part(asked: str) -> None:
    with pytest.raises(OutOfRange):
        part(asked)


def test_an_empty_file_has_no_part() -> None:
    with pytest.raises(OutOfRange):
        part("bytes=-5", size=0)
    assert part(None, size=0) == Part(start=0, stop=0, whole=True)


@pytest.mark.parametrize(
    "if_range", ['"other"', 'W/"abc"', "Wed, 21 Oct 2026 07:28:00 GMT"]
)
def test_a_part_of_another_file_is_not_given(if_range: str) -> None:
    assert part("bytes=5-9", if_range=if_range) == WHOLE


def test_a_part_of_the_same_file_is_given() -> None:
    found = part("bytes=5-9", if_range=ETAG)
    assert (found, found.content_range(100)) == (
        Part(start=5, stop=10, whole=False),
        "bytes 5-9/100",
    )
