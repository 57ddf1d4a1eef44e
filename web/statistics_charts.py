"""The charts of the programme's figures: what each shows, and of which numbers."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from visitation.calls.words import Mood
from visitation.lifecycle import MessageState, VisitState
from visitation.statistics import Measure, Number, Period, Tallies
from visitation.words import CaseKind, CaseState, Fault, Outcome, ServiceKind
from web import charts, present, statistics_periods
from web.charts import Chart, Item
from web.i18n import N_, _
from web.labels import label

#: What days and months are drawn of.
OVER_TIME: Final = (Measure.OPERATIONS, Measure.HELD)
#: Days of waiting that are drawn together, by the greatest; the last has no end.
_DAYS: Final = (1, 3, 7, 14, 30, 60)
#: Where visits stand that have no outcome yet.
_WITHOUT: Final = (VisitState.BOOKED, VisitState.LIVE, VisitState.UNCLOSED)
#: Visits of lawyers have no outcome that is told.
_UNTOLD: Final = N_("Visits of lawyers")


def by_kind(now: Tallies, before: Tallies) -> Chart:
    """Services, by what was done."""
    items = _words(ServiceKind, Measure.OPERATIONS, now, before, by_kind=True)
    return charts.bars("kinds", _("Services by kind"), items)


def by_outcome(now: Tallies, before: Tallies) -> Chart:
    """Visits, by what became of them."""
    items = [
        *_words(Outcome, Measure.VISITS, now, before),
        *_words(_WITHOUT, Measure.VISITS, now, before),
        (_(_UNTOLD), now.count(Measure.VISITS, ""), before.count(Measure.VISITS, "")),
    ]
    shown = [one for one in items if one[1] or one[2]]
    return charts.bars("outcomes", _("Visits by what became of them"), shown)


def waited(now: Tallies, before: Tallies) -> Chart:
    """Visits, by how many days families waited."""
    least, items = 0, []
    for most in (*_DAYS, None):
        count = [_within(of.days(Measure.WAITED), least, most) for of in (now, before)]
        items.append((_span(least, most), count[0], count[1]))
        least = (most or 0) + 1
    return charts.bars("waited", _("Visits by days of waiting"), items)


def lost(now: Tallies, before: Tallies) -> Chart:
    """Minutes lost in calls, by whose fault."""
    own, was = now.by_key(Measure.LOST), before.by_key(Measure.LOST)
    items = [
        (label(one), _of(own, one).total // 60, _of(was, one).total // 60)
        for one in Fault
    ]
    return charts.bars(
        "lost",
        _("Minutes lost in calls, by cause"),
        [item for item in items if item[1] or item[2]],
    )


def moods(now: Tallies) -> Chart:
    """How families found their visits."""
    items = [(label(mood), now.count(Measure.FELT, mood.value)) for mood in Mood]
    return charts.stacked("moods", _("How families found their visits"), items)


def messages(now: Tallies, before: Tallies) -> Chart:
    """Messages, by what became of them."""
    items = _words(MessageState, Measure.MESSAGES, now, before)
    return charts.bars("messages", _("Messages by what became of them"), items)


def requests(now: Tallies, before: Tallies) -> Chart:
    """Requests that were raised, by kind."""
    items = _words(CaseKind, Measure.OPENED, now, before, by_kind=True)
    return charts.bars("requests", _("Requests by kind"), items)


def decisions(now: Tallies) -> Chart:
    """What was decided."""
    known = (CaseState.GRANTED, CaseState.DENIED)
    items = [(label(one), now.count(Measure.DECIDED, one.value)) for one in known]
    return charts.stacked("decisions", _("What was decided"), items)


def over_time(
    steps: Sequence[Period], now: Sequence[Tallies], before: Sequence[Tallies]
) -> tuple[Chart, ...]:
    """Services and visits by day or month, beside those of the year before."""
    titles = (_("Services by day or month"), _("Visits that took place, over time"))
    found = []
    for measure, title in zip(OVER_TIME, titles, strict=True):
        items: list[Item] = [
            (statistics_periods.step_name(step), of.count(measure), was.count(measure))
            for step, of, was in zip(steps, now, before, strict=True)
        ]
        name = f"time-{measure.value}"
        found.append(charts.columns(name, title, items, _summary(items)))
    return tuple(found)


def _summary(items: list[Item]) -> str:
    most = max(items, key=lambda one: one[1])
    return _(
        "First: %(first)s. Last: %(last)s. The most: %(count)s, %(step)s.",
        first=items[0][0],
        last=items[-1][0],
        step=most[0],
        count=charts.amount(most[1]),
    )


def _words(
    words: Iterable[StrEnum],
    measure: Measure,
    now: Tallies,
    before: Tallies,
    *,
    by_kind: bool = False,
) -> list[Item]:
    """How much there is of each word, where there is any, the most first."""
    own, was = (
        of.by_kind(measure) if by_kind else of.by_key(measure) for of in (now, before)
    )
    items = [(label(one), _of(own, one).count, _of(was, one).count) for one in words]
    return sorted(
        (item for item in items if item[1] or item[2]), key=lambda item: -item[1]
    )


def _of(parts: Mapping[str, Number], word: str) -> Number:
    return parts.get(word, Number())


def _within(days: Mapping[int, int], least: int, most: int | None) -> int:
    return sum(
        count
        for value, count in days.items()
        if least <= value and (most is None or value <= most)
    )


def _span(least: int, most: int | None) -> str:
    if most is None:
        return _("More than %(days)s days", days=present.digits(least - 1))
    return _(
        "%(least)s to %(most)s days",
        least=present.digits(least),
        most=present.digits(most),
    )
