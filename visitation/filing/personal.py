"""A text without what says whom it is about: before it is kept to learn from, or sent.

Digits go, in any script, and each part of the names that are given. A name nobody
gave stays: what is made so is less telling, not anonymous.
"""

import re
from collections.abc import Iterable

from visitation import persian

#: What stands where something was left out.
GONE = "…"
_DIGITS = re.compile(r"[0-9](?:[0-9\s.,/+()-]*[0-9])?")
_MARKS = re.compile(r"\S+@\S+|https?://\S+")
_WORD = re.compile(r"[\w\u200c]+")
#: A part of a name that is shorter is too often a word.
_SHORTEST = 3


def without(text: str, names: Iterable[str] = ()) -> str:
    """The text, folded, without numbers, addresses and those names."""
    parts = {
        part
        for name in names
        for part in persian.fold(name).split()
        if len(part) >= _SHORTEST
    }
    plain = _MARKS.sub(GONE, persian.fold(text))
    plain = _DIGITS.sub(GONE, plain)
    return _WORD.sub(lambda found: GONE if found[0] in parts else found[0], plain)
