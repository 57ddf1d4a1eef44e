"""A journal looked through once, before anything of it is put together.

Finds out what can be known only from the end: how the sender's clock ran, and for how
long each stream went on. Keeps a few numbers for each second, never a packet.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from signaling.recording.clocks import Report, SenderClock, StreamClock
from signaling.recording.sources import Heard, Source
from signaling.recording.unwrapping import Packet

#: A stream that says nothing for so many seconds has stopped, and begins again.
STOPPED: Final = 2.0
#: So many stops are told from each other; those of a sender without end are not.
_MOST: Final = 1000
#: So long may the last packets of an old leg come beside the first of a new one.
_LAST_WORDS: Final = 0.5


@dataclass(slots=True)
class Course:
    """How one source went.

    Attributes:
        spans: from when to when packets came.
        reports: what was said of its clock.
    """

    source: Source
    spans: list[list[float]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)

    def live(self, now: float) -> bool:
        """Packets come before and after that moment, without a stop between."""
        return any(start <= now <= end for start, end in self.spans)

    def goes_on(self, since: float) -> float:
        """How many seconds packets still come without a stop."""
        for start, end in self.spans:
            if start <= since <= end:
                return end - since
        return 0.0

    def add(self, what: Packet | Report) -> None:
        """Takes note of a packet or a report."""
        if isinstance(what, Report):
            self.reports.append(what)
        elif self.spans and (
            what.arrived - self.spans[-1][1] <= STOPPED or len(self.spans) >= _MOST
        ):
            self.spans[-1][1] = what.arrived
        else:
            self.spans.append([what.arrived, what.arrived])


@dataclass(slots=True)
class Survey:
    """What was found out.

    Attributes:
        courses: by the number of the source.
        clocks: likewise; one for each that has packets.
    """

    courses: dict[int, Course]
    clocks: dict[int, StreamClock]


def look_through(heard: Iterable[Heard]) -> Survey:
    """Reads all of a journal."""
    courses: dict[int, Course] = {}
    for source, what in heard:
        course = courses.get(source.number)
        if course is None:
            course = courses[source.number] = Course(source)
        course.add(what)
    clocks: dict[int, StreamClock] = {}
    for together in _legs(courses):
        reports = [report for course in together for report in course.reports]
        sender = SenderClock.through(reports) if reports else None
        for course in together:
            clock = StreamClock(course.source.rate, course.reports, sender)
            clocks[course.source.number] = clock
    return Survey(courses, clocks)


def _legs(courses: dict[int, Course]) -> list[list[Course]]:
    """Courses that went on at the same time: one sender, and one clock.

    Whoever comes back does so with new streams, and may be on another device.
    """
    legs: list[list[Course]] = []
    until = float("-inf")
    for course in sorted(
        (each for each in courses.values() if each.spans), key=lambda c: c.spans[0][0]
    ):
        if course.spans[0][0] > until - _LAST_WORDS:
            legs.append([])
        legs[-1].append(course)
        until = max(until, course.spans[-1][1])
    return legs
