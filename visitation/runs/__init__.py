"""Runs: when each sweep last ran, on which node, how late, and which day is done."""

from visitation.runs.record import did_day, forget, last_day, latest, note
from visitation.runs.tables import DailyRun, SweepRun

__all__ = [
    "DailyRun",
    "SweepRun",
    "did_day",
    "forget",
    "last_day",
    "latest",
    "note",
]
