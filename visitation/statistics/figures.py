"""The figures of the programme: what each is called, and how it is worked out. Pure.

Whoever shows a figure takes it from here, and docs/statistics.md lists them from here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from visitation.statistics.measures import Measure, Tallies, quantile

Value = int | Fraction | None


class Unit(StrEnum):
    """What a figure is counted in."""

    NUMBER = "number"
    SHARE = "share"
    DAYS = "days"
    MINUTES = "minutes"
    EACH = "each"
    SEGMENTS = "segments"


class Group(StrEnum):
    """Which figures are shown together."""

    REACH = "reach"
    VISITS = "visits"
    CALLS = "calls"
    MESSAGES = "messages"
    CASES = "cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure.

    Attributes:
        formula: how it is worked out, in words; what is in quotes is a `Measure`.
        of: the same as a function of what was counted; None where there was nothing.
        good: whether more is better (1), worse (-1) or neither (0).
    """

    code: str
    group: Group
    unit: Unit
    formula: str
    of: Callable[[Tallies], Value]
    good: int = 0


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _half(measure: Measure) -> Callable[[Tallies], Value]:
    return lambda of: quantile(of.days(measure), 0.5)


def _most(measure: Measure) -> Callable[[Tallies], Value]:
    return lambda of: quantile(of.days(measure), 0.95)


def _longest(measure: Measure) -> Callable[[Tallies], Value]:
    return lambda of: max(of.days(measure), default=None)


def _minutes(seconds: int) -> int:
    return seconds // 60


def _village_people(of: Tallies) -> int:
    return of.count(Measure.VILLAGE_VISITORS) + of.total(Measure.VILLAGE_SERVED)


def _figure(  # noqa: PLR0917 - the columns of the table below
    code: str,
    group: Group,
    unit: Unit,
    good: int,
    formula: str,
    of: Callable[[Tallies], Value],
) -> Figure:
    return Figure(code=code, group=group, unit=unit, formula=formula, of=of, good=good)


