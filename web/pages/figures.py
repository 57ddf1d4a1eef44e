"""The figures that anybody may read: quarters that are over, the country, provinces.

No months, so that one cannot be taken from another; no count that could be somebody.
"""

from collections.abc import Iterable
from fractions import Fraction

from aiohttp import web
from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import jalali, statistics
from visitation.places import Province
from visitation.statistics import Measure, Period, Tallies, Where
from visitation.statistics.suppression import FEWEST, suppressed, told, told_share
from web import charts, forms, i18n, present
from web import statistics_words as words
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.render import render
from web.routing import PUBLIC, Route

#: How many quarters may be looked at.
_QUARTERS = 12
_IN_QUARTER = 3
_SERVED = (Measure.OPERATIONS, Measure.HELD)


class Choice(forms.Fields):
    """Which quarter."""

    quarter: str | None = Field(default=None, title=N_("Quarter"), max_length=7)


async def index(request: web.Request) -> web.Response:
    """What was done in a quarter, in the country and in each province."""
    form = forms.from_query(request, Choice)
    today = statistics.today(request.app[CLOCK]())
    async with request.app[DATABASE].read() as session:
        known = await _known(session, Period.quarter(*statistics.quarter_before(today)))
        if form.text("quarter") and form.text("quarter") not in known:
            form = form.faulted("quarter", _("Choose one from the list."))
        period = known.get(form.text("quarter"), next(iter(known.values()), None))
        if period is None:
            return render(request, "statistics/public.html", form=form, title="")
        where = Where(everywhere=True)
        found = await statistics.tallies(session, where, period)
        parts = await statistics.by_province(session, where, period, _SERVED)
        names = (await session.exec(select(col(Province.id), col(Province.name)))).all()
    return render(
        request,
        "statistics/public.html",
        status=200 if form.ok else 422,
        form=forms.blank(Choice, quarter=str(period.first)) if form.ok else form,
        quarters=[(name, _name(one)) for name, one in known.items()],
        title=_name(period),
        fewest=present.digits(FEWEST),
        figures=_country(found),
        provinces=_provinces(names, parts),
    )


async def _known(session: AsyncSession, last: Period) -> dict[str, Period]:
    """The quarters that are over, the latest first, by their first months."""
    first = await statistics.begins(session)
    found: dict[str, Period] = {}
    while first and len(found) < _QUARTERS and last.last.last >= first:
        found[str(last.first)] = last
        last = Period(last.first.later(-_IN_QUARTER), last.last.later(-_IN_QUARTER))
    return found


def _country(found: Tallies) -> list[tuple[str, str]]:
    numbers = ("points", "provinces", "operations", "served", "held", "visitors")
    figures = [statistics.BY_CODE[code] for code in numbers]
    lines = [(_(words.TITLES[f.code]), _count(int(f.of(found) or 0))) for f in figures]
    shares = {
        "self_service": (
            found.count(Measure.OPERATIONS, "self"),
            found.count(Measure.OPERATIONS),
        ),
        "satisfied": (found.count(Measure.FELT, "good"), found.count(Measure.FELT)),
    }
    for code, (part, whole) in shares.items():
        lines.append((_(words.TITLES[code]), _share(told_share(part, whole))))
    return lines


def _provinces(
    names: Iterable[tuple[int, str]], parts: dict[int, Tallies]
) -> list[tuple[str, str, str]]:
    """Each province by name, with its services and visits, unless they are few."""
    every = sorted(names, key=lambda one: one[1])
    none = Tallies({})
    columns = []
    for measure in _SERVED:
        counts = {one: parts.get(one, none).count(measure) for one, _called in every}
        hidden = suppressed(counts)
        columns.append({one: _told(counts[one], one in hidden) for one in counts})
    services, visits = columns
    return [(name, services[one], visits[one]) for one, name in every]


def _told(count: int, is_hidden: bool) -> str:
    # Whether it is small or hides another is not told either.
    return _("Not told") if is_hidden else charts.amount(count)


def _count(count: int) -> str:
    shown = told(count)
    if shown is not None:
        return charts.amount(shown)
    return _("Fewer than %(count)s", count=present.digits(FEWEST))


def _share(value: Fraction | None) -> str:
    return _("Not told") if value is None else words.share(value)


def _name(period: Period) -> str:
    """A quarter by its first and last months."""
    months = jalali.MONTHS_FA if i18n.language() == "fa" else jalali.MONTHS_EN
    return _(
        "%(first)s to %(last)s %(year)s",
        first=months[period.first.number - 1],
        last=months[period.last.number - 1],
        year=present.digits(period.last.year),
    )


ROUTES = (Route(method="GET", path="/figures", page=index, allow=PUBLIC),)
