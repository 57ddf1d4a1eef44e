"""Why a segment that should stand at a place of a sealed file does not.

Looks at a file that is known to be wrong, and may take its time. What was mended in
trying is never given out: a file that had to be mended is refused.
"""

from collections.abc import Iterator
from dataclasses import replace

from visitation.recordings.segments import (
    HEAD_BYTES,
    HEADER_BYTES,
    LARGEST,
    MAGIC,
    TAG_BYTES,
    Cipher,
    Head,
    Pieces,
)
from visitation.recordings.tampered import (
    HEADER,
    Altered,
    Cut,
    Missing,
    Reordered,
    Spliced,
    Tampered,
)


def why(
    pieces: Pieces, key: bytes, cipher: Cipher, expected: int, place: int
) -> Tampered:
    """What happened to the segment that is expected at a place and is not there."""
    head = pieces.head(place)
    if head is None or _was_never_written(pieces, head, place):
        return Cut(expected)
    mended = replace(head, index=expected, stream=cipher.stream)
    if any(
        pieces.opened(cipher, replace(mended, last=last), place) is not None
        for last in (0, 1)
    ):
        return Altered(expected)
    if head.stream != cipher.stream:
        begins = place == HEADER_BYTES
        changed = begins and _header_was_changed(pieces, key, cipher, head)
        return Altered(HEADER) if changed else Spliced(expected)
    if head.index != expected and pieces.opened(cipher, head, place) is not None:
        later = _comes_later(pieces, cipher, expected, place + head.whole)
        return Reordered(expected) if later else Missing(expected)
    ends_early = head.length <= LARGEST and place + head.whole > pieces.size
    if ends_early and not _opens_at_another_length(pieces, cipher, head, place):
        return Cut(expected)
    return Altered(expected)


def why_more(pieces: Pieces, cipher: Cipher, expected: int, place: int) -> Tampered:
    """What stands behind the last segment of a file."""
    head = pieces.head(place)
    if head is None:
        return Altered(expected)
    if pieces.opened(cipher, head, place) is not None:
        return Reordered(expected)
    return Altered(expected) if head.stream == cipher.stream else Spliced(expected)


def _was_never_written(pieces: Pieces, head: Head, place: int) -> bool:
    """Whether zeros stand from here on, behind this head, or from this tag on.

    A disk that lost its power leaves them where nothing had come to it yet.
    """
    begins = (place, place + HEAD_BYTES, place + head.whole - TAG_BYTES)
    return any(at < pieces.size and _nothing_but_zeros(pieces, at) for at in begins)


def _nothing_but_zeros(pieces: Pieces, place: int) -> bool:
    while chunk := pieces.at(place, LARGEST):
        if any(chunk):
            return False
        place += len(chunk)
    return True


def _header_was_changed(pieces: Pieces, key: bytes, cipher: Cipher, head: Head) -> bool:
    """Whether the first segment opens under a header that names its own stream."""
    before = len(MAGIC) + 1
    known = cipher.header
    mended = known[:before] + head.stream + known[before + len(head.stream) :]
    return pieces.opened(Cipher(key, mended), head, HEADER_BYTES) is not None


def _comes_later(pieces: Pieces, cipher: Cipher, expected: int, place: int) -> bool:
    while (head := pieces.head(place)) is not None:
        if head.index == expected and pieces.opened(cipher, head, place) is not None:
            return True
        place += head.whole
    return False


def _opens_at_another_length(
    pieces: Pieces, cipher: Cipher, head: Head, place: int
) -> bool:
    """Whether it is its length that was changed, and nothing was cut off."""
    rest = pieces.at(place, HEAD_BYTES + LARGEST + TAG_BYTES + HEAD_BYTES)
    return any(
        pieces.opened(cipher, replace(head, length=length), place) is not None
        for length in _lengths(rest, replace(head, index=head.index + 1))
        if 0 <= length <= LARGEST
    )


def _lengths(rest: bytes, following: Head) -> Iterator[int]:
    """How long a segment would be that ends where another begins, or the file ends."""
    yield len(rest) - HEAD_BYTES - TAG_BYTES
    for last in (0, 1):
        mark = replace(following, last=last).packed()[4:]
        found = rest.find(mark, HEAD_BYTES)
        while found != -1:
            yield found - 4 - HEAD_BYTES - TAG_BYTES
            found = rest.find(mark, found + 1)
