"""What a file that somebody hands in really is, and what of it may be kept.

Pure, and slow for large files: call it in a thread, before the transaction. A picture
is kept without what a camera wrote beside it, a PDF as it is; nothing else is taken.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from visitation.cases import pdf, png
from visitation.errors import Invalid
from visitation.people import jpeg

LARGEST_BYTES: Final = 5 * 1024 * 1024
_LONGEST_NAME = 120
_JPEG, _PNG, _PDF = "image/jpeg", "image/png", "application/pdf"
#: How each type ends; the first is given to a file that has no ending.
ENDINGS: Final = {
    _JPEG: (".jpg", ".jpeg", ".jfif"),
    _PNG: (".png",),
    _PDF: (".pdf",),
}
_BEGINNINGS = {b"\xff\xd8\xff": _JPEG, png.SIGNATURE: _PNG, pdf.HEADER: _PDF}
_ARCHIVES = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c"),
    *(b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"MSCF"),
)
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_MARKUP = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")
#: What the table of an archive ends with, this near to the end of a file.
_TABLE, _NEAR = b"PK\x05\x06", 65_557
_LARGEST_SIDE = 12_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A file that may be kept: its name, its type, and what is kept of it."""

    name: str
    type: str
    content: bytes


def checked(name: str, content: bytes) -> Sound:
    """What is kept of a file.

    Raises:
        Invalid: for `file`, with one of `empty`, `too_large`, `archive`,
            `active_content`, `type_unknown`, `type_lies`, `encrypted`, `damaged`.
    """
    if not content:
        raise Invalid("file", "empty")
    if len(content) > LARGEST_BYTES:
        raise Invalid("file", "too_large")
    found = _type(content)
    name = _named(name, found)
    if _TABLE in content[-_NEAR:]:
        raise Invalid("file", "archive")
    return Sound(name=name, type=found, content=_plain(found, content))


def _type(content: bytes) -> str:
    for beginning, found in _BEGINNINGS.items():
        if content.startswith(beginning):
            return found
    if content.startswith(_ARCHIVES):
        raise Invalid("file", "archive")
    if content.startswith(_PROGRAMS) or content.lstrip().startswith(_MARKUP):
        raise Invalid("file", "active_content")
    raise Invalid("file", "type_unknown")


def _named(name: str, found: str) -> str:
    """The name without folders and signs that mislead, ending as its type does."""
    bare = PurePosixPath(name.replace("\\", "/")).name
    bare = " ".join("".join(c if c.isprintable() else " " for c in bare).split())
    ending = PurePosixPath(bare).suffix.lower()
    if not ending:
        ending = ENDINGS[found][0]
    elif ending not in ENDINGS[found]:
        raise Invalid("file", "type_lies")
    stem = PurePosixPath(bare).stem.lstrip(".") or "document"
    return stem[: _LONGEST_NAME - len(ending)] + ending


def _plain(found: str, content: bytes) -> bytes:
    try:
        if found == _JPEG:
            return jpeg.plain(content, most=LARGEST_BYTES, side=_LARGEST_SIDE)
        if found == _PNG:
            return png.plain(content)
        pdf.check(content)
    except (jpeg.NotAPicture, png.NotAPng, pdf.Damaged):
        raise Invalid("file", "damaged") from None
    except pdf.Encrypted:
        raise Invalid("file", "encrypted") from None
    except pdf.Active:
        raise Invalid("file", "active_content") from None
    return content
