"""The figures that anybody may read, as they were published.

What is told and what is not was settled then; nothing is counted here.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from aiohttp import web
from pydantic import Field
from sqlmodel import col, select

from visitation import jalali, statistics
from visitation.places import Province
from visitation.statistics import Month, publishing
from visitation.statistics.suppression import FEWEST
from visitation.statistics.tables import COUNTRY
from web import charts, forms, i18n, present
from web import statistics_words as words
from web.i18n import N_, _
from web.keys import DATABASE
from web.render import render
from web.routing import PUBLIC, Route

Told = Mapping[str, int | None]


class Choice(forms.Fields):
    """Which quarter."""

    quarter: str | None = Field(default=None, title=N_("Quarter"), max_length=7)


async def index(request: web.Request) -> web.Response:
    """What was done in a quarter, in the country and in each province."""
    form = forms.from_query(request, Choice)
    async with request.app[DATABASE].read() as session:
        known = {
            str(Month.of(first)): first for first in await statistics.published(session)
        }
        if form.text("quarter") and form.text("quarter") not in known:
            form = form.faulted("quarter", _("Choose one from the list."))
        quarter = known.get(form.text("quarter"), next(iter(known.values()), None))
        if quarter is None:
            return render(request, "statistics/public.html", form=form, title="")
        told = await statistics.figures_of(session, quarter)
        names = (await session.exec(select(col(Province.id), col(Province.name)))).all()
    chosen = str(Month.of(quarter))
    return render(
        request,
        "statistics/public.html",
        status=200 if form.ok else 422,
        form=forms.blank(Choice, quarter=chosen) if form.ok else form,
        quarters=[(name, _name(first)) for name, first in known.items()],
        title=_name(quarter),
        fewest=present.digits(FEWEST),
        figures=_country(told[COUNTRY]),
        provinces=_provinces(names, told),
    )


def _country(told: Told) -> list[tuple[str, str]]:
    counts = [(_(words.TITLES[code]), _count(told[code])) for code in publishing.COUNTS]
    shares = [(_(words.TITLES[code]), _share(told[code])) for code in publishing.SHARES]
    points = (
        _("Points that served people, to the nearest five"),
        _count(told[publishing.POINTS]),
    )
    return [points, *counts, *shares]


def _provinces(
    names: Iterable[tuple[int, str]], told: Mapping[int, Told]
) -> list[tuple[str, str, str]]:
    """Each province by name, with its services and visits, unless they are few."""
    return [
        (name, _told(told[one]["operations"]), _told(told[one]["held"]))
        for one, name in sorted(names, key=lambda one: one[1])
        if one in told
    ]


def _told(count: int | None) -> str:
    # Whether it is small or hides another is not told either.
    return _("Not told") if count is None else charts.amount(count)


def _count(count: int | None) -> str:
    if count is not None:
        return charts.amount(count)
    return _("Fewer than %(count)s", count=present.digits(FEWEST))


def _share(value: int | None) -> str:
    if value is None:
        return _("Not told")
    return words.share(Fraction(value, publishing.WHOLE))


def _name(quarter: date) -> str:
    """A quarter by its first and last months."""
    months = jalali.MONTHS_FA if i18n.language() == "fa" else jalali.MONTHS_EN
    first = Month.of(quarter)
    return _(
        "%(first)s to %(last)s %(year)s",
        first=months[first.number - 1],
        last=months[first.later(2).number - 1],
        year=present.digits(first.year),
    )


ROUTES = (Route(method="GET", path="/figures", page=index, allow=PUBLIC),)
