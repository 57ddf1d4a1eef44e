"""What a slot is called in addresses and forms: its terminal and its first quantum.

`12-5963412`. Short, the same in every zone, and it says nothing about anybody.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from visitation.timespan import Timespan, quantum_start

_NAME = re.compile(r"([1-9][0-9]{0,8})-([1-9][0-9]{0,8})")
_FIRST, _LAST = 3_155_760, 13_674_960  # the years 2000 to 2099


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotName:
    """Which slot: where and from when."""

    terminal_id: int
    start: datetime


def name(terminal_id: int, span: Timespan) -> str:
    """The slot's name."""
    return f"{terminal_id}-{span.quanta().start}"


def read(text: str) -> SlotName | None:
    """The slot that a name means, or None for what is no name."""
    found = _NAME.fullmatch(text)
    if found is None or not _FIRST <= int(found[2]) < _LAST:
        return None
    return SlotName(terminal_id=int(found[1]), start=quantum_start(int(found[2])))
