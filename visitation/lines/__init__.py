"""Lines: what a test before a call found, and how each line did during one."""

from visitation.lines.record import Line, add, of_visit
from visitation.lines.stretch import Stretch, joined
from visitation.lines.tables import LineRecord, LineTest
from visitation.lines.testing import (
    Whose,
    keep,
    latest_of_stations,
    passed_lately,
    tests_of_visit,
)
from visitation.lines.verdict import PASSED, Measured, Verdict, verdict_of

__all__ = [
    "PASSED",
    "Line",
    "LineRecord",
    "LineTest",
    "Measured",
    "Stretch",
    "Verdict",
    "Whose",
    "add",
    "joined",
    "keep",
    "latest_of_stations",
    "of_visit",
    "passed_lately",
    "tests_of_visit",
    "verdict_of",
]
