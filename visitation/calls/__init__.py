"""Calls: entering, ticking people off, starting, extending and ending a visit."""

from visitation.calls.conduct import (
    NotExtendable,
    close,
    extend,
    finish,
    outcome_of,
    seats_of,
    start,
)
from visitation.calls.entrance import Admission, Denied, admit, attend
from visitation.calls.presence import (
    away,
    cut_off,
    joined,
    left,
    minutes_by_side,
    reconnecting,
    returned,
    seen,
    supervised,
    tick,
    waiting,
)
from visitation.calls.tables import Presence

__all__ = [
    "Admission",
    "Denied",
    "NotExtendable",
    "Presence",
    "admit",
    "attend",
    "away",
    "close",
    "cut_off",
    "extend",
    "finish",
    "joined",
    "left",
    "minutes_by_side",
    "outcome_of",
    "reconnecting",
    "returned",
    "seats_of",
    "seen",
    "start",
    "supervised",
    "tick",
    "waiting",
]
