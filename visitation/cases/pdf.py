"""Whether a PDF only shows something: no script, no other file, nothing it starts.

Pure. Readers find the parts of a PDF by tables and mend what is wrong, so nothing is
believed of its structure: dangerous names are looked for in every byte, as they stand
and in whatever unpacks, in time that grows with its length alone.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final

from visitation.errors import VisitationError

HEADER: Final = b"%PDF-"
#: How much one packed part may be unpacked to, and all of them.
_MOST_OF_ONE: Final = 2 * 1024 * 1024
_MOST: Final = 64 * 1024 * 1024
#: More packed parts than a page or a book of this size has.
_MOST_PARTS: Final = 20_000
#: More beginnings before one end than anybody writes who hides nothing.
_MOST_BEGINNINGS: Final = 64
#: How far before a part its description is looked for.
_BEFORE: Final = 4096
_TAIL: Final = 1024
#: Long enough never to stand in a packed picture by chance.
_ACTIVE: Final = frozenset(
    {
        b"JavaScript",
        b"Launch",
        b"EmbeddedFile",
        b"EmbeddedFiles",
        b"OpenAction",
        b"RichMedia",
        b"SubmitForm",
        b"ImportData",
    }
)
#: What is looked for only where no picture stands.
_SHORT: Final = frozenset({b"JS", b"AA", b"XFA"})
#: Ways of packing that we do not unpack; pictures need none of them.
_STRANGE: Final = frozenset(
    {b"ASCIIHexDecode", b"ASCII85Decode", b"LZWDecode", b"RunLengthDecode", b"Crypt"}
)
_NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]{1,127})")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n?")


class Damaged(VisitationError):
    """What was sent is no whole PDF."""


class Encrypted(VisitationError):
    """It opens only with a password, so nobody knows what is in it."""


class Active(VisitationError):
    """It runs, starts or carries something, or hides what it does."""


def check(content: bytes) -> None:
    """Refuse what does more than show.

    Raises:
        Active: if it could do more, or cannot be looked into.
        Damaged: if it has no beginning or no end, or something comes after it.
        Encrypted: if it needs a password.
    """
    tail = content[-_TAIL:].rstrip(b"\x00\t\n\f\r ")
    if not (content.startswith(HEADER) and tail.endswith(b"%%EOF")):
        raise Damaged
    if b"startxref" not in content:
        raise Damaged
    if _names(content) & _ACTIVE:
        raise Active
    plain = _outside(content)
    names = _names(plain)
    if b"Encrypt" in names:
        raise Encrypted
    if names & _SHORT:
        raise Active
    _check_packed(content)


def _names(part: bytes) -> set[bytes]:
    """Every name in a part, its escapes undone."""
    found = {match[1] for match in _NAME.finditer(part)}
    return {_ESCAPE.sub(_unescaped, name) if b"#" in name else name for name in found}


def _unescaped(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(match[1].decode("ascii"))


def _outside(content: bytes) -> bytes:
    """The file without its packed parts."""
    kept, at = [], 0
    for start, end in _parts(content):
        kept.append(content[at:start])
        at = end
    kept.append(content[at:])
    return b"\n".join(kept)


def _parts(content: bytes) -> Iterator[tuple[int, int]]:
    """Where each packed part begins and ends."""
    at = 0
    while match := _STREAM.search(content, at):
        end = content.find(b"endstream", match.end())
        if end < 0:
            return
        yield match.end(), end
        at = end + len(b"endstream")


def _beginnings(content: bytes) -> Iterator[tuple[int, int]]:
    """Wherever a part could begin, also after a word in a remark, and its end."""
    end = 0
    for match in _STREAM.finditer(content):
        if content[match.start() - 3 : match.start()] == b"end":
            continue
        if match.end() > end:
            end = content.find(b"endstream", match.end())
        if end < 0:
            return
        yield match.end(), end


def _check_packed(content: bytes) -> None:
    """Look into every part that unpacks; objects may be packed together in one."""
    left, before, shared = _MOST, -1, 0
    for number, (start, end) in enumerate(_beginnings(content)):
        before, shared = end, shared + 1 if end == before else 0
        if number > _MOST_PARTS or shared > _MOST_BEGINNINGS:
            raise Active
        told = _names(content[max(start - _BEFORE, 0) : start])
        objects = b"ObjStm" in told
        if objects and told & _STRANGE:
            raise Active
        unpacked, whole = _unpacked(content[start:end], min(left, _MOST_OF_ONE))
        left -= len(unpacked)
        if left <= 0 or (objects and not whole and unpacked):
            raise Active
        names = _names(unpacked)
        if names & _ACTIVE or (objects and names & _SHORT):
            raise Active


def _unpacked(part: bytes, most: int) -> tuple[bytes, bool]:
    """What a part unpacks to, so far as it does, and whether that is all of it."""
    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(part, most)
    except zlib.error:
        return b"", False
    return found, unpacking.eof
