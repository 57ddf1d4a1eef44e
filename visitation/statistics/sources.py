"""What is counted together, and for which sites at a time it can be counted anew."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from visitation.retention import Kept
from visitation.statistics import of_others, of_visits
from visitation.statistics.facts import Bounds
from visitation.statistics.measures import Measure


class Source(StrEnum):
    """A kind of record that is counted from."""

    VISITS = "visits"
    CALLS = "calls"
    LINES = "lines"
    FEEDBACK = "feedback"
    SERVICES = "services"
    VILLAGES = "villages"
    MESSAGES = "messages"
    CASES = "cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a source is counted.

    Attributes:
        statements: that count it, within bounds.
        anchor: the column that names the sites it can be counted for by themselves;
            empty where it is counted for all of them.
        zoned: whether it happens by the wall clock of a prison; else by the usual one.
        fades: the kind of record that is deleted one day, while its figures stay.
    """

    measures: frozenset[Measure]
    statements: Callable[[Bounds], Sequence[Any]]
    anchor: str = ""
    zoned: bool = True
    fades: Kept | None = None


WAYS: Mapping[Source, Way] = {
    Source.VISITS: Way(
        measures=frozenset(
            {
                Measure.VISITS,
                Measure.HELD,
                Measure.GIVEN_BACK,
                Measure.WAITED,
                Measure.BEFORE,
                Measure.SINCE,
                Measure.VISITORS,
                Measure.VILLAGE_VISITORS,
            }
        ),
        statements=of_visits.visits,
        anchor="prison_id",
    ),
    Source.CALLS: Way(
        measures=frozenset({Measure.CONNECTED, Measure.LOST}),
        statements=of_visits.calls,
        anchor="prison_id",
    ),
    Source.LINES: Way(
        measures=frozenset({Measure.LINE_TIME, Measure.AUDIO_ONLY}),
        statements=of_visits.lines,
        anchor="prison_id",
        fades=Kept.LINE_RECORDS,
    ),
    Source.FEEDBACK: Way(
        measures=frozenset({Measure.FELT}),
        statements=of_visits.feedback,
        anchor="prison_id",
        fades=Kept.FEEDBACK,
    ),
    Source.SERVICES: Way(
        measures=frozenset({Measure.OPERATIONS, Measure.VILLAGE_SERVED}),
        statements=of_others.services,
        anchor="place_id",
        zoned=False,
    ),
    Source.VILLAGES: Way(
        measures=frozenset({Measure.VILLAGE_DAYS}),
        statements=of_others.villages,
        zoned=False,
    ),
    Source.MESSAGES: Way(
        measures=frozenset({Measure.MESSAGES}),
        statements=of_others.messages,
        zoned=False,
    ),
    Source.CASES: Way(
        measures=frozenset(
            {Measure.OPENED, Measure.DECIDED, Measure.ANSWERED, Measure.DUE}
        ),
        statements=of_others.cases,
    ),
}
