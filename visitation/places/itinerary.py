"""The way of a mobile office through a day: its stops, and what makes no sense of them.

Pure. Knows no village, no kiosk and no row.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from visitation.timespan import Timespan, on_quantum

#: Nobody drives longer than this between two stops.
LONGEST_TRAVEL = timedelta(hours=12)
#: What is wrong: a field, as `stops.0.starts`, and a code.
Wrong = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A village, and when families can sit down there.

    Attributes:
        travel: the way from the stop before, or from the office.
        kiosks: the office's kiosks that are set up; empty for all of them.
    """

    village_id: int
    span: Timespan
    travel: timedelta = timedelta(0)
    kiosks: frozenset[int] = frozenset()


def wrong(stops: Sequence[Stop], day: Timespan) -> Wrong | None:
    """The first thing that makes no sense of an itinerary on a day, if any does.

    Stops may come in any order; each is named by its place in the sequence.
    """
    return next((found for rule in RULES if (found := rule(stops, day))), None)


def _some_stop(stops: Sequence[Stop], day: Timespan) -> Wrong | None:
    return None if stops else ("stops", "stop_needed")


def _on_the_day(stops: Sequence[Stop], day: Timespan) -> Wrong | None:
    for number, stop in enumerate(stops):
        if not day.contains(stop.span):
            return f"stops.{number}.ends", "stop_beyond_day"
    return None


def _on_quanta(stops: Sequence[Stop], day: Timespan) -> Wrong | None:
    for number, stop in enumerate(stops):
        if not on_quantum(stop.span.start):
            return f"stops.{number}.starts", "whole_quanta"
        if not on_quantum(stop.span.end):
            return f"stops.{number}.ends", "whole_quanta"
    return None


def _travel_is_possible(stops: Sequence[Stop], day: Timespan) -> Wrong | None:
    for number, stop in enumerate(stops):
        if not timedelta(0) <= stop.travel <= LONGEST_TRAVEL:
            return f"stops.{number}.travel", "out_of_range"
    return None


def _one_after_another(stops: Sequence[Stop], day: Timespan) -> Wrong | None:
    for (_, before), (number, stop) in _in_order(stops):
        if stop.span.start < before.span.end:
            return f"stops.{number}.starts", "stops_overlap"
    return None


def _travel_fits(stops: Sequence[Stop], day: Timespan) -> Wrong | None:
    for (_, before), (number, stop) in _in_order(stops):
        if stop.span.start < before.span.end + stop.travel:
            return f"stops.{number}.travel", "travel_does_not_fit"
    return None


def _in_order(
    stops: Sequence[Stop],
) -> Iterator[tuple[tuple[int, Stop], tuple[int, Stop]]]:
    return pairwise(sorted(enumerate(stops), key=lambda pair: pair[1].span))


RULES: tuple[Callable[[Sequence[Stop], Timespan], Wrong | None], ...] = (
    _some_stop,
    _on_the_day,
    _on_quanta,
    _travel_is_possible,
    _one_after_another,
    _travel_fits,
)
