"""Which bytes of a file a request asks for (RFC 9110, section 14).

Pure: headers and a size give a part. Knows no file and no recording.
"""

import re
from dataclasses import dataclass

#: One range; whoever asks for several at once is given everything, which is allowed.
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


class OutOfRange(Exception):
    """Nothing of the file is in the range that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Bytes from `start` up to `stop`, which is not among them.

    Attributes:
        whole: whether the answer is the file itself and no part of it.
    """

    start: int
    stop: int
    whole: bool

    @property
    def length(self) -> int:
        """How many bytes these are."""
        return self.stop - self.start

    def content_range(self, size: int) -> str:
        """What the answer says of the part."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


def part(asked: str | None, *, size: int, if_range: str | None, etag: str) -> Part:
    """The bytes to answer with.

    Args:
        asked: the header `Range`.
        size: of the file.
        if_range: the header `If-Range`: a part is wanted only of this very file.
        etag: the file's name for what it holds, strong and with its quotes.

    Raises:
        OutOfRange: if the file has none of the bytes.
    """
    everything = Part(start=0, stop=size, whole=True)
    found = _RANGE.fullmatch(asked.strip()) if asked else None
    # A header that makes no sense is passed over, and so is one about another file.
    if found is None or (if_range is not None and if_range.strip() != etag):
        return everything
    first, last = found.groups()
    if not first:
        return _ending(last, size) or everything
    start = int(first)
    if last and int(last) < start:
        return everything
    if start >= size:
        raise OutOfRange
    stop = min(size, int(last) + 1) if last else size
    return Part(start=start, stop=stop, whole=False)


def _ending(last: str, size: int) -> Part | None:
    if not last:
        return None
    if not int(last) or not size:
        raise OutOfRange
    return Part(start=max(0, size - int(last)), stop=size, whole=False)
