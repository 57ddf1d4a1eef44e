"""Attempts: how often something was tried, counted where a restart forgets nothing."""

from visitation.attempts.counting import (
    LONGEST_WINDOW,
    Limit,
    TooMany,
    add,
    check,
    count,
    forget,
    forget_past,
    hit,
)
from visitation.attempts.tables import AttemptCount

__all__ = [
    "LONGEST_WINDOW",
    "AttemptCount",
    "Limit",
    "TooMany",
    "add",
    "check",
    "count",
    "forget",
    "forget_past",
    "hit",
]
