"""The shape of what is counted, and the few sentences of SQL both databases lack.

A statement of facts has one row for each thing; `counted` makes one row for each cell
of them. Knows no table of what happens.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Date, Integer, String, case, cast, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

from visitation.statistics.measures import Measure
from visitation.statistics.periods import Period, after
from visitation.timespan import Timespan

#: The columns of a cell, in the order in which `counted` has them.
COLUMNS: Final = (
    *("day", "measure", "place_id", "prison_id", "kind", "key", "province_id"),
    *("count", "total"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is counted at once.

    Attributes:
        period: within one month.
        zone: only what keeps this wall clock; its days are the ones that count.
        anchors: only what belongs to these sites; None for all.
        today: the day it is, for what comes about by the passing of days.
    """

    period: Period
    zone: str
    anchors: Collection[int] | None
    now: datetime
    today: date

    @property
    def span(self) -> Timespan:
        """When the days last."""
        return self.period.span(self.zone)

    def day(self, at: Any) -> Any:
        """The day that an instant within the span is in.

        One of the two databases knows no zones: it is told where each day ends.
        """
        *others, last = self.period.days()
        if not others:
            return literal(last, Date)
        ends = ((at < after(day, self.zone), literal(day, Date)) for day in others)
        return case(*ends, else_=literal(last, Date))


class days_between(FunctionElement[int]):  # noqa: N801 - reads as SQL's own functions
    """Whole days of 24 hours from the second instant to the first."""

    type = Integer()
    inherit_cache = True


@compiles(days_between, "postgresql")
def _on_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    later, earlier = (compiler.process(one, **kw) for one in element.clauses)
    return f"CAST(floor(extract(epoch FROM {later} - {earlier}) / 86400) AS INTEGER)"


@compiles(days_between, "sqlite")
def _on_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    later, earlier = (compiler.process(one, **kw) for one in element.clauses)
    return f"(strftime('%s', {later}) - strftime('%s', {earlier})) / 86400"


class days_apart(FunctionElement[int]):  # noqa: N801 - reads as SQL's own functions
    """Days from the second day to the first."""

    type = Integer()
    inherit_cache = True


@compiles(days_apart, "postgresql")
def _apart_on_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    later, earlier = (compiler.process(one, **kw) for one in element.clauses)
    return f"({later} - {earlier})"


@compiles(days_apart, "sqlite")
def _apart_on_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    later, earlier = (compiler.process(one, **kw) for one in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


def as_text(value: Any) -> Any:
    """A number as a key."""
    return cast(value, String)


def facts(
    *,
    day: Any,
    place: Any,
    province: Any,
    prison: Any = None,
    kind: Any = "",
    key: Any = "",
    amount: Any = 0,
) -> Any:
    """The columns of one thing that is counted, for `counted`.

    A key that is NULL says that it is not counted.
    """
    return select(
        day.label("day"),
        place.label("place_id"),
        (literal(0) if prison is None else prison).label("prison_id"),
        _expression(kind).label("kind"),
        _expression(key).label("key"),
        province.label("province_id"),
        _expression(amount).label("amount"),
    )


def counted(measure: Measure, things: Any) -> Any:
    """How many there are in each cell, and what they come to."""
    one = things.subquery()
    cell = (one.c.place_id, one.c.prison_id, one.c.kind, one.c.key, one.c.province_id)
    return (
        select(
            one.c.day,
            literal(measure.value),
            *cell,
            func.count(),
            func.sum(one.c.amount),
        )
        .where(one.c.key.is_not(None))
        .group_by(one.c.day, *cell)
    )


def _expression(value: Any) -> Any:
    return literal(value) if isinstance(value, (str, int)) else value
