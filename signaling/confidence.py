"""What pages in a privileged visit tell each other, and the service cannot read into.

The shape of these messages alone: how the pages agree on keys is docs/privileged.md's.
"""

from dataclasses import dataclass, field
from typing import Final

#: Keys wrapped for one page, or what one page commits to; none needs a quarter of it.
LONGEST_BODY: Final = 4096
_MOST_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Confide:
    """Somebody's page tells another, or all others where `to` is empty."""

    to: str = field(metadata={"most": _MOST_NAME})
    body: str = field(metadata={"most": LONGEST_BODY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Confided:
    """Somebody else's page has told this to the receiver's."""

    participant: str
    body: str
