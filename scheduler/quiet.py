"""When people are not to be woken: hours of the night, by their own wall clock.

Knows no message; whether one may wait is said by its wording.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From an hour in the evening to one in the morning; none if both are the same.

    Attributes:
        zone: where whatever belongs to no prison is read.
    """

    begin: time = time(21)
    end: time = time(8)
    zone: str = "Asia/Tehran"

    def morning(self, now: datetime, zone: str | None = None) -> datetime | None:
        """When the night is over in a zone; None by day."""
        there = ZoneInfo(zone or self.zone)
        wall = now.astimezone(there)
        clock, day = wall.time(), wall.date()
        over_midnight = self.end < self.begin
        if over_midnight and clock >= self.begin:
            day += timedelta(days=1)
        elif not (clock < self.end and (over_midnight or clock >= self.begin)):
            return None
        end = datetime.combine(day, self.end, there)
        # A wall that shows the hour twice, or never, means the later of two instants.
        return max(end.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
