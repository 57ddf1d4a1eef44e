"""Prosecutors' attendance: whole sessions, visits that want one, and weekly hours.

Schedulers plan for every official who works in their places; an official for nobody
but themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import attendance, covers
from visitation import lifecycle, visits
from visitation.errors import Invalid, NotFound, VisitationError
from visitation.lifecycle import Act, VisitState
from visitation.people import Account
from visitation.places import Site
from visitation.places.tables import MobileDay
from visitation.timespan import Timespan
from visitation.visits import Cover, Visit
from visitation.visits.listed import Listed, listed
from visitation.words import Attendance, Role
from web import attendance_reach, forms, gate, present
from web.fields import Wall
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.labels import label, options
from web.picks import NearDay, Pick
from web.render import redirect, render
from web.routing import Door, Route

_PLANNERS: frozenset[Role | Door] = (
    lifecycle.MAY[Act.FIND_OFFICIAL] | lifecycle.MAY[Act.ATTEND]
)
_READERS: frozenset[Role | Door] = _PLANNERS | {Role.AUDITOR}
_AHEAD = timedelta(days=60)
_TO_COME = frozenset({VisitState.REQUESTED, VisitState.BOOKED})


class CoverFields(forms.Fields):
    """Who attends what, when, and from where. A village day has its own times."""

    official: Pick | None = Field(default=None, title=N_("Official"))
    place: str = Field(
        pattern=r"^(prison|day):[1-9][0-9]{0,8}$", title=N_("Prison or village day")
    )
    day: NearDay = Field(title=N_("Day"))
    starts: Wall = Field(title=N_("From"))
    ends: Wall = Field(title=N_("To"))
    attendance: Attendance = Field(title=N_("Where the official attends from"))


class Taking(forms.Fields):
    """Who takes a visit, and from where."""

    official: Pick | None = Field(default=None, title=N_("Official"))
    attendance: Attendance = Field(
        default=Attendance.DESK, title=N_("Where the official attends from")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A cover as a line of a list."""

    reference: str
    official: str
    place: str
    when: str
    attendance: str


async def index(request: web.Request) -> web.Response:
    """Whole sessions to come, and the visits that want an official."""
    return await _page(request)


