"""What is looked at in a sentence: its runs of two to five letters. Knows no kind.

Runs of letters rather than words, because people write one word in several ways, join
it to the next one, and make mistakes.
"""

import re
from collections.abc import Iterator

from visitation import persian

SHORTEST, LONGEST = 2, 5
#: More of a text than this says nothing new about its kind.
_MOST_LETTERS = 600
_NOT_LETTERS = re.compile(r"[\W\d_]+")


def grams(text: str) -> frozenset[str]:
    """The runs of letters in a text, however it was typed.

    A space stands for the edge of a word; runs do not reach over a whole word.
    """
    return frozenset(_runs(text))


def _runs(text: str) -> Iterator[str]:
    plain = _NOT_LETTERS.sub(" ", persian.fold(text[:_MOST_LETTERS])).strip()
    line = f" {plain} "
    for length in range(SHORTEST, LONGEST + 1):
        for start in range(len(line) - length + 1):
            run = line[start : start + length]
            if run[1:-1].find(" ") < 0 or length == SHORTEST:
                yield run
