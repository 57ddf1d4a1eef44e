"""What people in a call tell each other and staff without a voice: docs/protocol.md.

The shape of these messages alone; rooms decide who may send which, and when.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from visitation.calls.words import Stage
from visitation.words import Part

#: The longest line, in characters.
LONGEST_LINE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseHand:
    """Somebody raises their hand, or takes it down."""

    raised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Somebody writes: a ready phrase by its code, or words as typed."""

    code: str = field(metadata={"most": 32})
    text: str = field(metadata={"most": LONGEST_LINE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Somebody's hand is up, or down again."""

    participant: str
    raised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Somebody has written; `number` grows from line to line."""

    number: int
    participant: str
    part: Part
    name: str
    code: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """How far staff are with the prisoner, and how many visits come `before`."""

    stage: Stage
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """Somebody waits for help that they called for, or staff have answered."""

    participant: str
    waiting: bool
