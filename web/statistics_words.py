"""What the figures of the programme are called, and how their values are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from visitation.statistics import FIGURES, Figure, Tallies, Unit, growth
from visitation.statistics.figures import Group, Value
from web import charts, present
from web.i18n import N_, _, ngettext

TITLES: Mapping[str, str] = {
    "points": N_("Points that served people"),
    "provinces": N_("Provinces served"),
    "operations": N_("Services done"),
    "served": N_("People served"),
    "self_service": N_("Done by people themselves"),
    "per_village_day": N_("People served on a day in a village"),
    "visits": N_("Visits booked"),
    "held": N_("Visits that took place"),
    "visitors": N_("Visitors who came"),
    "waited_half": N_("Half waited at most"),
    "waited_most": N_("19 of 20 waited at most"),
    "waited_longest": N_("The longest wait"),
    "before_known": N_("First visits here, the last one before being known"),
    "before_half": N_("Half had not met before this for at most"),
    "before_most": N_("19 of 20 had not met before this for at most"),
    "since_half": N_("With this service, half met again within"),
    "since_most": N_("With this service, 19 of 20 met again within"),
    "first_try": N_("Connected at the first try, and to the end"),
    "audio_only": N_("Time without a picture"),
    "lost": N_("Time lost in calls"),
    "given_back": N_("Time given back"),
    "satisfied": N_("Found their visit good"),
    "delivered": N_("Messages delivered"),
    "segments": N_("Parts of messages that were sent"),
    "opened": N_("Requests raised"),
    "decided": N_("Requests decided"),
    "overdue": N_("Requests not decided in time"),
    "answered_half": N_("Half were decided within"),
    "answered_most": N_("19 of 20 were decided within"),
}
HEADINGS: Mapping[Group, str] = {
    Group.REACH: N_("Services and points"),
    Group.VISITS: N_("Visits and waiting"),
    Group.CALLS: N_("How calls went"),
    Group.MESSAGES: N_("Messages to people"),
    Group.CASES: N_("Requests"),
}
_LEAST = Fraction(1, 2000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A figure as it is shown.

    Attributes:
        change: how much more or less it is than a year before, in words.
        tone: whether that is good.
        explained: the figure's formula, for whoever wants to know.
    """

    code: str
    title: str
    value: str
    before: str
    change: str
    tone: str
    explained: str


def lines(group: Group, now: Tallies, before: Tallies | None) -> list[Line]:
    """The figures of a group, beside those of the year before, if there are any."""
    return [line(one, now, before) for one in FIGURES if one.group is group]


def line(figure: Figure, now: Tallies, before: Tallies | None) -> Line:
    """One figure, beside the year before, if there are figures of it."""
    value, was = figure.of(now), figure.of(before) if before else None
    more = growth(value, was)
    return Line(
        code=figure.code,
        title=_(TITLES[figure.code]),
        value=said(figure, value),
        before=said(figure, was),
        change=_change(more),
        tone=_tone(more, figure.good),
        explained=figure.formula,
    )


def said(figure: Figure, value: Value) -> str:
    """A value with its unit."""
    if value is None:
        return charts.UNKNOWN
    if figure.unit is Unit.SHARE:
        return share(Fraction(value))
    if figure.unit is Unit.EACH:
        return present.number(f"{float(value):,.1f}")
    whole = int(value)
    if figure.unit is Unit.DAYS:
        return ngettext(
            "%(count)s day", "%(count)s days", whole, count=charts.amount(whole)
        )
    if figure.unit is Unit.MINUTES:
        return ngettext(
            "%(count)s minute", "%(count)s minutes", whole, count=charts.amount(whole)
        )
    return charts.amount(whole)


def share(value: Fraction) -> str:
    """A share of a whole, in hundredths."""
    return _("%(share)s%%", share=present.number(f"{float(value) * 100:,.1f}"))


def _change(more: Fraction | None) -> str:
    if more is None:
        return ""
    if _is_nothing(more):
        return _("As much as a year before")
    if more > 0:
        return _("%(share)s more than a year before", share=share(more))
    return _("%(share)s less than a year before", share=share(-more))


def _tone(more: Fraction | None, good: int) -> str:
    if more is None or _is_nothing(more) or not good:
        return "plain"
    return "good" if (more > 0) == (good > 0) else "warn"


def _is_nothing(more: Fraction) -> bool:
    """Whether it would be written as none."""
    return abs(more) < _LEAST
