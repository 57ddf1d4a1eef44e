"""What the figures of a page are about: which days, where, and which kind.

Offers what is within reach of whoever asks, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from aiohttp import web
from pydantic import Field
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import statistics
from visitation.people import Scope
from visitation.places import Province, Site
from visitation.statistics import Month, Only, Period, Where
from visitation.statistics.measures import OF_CASES, OF_SERVICES, OF_VISITS
from visitation.words import CaseKind, ServiceKind, VisitKind
from web import forms, gate, picks, present
from web.fields import Day
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK
from web.labels import label
from web.picks import Pick
from web.statistics_periods import Part, Span

#: More places than anybody looks for in a list.
_MOST_PLACES: Final = 400
_WHERE = ("province", "place", "kind")
_OF = {
    "visit": (OF_VISITS, VisitKind),
    "service": (OF_SERVICES, ServiceKind),
    "case": (OF_CASES, CaseKind),
}


class Choice(forms.Fields):
    """Which days, where, and which kind; days by themselves go before all else."""

    first: Day | None = Field(default=None, title=N_("From the day"))
    last: Day | None = Field(default=None, title=N_("To the day"))
    span: Span | None = Field(default=None, title=N_("Days"))
    year: Pick | None = Field(default=None, title=N_("Year"))
    part: Part | None = Field(default=None, title=N_("Part of the year"))
    province: Pick | None = Field(default=None, title=N_("Province"))
    place: Pick | None = Field(default=None, title=N_("Prison or point"))
    kind: str | None = Field(default=None, title=N_("Kind"), max_length=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a page is about, and what else could be chosen.

    Attributes:
        where: what is counted; everything within reach unless somebody chose.
        place: the name of what was chosen, empty for all.
        begins: the first day of which there are figures.
    """

    form: Form[Choice]
    period: Period
    where: Where
    place: str
    years: Sequence[int]
    provinces: Sequence[Province]
    places: Sequence[Site]
    today: date
    begins: date

    @property
    def before(self) -> Period | None:
        """The same days a year before; None where there were no figures yet."""
        before = self.period.year_before
        return before if before.last >= self.begins else None

    @property
    def year_options(self) -> list[tuple[int, str]]:
        """The years of which there is anything."""
        return [(year, present.digits(year)) for year in self.years]

    @property
    def province_options(self) -> list[tuple[int, str]]:
        """The provinces within reach."""
        return [(one.id, one.name) for one in self.provinces]

    @property
    def place_options(self) -> list[tuple[int, str]]:
        """The prisons and points within reach, of the chosen province if there is."""
        return [(one.id, one.name) for one in self.places]

    @property
    def query(self) -> dict[str, str]:
        """What was chosen, as addresses have it."""
        ends = {"first": self.period.first, "last": self.period.last}
        return {name: day.isoformat() for name, day in ends.items()} | self.place_query

    @property
    def place_query(self) -> dict[str, str]:
        """Where, and which kind, as addresses have it."""
        return {name: text for name in _WHERE if (text := self.form.text(name))}


def kind_options() -> list[tuple[str, str]]:
    """Every kind of service, visit and request; but a legal visit is only counted."""
    return [
        *((f"service:{one}", _service(one)) for one in ServiceKind),
        *((f"visit:{v}", label(v)) for v in VisitKind if v is not VisitKind.LEGAL),
        *((f"case:{one}", _case(one)) for one in CaseKind),
    ]


async def chosen(request: web.Request, session: AsyncSession) -> Chosen:
    """What was asked for, within reach; the year so far if nothing was."""
    scope, form = gate.staff(request).scope, forms.from_query(request, Choice)
    today = statistics.today(request.app[CLOCK]())
    begins = min(await statistics.begins(session) or today, today)
    years = range(Month.of(today).year, Month.of(begins).year - 1, -1)
    provinces = await _provinces(session, scope)
    form = picks.among(form, "province", [one.id for one in provinces])
    form = picks.among(form, "year", years)
    form = _known(form, "kind", [value for value, _words in kind_options()])
    form = _days_known(form, begins, today)
    province = form.value.province if form.ok else None
    places = await _places(session, scope, province)
    form = picks.among(form, "place", [one.id for one in places])
    asked = form.value if form.ok else Choice()
    period = _period(asked, begins, today)
    return Chosen(
        form=_filled(form, asked, period),
        period=period,
        where=_where(scope, asked, places),
        place=_place(asked, provinces, places),
        years=years,
        provinces=provinces,
        places=places,
        today=today,
        begins=begins,
    )


