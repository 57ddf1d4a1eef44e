"""What an overview is about: a province within reach, one of its prisons, and a day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.places import Province, Site
from web import forms, gate, picks, present, prison_reach
from web.forms import Form
from web.i18n import N_
from web.keys import CLOCK
from web.picks import NearDay, Pick


class Choice(forms.Fields):
    """Which province, which of its prisons, and around which day."""

    province: Pick | None = Field(default=None, title=N_("Province"))
    prison: Pick | None = Field(default=None, title=N_("Prison"))
    day: NearDay | None = Field(default=None, title=N_("Day"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a page is about, and what else could be chosen.

    Attributes:
        prison: None for all prisons of the province.
        here: the prisons of the province, within reach.
    """

    form: Form[Choice]
    provinces: Sequence[Province]
    province: Province
    here: Sequence[Site]
    prison: Site | None
    day: date
    today: date
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The wall clock of the prison, or of the province's first one."""
        return ZoneInfo((self.prison or self.here[0]).zone)

    def zone_of(self, prison_id: int) -> ZoneInfo:
        """The wall clock of one of the prisons that are counted."""
        (prison,) = (one for one in self.here if one.id == prison_id)
        return ZoneInfo(prison.zone)

    @property
    def province_options(self) -> list[tuple[int, str]]:
        """The provinces to choose from."""
        return [(one.id, one.name) for one in self.provinces]

    @property
    def prison_options(self) -> list[tuple[int, str]]:
        """The prisons to choose from."""
        return [(one.id, one.name) for one in self.here]

    @property
    def shown(self) -> Sequence[Site]:
        """The prisons that are counted."""
        return [self.prison] if self.prison else self.here

    def query(self, day: date, **more: int) -> dict[str, str]:
        """The same choice, on another day."""
        query = {"province": str(self.province.id), "day": day.isoformat()}
        if self.prison:
            query["prison"] = str(self.prison.id)
        return query | {name: str(value) for name, value in more.items()}


async def chosen(request: web.Request, session: AsyncSession) -> Chosen | None:
    """What was asked for, within reach; None if there is no prison to choose."""
    form, now = forms.from_query(request, Choice), request.app[CLOCK]()
    prisons = await prison_reach.within(session, gate.staff(request).scope)
    if not prisons:
        return None
    of_province: defaultdict[int, list[Site]] = defaultdict(list)
    for one in prisons:
        of_province[one.province_id].append(one)
    provinces = await _provinces(session, of_province)
    form = picks.among(form, "province", list(of_province))
    asked = form.value if form.ok else Choice()
    named = next((one for one in prisons if one.id == asked.prison), None)
    # Without scripts the list of prisons stays that of the province before.
    province_id = asked.province or (named.province_id if named else provinces[0].id)
    province = next(one for one in provinces if one.id == province_id)
    here = of_province[province.id]
    prison = named if named in here else None
    today = present.local_day(now, ZoneInfo((prison or here[0]).zone))
    chosen_day = asked.day or today
    if form.ok:
        form = forms.blank(
            Choice,
            province=province.id,
            prison=prison.id if prison else None,
            day=chosen_day,
        )
    return Chosen(
        form=form,
        provinces=provinces,
        province=province,
        here=here,
        prison=prison,
        day=chosen_day,
        today=today,
        now=now,
    )


async def _provinces(session: AsyncSession, ids: Iterable[int]) -> Sequence[Province]:
    rows = await session.exec(
        select(Province)
        .where(col(Province.id).in_(ids))
        .order_by(col(Province.name), col(Province.id))
    )
    return rows.all()
