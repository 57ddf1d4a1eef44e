"""What the figures of a page are about: which months, where, and which kind.

Offers what is within reach of whoever asks, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from aiohttp import web
from pydantic import Field
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import jalali, statistics
from visitation.people import Scope
from visitation.places import Province, Site
from visitation.statistics import Month, Only, Period, Where
from visitation.statistics.measures import OF_CASES, OF_SERVICES, OF_VISITS
from visitation.words import CaseKind, ServiceKind, VisitKind
from web import forms, gate, i18n, picks, present
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK
from web.labels import label
from web.picks import Pick

#: More places than anybody looks for in a list.
_MOST_PLACES: Final = 400
_QUARTERS = (N_("Spring"), N_("Summer"), N_("Autumn"), N_("Winter"))
_OF = {
    "visit": (OF_VISITS, VisitKind),
    "service": (OF_SERVICES, ServiceKind),
    "case": (OF_CASES, CaseKind),
}


class Part(StrEnum):
    """What of a year."""

    YEAR = "year"
    Q1 = "q1"
    Q2 = "q2"
    Q3 = "q3"
    Q4 = "q4"
    M1 = "m1"
    M2 = "m2"
    M3 = "m3"
    M4 = "m4"
    M5 = "m5"
    M6 = "m6"
    M7 = "m7"
    M8 = "m8"
    M9 = "m9"
    M10 = "m10"
    M11 = "m11"
    M12 = "m12"

    def of(self, year: int) -> Period:
        """The months of it."""
        if self is Part.YEAR:
            return Period.year(year)
        number = int(self.value[1:])
        if self.value.startswith("q"):
            return Period.quarter(year, number)
        return Period(Month(year, number), Month(year, number))


class Choice(forms.Fields):
    """Which months, where, and which kind."""

    year: Pick | None = Field(default=None, title=N_("Year"))
    part: Part | None = Field(default=None, title=N_("Part of the year"))
    first: str | None = Field(default=None, title=N_("From the month"), max_length=7)
    last: str | None = Field(default=None, title=N_("To the month"), max_length=7)
    province: Pick | None = Field(default=None, title=N_("Province"))
    place: Pick | None = Field(default=None, title=N_("Prison or point"))
    kind: str | None = Field(default=None, title=N_("Kind"), max_length=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a page is about, and what else could be chosen.

    Attributes:
        where: what is counted; everything within reach unless somebody chose.
        place: the name of what was chosen, empty for all.
        query: the same choice for another address.
    """

    form: Form[Choice]
    period: Period
    where: Where
    place: str
    months: Sequence[Month]
    provinces: Sequence[Province]
    places: Sequence[Site]
    today: date

    @property
    def year_options(self) -> list[tuple[int, str]]:
        """The years of which there is anything."""
        years = sorted({month.year for month in self.months}, reverse=True)
        return [(year, present.digits(year)) for year in years]

    @property
    def month_options(self) -> list[tuple[str, str]]:
        """The months of which there is anything, the latest first."""
        return [(str(one), present.month(one.first)) for one in reversed(self.months)]

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
        return {name: text for name in Choice.model_fields if (text := self._of(name))}

    def _of(self, name: str) -> str:
        return self.form.text(name)


def part_options() -> list[tuple[str, str]]:
    """The whole year, its quarters, and its months."""
    months = jalali.MONTHS_FA if i18n.language() == "fa" else jalali.MONTHS_EN
    return [
        (Part.YEAR.value, _("The whole year")),
        *((f"q{n}", _(name)) for n, name in enumerate(_QUARTERS, 1)),
        *((f"m{n}", name) for n, name in enumerate(months, 1)),
    ]


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
    months = await _months(session, today)
    provinces = await _provinces(session, scope)
    form = picks.among(form, "province", [one.id for one in provinces])
    form = picks.among(form, "year", sorted({one.year for one in months}))
    form = _known(form, "kind", [value for value, _words in kind_options()])
    for name in ("first", "last"):
        form = _known(form, name, [str(one) for one in months])
    province = form.value.province if form.ok else None
    places = await _places(session, scope, province)
    form = picks.among(form, "place", [one.id for one in places])
    asked = form.value if form.ok else Choice()
    return Chosen(
        form=_filled(form, asked, today),
        period=_period(asked, today),
        where=_where(scope, asked, places),
        place=_place(asked, provinces, places),
        months=months,
        provinces=provinces,
        places=places,
        today=today,
    )


def _known(form: Form[Choice], name: str, offered: Sequence[str]) -> Form[Choice]:
    text = form.text(name)
    if not text or text in offered:
        return form
    return form.faulted(name, _("Choose one from the list."))


def _filled(form: Form[Choice], asked: Choice, today: date) -> Form[Choice]:
    if not form.ok:
        return form
    year = asked.year or Month.of(today).year
    part = asked.part or Part.YEAR
    known = asked.model_dump(exclude_none=True) | {"year": year, "part": part}
    return forms.blank(Choice, **known)


def _period(asked: Choice, today: date) -> Period:
    """The months that were asked for, as far as they have begun."""
    now = Month.of(today)
    if asked.first and asked.last:
        ends = sorted(statistics.parse(text) for text in (asked.first, asked.last))
        return Period(*ends)
    whole = (asked.part or Part.YEAR).of(asked.year or now.year)
    return whole.until(now)


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


async def _months(session: AsyncSession, today: date) -> list[Month]:
    """The months from the first that anything was counted in to this one."""
    first = min(await statistics.begins(session) or today, today)
    return [*Period(Month.of(first), Month.of(today)).months()]


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
