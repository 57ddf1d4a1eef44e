"""The figures of the programme: a page of them, and the same as a file.

For those who answer for it, each within their own reach. Reads; names nobody.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from aiohttp import web
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import jalali, statistics
from visitation.places import Province
from visitation.statistics import Measure, Place, Tallies
from visitation.statistics.figures import Group
from visitation.words import Role
from web import (
    charts,
    costs,
    statistics_charts,
    statistics_choice,
    statistics_periods,
)
from web import statistics_map as tile_map
from web import statistics_words as words
from web.charts import Chart
from web.i18n import N_, _
from web.keys import DATABASE
from web.render import redirect, render, url
from web.routing import Door, Route
from web.statistics_choice import Chosen

READERS: frozenset[Role | Door] = frozenset(
    {Role.ADMINISTRATOR, Role.AUDITOR, Role.SCHEDULER, Role.OFFICIAL}
)
#: How many places are listed.
_BUSIEST = 20
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SERVED = (Measure.OPERATIONS, Measure.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """All that a page of figures needs.

    Attributes:
        before: of the same days a year before; None where there were no figures yet.
        over_time: charts by day or month.
        provinces: by their names, with what they had.
    """

    known: Chosen
    now: Tallies
    before: Tallies | None
    over_time: tuple[Chart, ...]
    provinces: list[tuple[str, Tallies]]
    busiest: list[Place]


async def index(request: web.Request) -> web.Response:
    """The figures of some days, beside those of the year before."""
    read = await _read(request)
    known = read.known
    groups = [
        (_(words.HEADINGS[one]), _lines(one, read), _charts(one, read)) for one in Group
    ]
    return render(
        request,
        "statistics/index.html",
        status=200 if known.form.ok else 422,
        known=known,
        title=statistics_periods.name(known.period),
        parts=statistics_periods.part_options(),
        spans=_spans(request, known),
        kinds=statistics_choice.kind_options(),
        unfinished=known.period.last == known.today,
        groups=groups,
        cost=costs.cost(request, read.now.total(Measure.MESSAGES)),
        tiles=tile_map.tiles(_much(name, of) for name, of in read.provinces),
        provinces=[_served(name, of) for name, of in read.provinces],
        places=[
            (one.name, charts.amount(one.operations), charts.amount(one.held))
            for one in read.busiest
        ],
        export=url(request, "statistics.export", query=known.query),
    )


async def export(request: web.Request) -> web.Response:
    """The same figures as a table for a spreadsheet."""
    read = await _read(request)
    if not read.known.form.ok:
        return redirect(request, "statistics.index", query=dict(request.query))
    heads = (_("What"), _("Part"), _("Value"), _("Year before"))
    rows: list[tuple[str, ...]] = [heads]
    for group in Group:
        rows += [(one.title, "", one.value, one.before) for one in _lines(group, read)]
        for chart in _charts(group, read):
            rows += [(chart.title, r.label, r.value, r.before) for r in chart.rows]
    for name, of in read.provinces:
        _name, done, _own, held = _served(name, of)
        rows += [
            (_("Services by province"), name, done, ""),
            (_("Visits that took place, by province"), name, held, ""),
        ]
    text = io.StringIO()
    csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
    ends = (read.known.period.first, read.known.period.last)
    days = "-".join(str(jalali.from_date(one)).replace("/", "") for one in ends)
    name = f"statistics-{days}.csv"
    return web.Response(
        # A spreadsheet reads Persian rightly only after a byte order mark.
        body=text.getvalue().encode("utf-8-sig"),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def _read(request: web.Request) -> Read:
    async with request.app[DATABASE].read() as session:
        known = await statistics_choice.chosen(request, session)
        where, period, before = known.where, known.period, known.before
        return Read(
            known=known,
            now=await statistics.tallies(session, where, period),
            before=await statistics.tallies(session, where, before) if before else None,
            over_time=await _over_time(session, known),
            provinces=await _provinces(session, known),
            busiest=[*await statistics.busiest(session, where, period, limit=_BUSIEST)],
        )


async def _over_time(session: AsyncSession, known: Chosen) -> tuple[Chart, ...]:
    steps = statistics_periods.steps(known.period)
    found = [
        await statistics.by_step(
            session, known.where, each, statistics_charts.OVER_TIME
        )
        for each in (steps, [one.year_before for one in steps])
    ]
    return statistics_charts.over_time(steps, *found)


async def _provinces(session: AsyncSession, known: Chosen) -> list[tuple[str, Tallies]]:
    """What each province within reach had, by its name."""
    shown = {one.id for one in known.provinces if not known.place}
    found = await statistics.by_province(session, known.where, known.period, _SERVED)
    rows = await session.exec(
        select(col(Province.id), col(Province.name)).order_by(col(Province.name))
    )
    return [
        (name, found.get(one, Tallies({})))
        for one, name in rows.all()
        if one in found or one in shown
    ]


def _spans(request: web.Request, known: Chosen) -> list[tuple[str, str, bool]]:
    """What is asked for most, with its address and whether it is what is shown."""
    return [
        (
            _(title),
            url(
                request,
                "statistics.index",
                query={"span": span.value} | known.place_query,
            ),
            known.period == span.of(known.today).until(known.today),
        )
        for span, title in statistics_periods.SPANS.items()
    ]


def _charts(group: Group, read: Read) -> tuple[Chart, ...]:
    drawn = _drawn(read.now, read.before or Tallies({}), read.over_time)[group]
    if read.before is not None:
        return drawn
    return tuple(charts.without_before(one) for one in drawn)


def _drawn(
    now: Tallies, before: Tallies, over_time: Sequence[Chart]
) -> Mapping[Group, tuple[Chart, ...]]:
    return {
        Group.REACH: (statistics_charts.by_kind(now, before), *over_time[:1]),
        Group.VISITS: (
            statistics_charts.by_outcome(now, before),
            *over_time[1:],
            statistics_charts.waited(now, before),
        ),
        Group.CALLS: (
            statistics_charts.lost(now, before),
            statistics_charts.moods(now),
        ),
        Group.MESSAGES: (statistics_charts.messages(now, before),),
        Group.CASES: (
            statistics_charts.requests(now, before),
            statistics_charts.decisions(now),
        ),
    }


def _lines(group: Group, read: Read) -> list[words.Line]:
    return words.lines(group, read.now, read.before)


def _much(name: str, of: Tallies) -> tuple[str, int, str]:
    """Services and visits of a province together, for the map."""
    much = of.count(Measure.OPERATIONS) + of.count(Measure.HELD)
    return name, much, charts.amount(much)


def _served(name: str, of: Tallies) -> tuple[str, ...]:
    """A place or province: its name, services, how many by people, visits held."""
    done = of.count(Measure.OPERATIONS)
    own = of.count(Measure.OPERATIONS, "self")
    return (
        name,
        charts.amount(done),
        words.share(Fraction(own, done)) if done else "–",
        charts.amount(of.count(Measure.HELD)),
    )


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


ROUTES = (
    Route(
        method="GET",
        path="/statistics",
        page=index,
        allow=READERS,
        menu=N_("Statistics"),
    ),
    Route(method="GET", path="/statistics/export", page=export, allow=READERS),
)