def _known(form: Form[Choice], name: str, offered: Sequence[str]) -> Form[Choice]:
    text = form.text(name)
    if not text or text in offered:
        return form
    return form.faulted(name, _("Choose one from the list."))


def _filled(form: Form[Choice], asked: Choice, period: Period) -> Form[Choice]:
    """The choice with its days, and with the year they begin in to choose another."""
    if not form.ok:
        return form
    year = asked.year or Month.of(period.first).year
    known = asked.model_dump(exclude_none=True) | {
        "year": year,
        "part": asked.part or Part.YEAR,
        "first": period.first,
        "last": period.last,
    }
    return forms.blank(Choice, **known)


def _days_known(form: Form[Choice], begins: date, today: date) -> Form[Choice]:
    """The form, faulted for days of which there is nothing to tell."""
    if not form.ok:
        return form
    last = max((one for one in _ends(form.value)), default=None)
    name = "last" if form.value.last == last else "first"
    if last is not None and last > today:
        return form.faulted(name, _("This day is still to come."))
    if last is not None and last < begins:
        return form.faulted(name, _("There are no figures of that time."))
    return form


def _ends(asked: Choice) -> list[date]:
    return sorted(one for one in (asked.first, asked.last) if one is not None)


def _period(asked: Choice, begins: date, today: date) -> Period:
    """The days that were asked for, as far as they have come."""
    if ends := _ends(asked):
        return Period(max(ends[0], begins), ends[-1])
    if asked.span or asked.year is None:
        return (asked.span or Span.YEAR).of(today).until(today)
    return (asked.part or Part.YEAR).of(asked.year).until(today)


def _where(scope: Scope, asked: Choice, places: Sequence[Site]) -> Where:
    only = _only(asked.kind)
    if asked.place is not None:
        return Where(sites=frozenset({asked.place}), only=only)
    whole = scope.everywhere or asked.province in scope.provinces
    if asked.province is not None and whole:
        return Where(provinces=frozenset({asked.province}), only=only)
    if asked.province is not None:
        return Where(sites=frozenset(one.id for one in places), only=only)
    return Where(
        everywhere=scope.everywhere,
        provinces=scope.provinces,
        sites=scope.sites,
        only=only,
    )


def _only(kind: str | None) -> Only | None:
    if not kind:
        return None
    of, _colon, word = kind.partition(":")
    return Only(of=_OF[of][0], kind=word)


def _place(asked: Choice, provinces: Sequence[Province], places: Sequence[Site]) -> str:
    if asked.place is not None:
        return next(one.name for one in places if one.id == asked.place)
    return next((one.name for one in provinces if one.id == asked.province), "")


async def _provinces(session: AsyncSession, scope: Scope) -> Sequence[Province]:
    inside = select(col(Site.province_id)).where(scope.of_sites())
    wanted = or_(col(Province.id).in_(inside), col(Province.id).in_(scope.provinces))
    rows = await session.exec(
        select(Province).where(wanted).order_by(col(Province.name), col(Province.id))
    )
    return rows.all()


async def _places(
    session: AsyncSession, scope: Scope, province: int | None
) -> Sequence[Site]:
    """The places within reach, unless they are too many to look through."""
    if scope.everywhere and province is None:
        return ()
    wanted = select(Site).where(scope.of_sites())
    if province is not None:
        wanted = wanted.where(Site.province_id == province)
    rows = await session.exec(
        wanted.order_by(col(Site.name), col(Site.id)).limit(_MOST_PLACES + 1)
    )
    found = rows.all()
    return found if len(found) <= _MOST_PLACES else ()


def _service(kind: ServiceKind) -> str:
    return _("Service: %(kind)s", kind=label(kind))


def _case(kind: CaseKind) -> str:
    return _("Request: %(kind)s", kind=label(kind))