FIGURES = (
    _figure(
        "points",
        Group.REACH,
        Unit.NUMBER,
        1,
        "offices, mobile offices and villages with a visit `held` or an `operation`",
        lambda of: of.points,
    ),
    _figure(
        "provinces",
        Group.REACH,
        Unit.NUMBER,
        1,
        "provinces that these points are in",
        lambda of: of.provinces,
    ),
    _figure(
        "operations",
        Group.REACH,
        Unit.NUMBER,
        1,
        "services written down and not withdrawn: the count of `operations`",
        lambda of: of.count(Measure.OPERATIONS),
    ),
    _figure(
        "served",
        Group.REACH,
        Unit.NUMBER,
        1,
        "people of these services: the total of `operations`",
        lambda of: of.total(Measure.OPERATIONS),
    ),
    _figure(
        "self_service",
        Group.REACH,
        Unit.SHARE,
        1,
        "`operations` by the channel “self” ÷ all `operations`",
        lambda of: _share(
            of.count(Measure.OPERATIONS, "self"), of.count(Measure.OPERATIONS)
        ),
    ),
    _figure(
        "per_village_day",
        Group.REACH,
        Unit.EACH,
        1,
        "(`village_visitors` + people of `village_served`) ÷ `village_days`",
        lambda of: _share(_village_people(of), of.count(Measure.VILLAGE_DAYS)),
    ),
    _figure(
        "visits",
        Group.VISITS,
        Unit.NUMBER,
        0,
        "visits booked, whatever became of them: the count of `visits`",
        lambda of: of.count(Measure.VISITS),
    ),
    _figure(
        "held",
        Group.VISITS,
        Unit.NUMBER,
        1,
        "visits that took place: the count of `held`",
        lambda of: of.count(Measure.HELD),
    ),
    _figure(
        "visitors",
        Group.VISITS,
        Unit.NUMBER,
        1,
        "visitors who came or joined: the count of `visitors`",
        lambda of: of.count(Measure.VISITORS),
    ),
    _figure(
        "waited_half",
        Group.VISITS,
        Unit.DAYS,
        -1,
        "median of `waited`: whole days from booking to a visit that took place",
        _half(Measure.WAITED),
    ),
    _figure(
        "waited_most",
        Group.VISITS,
        Unit.DAYS,
        -1,
        "95th percentile of `waited`",
        _most(Measure.WAITED),
    ),
    _figure(
        "waited_longest",
        Group.VISITS,
        Unit.DAYS,
        -1,
        "greatest value of `waited`",
        _longest(Measure.WAITED),
    ),
    _figure(
        "before_known",
        Group.VISITS,
        Unit.NUMBER,
        0,
        "prisoners’ first visits in this service, where the prison wrote down the last "
        "one before it: the count of `before`",
        lambda of: of.count(Measure.BEFORE),
    ),
    _figure(
        "before_half",
        Group.VISITS,
        Unit.DAYS,
        0,
        "median of `before`: days from that last one to the first in this service",
        _half(Measure.BEFORE),
    ),
    _figure(
        "before_most",
        Group.VISITS,
        Unit.DAYS,
        0,
        "95th percentile of `before`",
        _most(Measure.BEFORE),
    ),
    _figure(
        "since_half",
        Group.VISITS,
        Unit.DAYS,
        -1,
        "median of `since`: whole days between a prisoner’s visits in this service",
        _half(Measure.SINCE),
    ),
    _figure(
        "since_most",
        Group.VISITS,
        Unit.DAYS,
        -1,
        "95th percentile of `since`",
        _most(Measure.SINCE),
    ),
    _figure(
        "first_try",
        Group.CALLS,
        Unit.SHARE,
        1,
        "`connected` “first” ÷ “tried”: begun and never broken ÷ begun, or not begun "
        "for a technical reason",
        lambda of: _share(
            of.count(Measure.CONNECTED, "first"), of.count(Measure.CONNECTED, "tried")
        ),
    ),
    _figure(
        "audio_only",
        Group.CALLS,
        Unit.SHARE,
        -1,
        "seconds of `audio_only` ÷ seconds of `line_time`",
        lambda of: _share(of.total(Measure.AUDIO_ONLY), of.total(Measure.LINE_TIME)),
    ),
    _figure(
        "lost",
        Group.CALLS,
        Unit.MINUTES,
        -1,
        "whole minutes of the seconds of `lost`",
        lambda of: _minutes(of.total(Measure.LOST)),
    ),
    _figure(
        "given_back",
        Group.CALLS,
        Unit.MINUTES,
        0,
        "minutes of `given_back`",
        lambda of: of.total(Measure.GIVEN_BACK),
    ),
    _figure(
        "satisfied",
        Group.CALLS,
        Unit.SHARE,
        1,
        "`felt` “good” ÷ all `felt`",
        lambda of: _share(of.count(Measure.FELT, "good"), of.count(Measure.FELT)),
    ),
    _figure(
        "delivered",
        Group.MESSAGES,
        Unit.NUMBER,
        1,
        "`messages` in the state “delivered”",
        lambda of: of.count(Measure.MESSAGES, "delivered"),
    ),
    _figure(
        "segments",
        Group.MESSAGES,
        Unit.SEGMENTS,
        0,
        "segments of `messages`; their cost is this times the price of one",
        lambda of: of.total(Measure.MESSAGES),
    ),
    _figure(
        "opened",
        Group.CASES,
        Unit.NUMBER,
        0,
        "requests raised: the count of `opened`",
        lambda of: of.count(Measure.OPENED),
    ),
    _figure(
        "decided",
        Group.CASES,
        Unit.NUMBER,
        0,
        "requests granted or denied: the count of `decided`",
        lambda of: of.count(Measure.DECIDED),
    ),
    _figure(
        "overdue",
        Group.CASES,
        Unit.NUMBER,
        -1,
        "`due` “late”: requests due in these months without a decision by then",
        lambda of: of.count(Measure.DUE, "late"),
    ),
    _figure(
        "answered_half",
        Group.CASES,
        Unit.DAYS,
        -1,
        "median of `answered`: whole days from raising to deciding",
        _half(Measure.ANSWERED),
    ),
    _figure(
        "answered_most",
        Group.CASES,
        Unit.DAYS,
        -1,
        "95th percentile of `answered`",
        _most(Measure.ANSWERED),
    ),
)
BY_CODE = {figure.code: figure for figure in FIGURES}


def growth(now: Value, before: Value) -> Fraction | None:
    """How much more there is than a year before, as a share of that; None of none."""
    if now is None or not before:
        return None
    return Fraction(now) / Fraction(before) - 1


def as_markdown() -> str:
    """The table of figures; a test keeps docs/statistics.md equal to it."""
    rows = (
        f"| `{one.code}` | {one.group} | {one.unit} | {one.formula} |"
        for one in FIGURES
    )
    return "\n".join(["| figure | of | unit | formula |", "|---|---|---|---|", *rows])
