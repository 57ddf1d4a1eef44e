"""Who may enter which call, and when the door opens and closes.

Computed from the clock and the record at the moment of joining, never from "a job
fired". Knows no socket and no database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from visitation.lifecycle import VisitState
from visitation.timespan import Timespan
from visitation.words import Part, VisitKind


class Denial(StrEnum):
    """Why somebody may not enter now. The value is stable and sent to clients."""

    NOT_YET_OPEN = "not_yet_open"
    OVER = "over"
    NOT_BOOKED = "not_booked"
    PRIVILEGED = "privileged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorway:
    """What admission looks at."""

    now: datetime
    span: Timespan
    early: timedelta
    grace: timedelta
    state: VisitState
    kind: VisitKind
    part: Part

    @property
    def opens_at(self) -> datetime:
        """When the waiting room opens."""
        return self.span.start - self.early

    @property
    def closes_at(self) -> datetime:
        """When the room closes by itself."""
        return self.span.end + self.grace


Rule = Callable[[Doorway], Denial | None]


def visit_stands(door: Doorway) -> Denial | None:
    """A visit that was cancelled, moved away or never confirmed has no door."""
    if door.state in {VisitState.COMPLETED, VisitState.MISSED, VisitState.UNCLOSED}:
        return Denial.OVER
    if door.state not in {VisitState.BOOKED, VisitState.LIVE}:
        return Denial.NOT_BOOKED
    return None


def door_is_open(door: Doorway) -> Denial | None:
    """The waiting room opens some minutes before the visit's time."""
    return Denial.NOT_YET_OPEN if door.now < door.opens_at else None


def door_is_not_closed(door: Doorway) -> Denial | None:
    """Nobody enters after the visit's end and its grace."""
    return Denial.OVER if door.now >= door.closes_at else None


def privileged_is_unwatched(door: Doorway) -> Denial | None:
    """Nobody watches a legal visit."""
    watching = door.part is Part.MONITOR and door.kind is VisitKind.LEGAL
    return Denial.PRIVILEGED if watching else None


RULES: tuple[Rule, ...] = (
    privileged_is_unwatched,
    visit_stands,
    door_is_open,
    door_is_not_closed,
)


def denial(door: Doorway) -> Denial | None:
    """The first reason not to let somebody in, or None."""
    return next((reason for rule in RULES if (reason := rule(door))), None)
