"""Persian text as people type it, brought to one form for storing and searching.

Knows letters, digits, and the checksum of the national ID. Knows no calendar
(`jalali`) and no phone numbers (a library does those at the edge).
"""

import re
import unicodedata

_PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_TO_ASCII = {ord(d): str(i) for i, d in enumerate(_PERSIAN)}
_TO_ASCII |= {ord(d): str(i) for i, d in enumerate("٠١٢٣٤٥٦٧٨٩")}
_TO_ASCII |= {0xFF10 + i: str(i) for i in range(10)}
_TO_PERSIAN = {ord(str(i)): d for i, d in enumerate(_PERSIAN)}

_LETTERS = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ئ": "ی",
        "ك": "ک",
        "ة": "ه",
        "ۀ": "ه",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        "ـ": None,
        "\u200c": None,
        "\u200d": None,
    }
)
_BIDI = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_NATIONAL_ID = re.compile(r"[0-9]{10}")


def to_ascii_digits(text: str) -> str:
    """The text with Persian, Arabic and full-width digits as 0-9."""
    return text.translate(_TO_ASCII)


def to_persian_digits(text: str) -> str:
    """The text with 0-9 as Persian digits."""
    return text.translate(_TO_PERSIAN)


def fold(text: str) -> str:
    """The text as it is searched: one form of each letter, no marks, one space.

    The same function serves storing and asking, so that ي finds ی, ك finds ک, and
    any kind of digit finds any other.
    """
    plain = unicodedata.normalize("NFKC", to_ascii_digits(text)).translate(_LETTERS)
    bare = (c for c in plain if c not in _BIDI and not unicodedata.combining(c))
    return " ".join("".join(bare).casefold().split())


def has_bidi_controls(text: str) -> bool:
    """Whether the text could be made to read as something else on a screen."""
    return any(c in _BIDI for c in text)


def is_national_id(text: str) -> bool:
    """Whether ten ASCII digits carry a right checksum.

    The rule of the کد ملی: the sum of the first nine digits weighted 10 to 2, modulo
    11, is the last digit when under 2, else 11 less it. Ten equal digits pass the sum
    and are refused. A right checksum is no proof of identity.
    """
    if not _NATIONAL_ID.fullmatch(text) or len(set(text)) == 1:
        return False
    rest = sum(int(d) * (10 - i) for i, d in enumerate(text[:9])) % 11
    return int(text[9]) == (rest if rest < 2 else 11 - rest)  # noqa: PLR2004