async def add(request: web.Request) -> web.Response:
    """Let an official attend a whole session or village day."""
    form = await forms.read(request, CoverFields)
    if not form.ok:
        return await _page(request, form=form, status=422)
    typed = form.value
    try:
        async with request.app[DATABASE].write() as session:
            official = await _official(session, request, typed.official)
            prison, day = await _place(session, request, typed.place)
            zone = ZoneInfo(prison.zone)
            await covers.cover(
                session,
                official_id=official.id,
                prison_id=None if day else prison.id,
                mobile_day_id=day.id if day else None,
                span=_span(typed, zone),
                attendance=typed.attendance,
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        if isinstance(refused, NotFound):
            raise
        return await _page(request, form=form.refused(refused), status=409)
    return redirect(request, "covers.index", flash=_("The attendance is planned."))


async def cancel(request: web.Request) -> web.Response:
    """Cancel a cover; its visits want an official again."""
    subject = gate.subject(request, Cover)
    async with request.app[DATABASE].write() as session:
        await covers.uncover(
            session,
            await session.get_one(Cover, subject.id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    flash = _("The attendance is cancelled; its visits want an official again.")
    return redirect(request, "covers.index", flash=flash)


async def attend(request: web.Request) -> web.Response:
    """Let an official attend a visit that wants one."""
    form = await forms.read(request, Taking)
    if not form.ok:
        return await _page(request, taking=form, status=422)
    subject = gate.subject(request, Visit)
    try:
        async with request.app[DATABASE].write() as session:
            official = await _official(session, request, form.value.official)
            visit = await session.get_one(Visit, subject.id)
            if visit.official_id != official.id:
                await attendance.attend(
                    session,
                    visit,
                    official_id=official.id,
                    attendance=form.value.attendance,
                    keyring=request.app[KEYRING],
                    by=gate.staff(request).actor,
                    now=request.app[CLOCK](),
                )
    except VisitationError as refused:
        if isinstance(refused, NotFound):
            raise
        return await _page(request, taking=form.refused(refused), status=409)
    return redirect(request, "covers.index", flash=_("The visit has its official."))


async def _page(
    request: web.Request,
    *,
    form: Form[CoverFields] | None = None,
    taking: Form[Taking] | None = None,
    status: int = 200,
) -> web.Response:
    me, now = gate.staff(request), request.app[CLOCK]()
    zone = request.app[SETTINGS].zone
    alone = me.account_id if me.role is Role.OFFICIAL else None
    async with request.app[DATABASE].read() as session:
        officials = await attendance_reach.officials(session, me.scope)
        sites = await attendance_reach.prisons(session, me.scope)
        days = await attendance_reach.village_days(
            session, me.scope, now.astimezone(zone).date()
        )
        ahead = await visits.covers_between(
            session, Timespan(now, now + _AHEAD), official_id=alone
        )
        wanted = await attendance.wanting(session, scope=me.scope, now=now)
        shown = await listed(
            session, col(Visit.id).in_([one.id for one in wanted]), shown=_TO_COME
        )
    places = {f"prison:{site.id}": present.isolated(site.name) for site in sites}
    places |= {f"day:{day.id}": _day_words(day, site) for day, site in days}
    zones = {site.id: ZoneInfo(site.zone) for site in sites}
    return render(
        request,
        "covers/index.html",
        status=status,
        covers=_rows(ahead, officials, places, zones, zone),
        wanted=[(one, ZoneInfo(one.zone)) for one in _by_time(shown)],
        officials=[(str(one.id), one.name) for one in officials],
        places=list(places.items()),
        attendances=options(Attendance),
        form=form or forms.blank(CoverFields, attendance=Attendance.DESK),
        taking=taking or forms.blank(Taking, attendance=Attendance.DESK),
        alone=alone is not None,
        may_plan=me.role in _PLANNERS,
        today=now.astimezone(zone).date(),
    )


def _rows(
    ahead: Sequence[Cover],
    officials: Sequence[Account],
    places: Mapping[str, str],
    zones: Mapping[int, ZoneInfo],
    zone: tzinfo,
) -> list[Row]:
    names = {one.id: one.name for one in officials}
    rows = []
    for one in ahead:
        key = f"day:{one.mobile_day_id}" if one.mobile_day_id else ""
        place = places.get(key or f"prison:{one.prison_id}")
        if place is not None and one.official_id in names:
            span = Timespan(one.starts_at, one.ends_at)
            rows.append(
                Row(
                    reference=one.reference,
                    official=names[one.official_id],
                    place=place,
                    when=present.span(span, zones.get(one.prison_id or 0, zone)),
                    attendance=label(one.attendance),
                )
            )
    return rows


def _by_time(shown: Sequence[Listed]) -> list[Listed]:
    return sorted(shown, key=lambda one: (one.span.start, one.id))


def _day_words(day: MobileDay, site: Site) -> str:
    when = present.day(day.day, ZoneInfo(site.zone))
    return f"{present.isolated(site.name)} – {when}"


def _span(typed: CoverFields, zone: ZoneInfo) -> Timespan:
    start = datetime.combine(typed.day, typed.starts, zone)
    end = datetime.combine(typed.day, typed.ends, zone)
    if end <= start:
        raise Invalid("ends", "ends_before_start")
    return Timespan(start, end)


async def _official(
    session: AsyncSession, request: web.Request, account_id: int | None
) -> Account:
    me = gate.staff(request)
    if me.role is Role.OFFICIAL:
        return await session.get_one(Account, me.account_id)
    for one in await attendance_reach.officials(session, me.scope):
        if one.id == account_id:
            return one
    raise Invalid("official", "not_an_official")


async def _place(
    session: AsyncSession, request: web.Request, text: str
) -> tuple[Site, MobileDay | None]:
    kind, _colon, number = text.partition(":")
    day = await session.get(MobileDay, int(number)) if kind == "day" else None
    if kind == "day" and day is None:
        raise Invalid("place", "prison_or_day")
    site = await session.get(Site, day.site_id if day else int(number))
    if site is None or not gate.staff(request).scope.reaches(site):
        raise Invalid("place", "prison_or_day")
    return site, day


ROUTES = (
    Route(
        method="GET",
        path="/attendance",
        page=index,
        allow=_READERS,
        menu=N_("Prosecutors"),
    ),
    Route(method="POST", path="/attendance", page=add, allow=_PLANNERS),
    Route(
        method="POST",
        path="/attendance/{cover}/cancel",
        page=cancel,
        allow=_PLANNERS,
        subject=attendance_reach.cover,
    ),
    Route(
        method="POST",
        path="/visits/{visit}/official",
        page=attend,
        allow=_PLANNERS,
        subject=attendance_reach.wanted_visit,
    ),
)
