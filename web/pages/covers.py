"""Prosecutors' attendance: whole sessions, visits that want one, and weekly hours.

Schedulers plan for every official who works in their places; an official for nobody
but themselves.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import attendance, covers
from visitation import lifecycle, visits
from visitation.errors import Invalid, NotFound, VisitationError
from visitation.lifecycle import ARRANGED, Act
from visitation.people import Account
from visitation.places import Site
from visitation.places.tables import MobileDay
from visitation.timespan import Timespan
from visitation.visits import Cover, Visit
from visitation.visits.listed import Listed, listed
from visitation.words import Attendance, Role
from web import (
    attendance_reach,
    clashes,
    cover_rows,
    forms,
    gate,
    present,
    prison_reach,
)
from web.fields import Wall
from web.forms import Form
from web.i18n import N_, _, ngettext
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.labels import options
from web.picks import NearDay, Pick
from web.principals import StaffPrincipal
from web.render import redirect, render
from web.routing import Door, Route

_PLANNERS: frozenset[Role | Door] = (
    lifecycle.MAY[Act.FIND_OFFICIAL] | lifecycle.MAY[Act.ATTEND]
)
_READERS: frozenset[Role | Door] = _PLANNERS | {Role.AUDITOR}
_AHEAD = timedelta(days=60)


class CoverFields(forms.Fields):
    """Who attends what, when, and from where.

    A village day has its own day; without hours it is as long as the place is open.
    """

    official: Pick | None = Field(default=None, title=N_("Official"))
    place: str = Field(
        pattern=r"^(prison|day):[1-9][0-9]{0,8}$", title=N_("Prison or village day")
    )
    day: NearDay | None = Field(default=None, title=N_("Day"))
    starts: Wall | None = Field(default=None, title=N_("From"))
    ends: Wall | None = Field(default=None, title=N_("To"))
    attendance: Attendance = Field(title=N_("Where the official attends from"))


class Taking(forms.Fields):
    """Who takes a visit, and from where."""

    official: Pick | None = Field(default=None, title=N_("Official"))
    attendance: Attendance = Field(
        default=Attendance.DESK, title=N_("Where the official attends from")
    )


class Elsewhere(forms.Fields):
    """From where a whole session is attended."""

    attendance: Attendance = Field(title=N_("Where the official attends from"))


async def index(request: web.Request) -> web.Response:
    """Whole sessions to come, and the visits that want an official."""
    return await _page(request)


async def add(request: web.Request) -> web.Response:
    """Let an official attend a whole session or village day."""
    form = await forms.read(request, CoverFields)
    if not form.ok:
        return await _page(request, form=form, status=422)
    typed, now = form.value, request.app[CLOCK]()
    try:
        async with request.app[DATABASE].write() as session:
            official = await _official(session, request, typed.official)
            prison, day = await _place(session, request, typed.place)
            cover = await covers.cover(
                session,
                official_id=official.id,
                prison_id=None if day else prison.id,
                mobile_day_id=day.id if day else None,
                span=await _span(session, typed, prison, day, now=now),
                attendance=typed.attendance,
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=now,
            )
            flash = await _outcome(session, cover)
    except VisitationError as refused:
        if isinstance(refused, NotFound):
            raise
        form = await clashes.refused(request, form, refused)
        return await _page(request, form=form, status=409)
    return redirect(request, "covers.index", flash=flash)


async def change(request: web.Request) -> web.Response:
    """Attend a whole session from elsewhere."""
    form = await forms.read(request, Elsewhere)
    if not form.ok:
        return await _page(request, changing=form, status=422)
    subject = gate.subject(request, Cover)
    try:
        async with request.app[DATABASE].write() as session:
            await covers.change(
                session,
                await session.get_one(Cover, subject.id),
                attendance=form.value.attendance,
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        return await _page(request, changing=form.refused(refused), status=409)
    return redirect(request, "covers.index", flash=_("It is changed."))


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
        form = await clashes.refused(request, form, refused)
        return await _page(request, taking=form, status=409)
    return redirect(request, "covers.index", flash=_("The visit has its official."))


async def _page(
    request: web.Request,
    *,
    form: Form[CoverFields] | None = None,
    taking: Form[Taking] | None = None,
    changing: Form[Elsewhere] | None = None,
    status: int = 200,
) -> web.Response:
    me, now = gate.staff(request), request.app[CLOCK]()
    today = now.astimezone(request.app[SETTINGS].zone).date()
    whose = {"official_id": me.account_id} if _is_official(me) else {"scope": me.scope}
    async with request.app[DATABASE].read() as session:
        officials = await attendance_reach.officials(session, me.scope)
        sites = await prison_reach.within(session, me.scope)
        days = await attendance_reach.village_days(session, me.scope, today)
        ahead = await cover_rows.between(session, Timespan(now, now + _AHEAD), **whose)
        wanted = await attendance.wanting(session, scope=me.scope, now=now)
        shown = await listed(
            session, col(Visit.id).in_([one.id for one in wanted]), shown=ARRANGED
        )
    places = [(f"prison:{site.id}", present.isolated(site.name)) for site in sites]
    places += [(f"day:{day.id}", _day_words(day, site)) for day, site in days]
    notes = {one.id: one.note for one in wanted}
    return render(
        request,
        "covers/index.html",
        status=status,
        covers=ahead,
        wanted=[(one, ZoneInfo(one.zone), notes[one.id]) for one in _by_time(shown)],
        officials=[(str(one.id), one.name) for one in officials],
        places=places,
        attendances=options(Attendance),
        elsewhere=options(Attendance, but={Attendance.VILLAGE}),
        form=form or forms.blank(CoverFields, attendance=Attendance.DESK, day=today),
        taking=taking or forms.blank(Taking, attendance=Attendance.DESK),
        changing=changing or forms.blank(Elsewhere, attendance=Attendance.DESK),
        alone=_is_official(me),
        may_plan=me.role in _PLANNERS,
        today=today,
    )


def _is_official(me: StaffPrincipal) -> bool:
    return me.role is Role.OFFICIAL


def _by_time(shown: Sequence[Listed]) -> list[Listed]:
    return sorted(shown, key=lambda one: (one.span.start, one.id))


def _day_words(day: MobileDay, site: Site) -> str:
    when = present.day(day.day, ZoneInfo(site.zone))
    return f"{present.isolated(site.name)} – {when}"


async def _span(
    session: AsyncSession,
    typed: CoverFields,
    site: Site,
    mobile_day: MobileDay | None,
    *,
    now: datetime,
) -> Timespan:
    """The hours that were written, or else those that the place keeps on the day."""
    zone = ZoneInfo(site.zone)
    day = mobile_day.day if mobile_day else typed.day
    if day is None:
        raise Invalid("day", "missing")
    start, end = _wall(day, typed.starts, zone), _wall(day, typed.ends, zone)
    if start is None or end is None:
        place = mobile_day or site
        usual = await covers.usual_span(session, place=place, day=day, now=now)
        if usual is None:
            raise Invalid("place" if mobile_day else "day", "not_open_then")
        start, end = start or usual.start, end or usual.end
    if end <= start:
        raise Invalid("ends", "ends_before_start")
    return Timespan(start, end)


def _wall(day: date, wall: time | None, zone: ZoneInfo) -> datetime | None:
    return None if wall is None else datetime.combine(day, wall, zone)


async def _outcome(session: AsyncSession, cover: Cover) -> str:
    """What became of the visits inside a new cover."""
    inside = await visits.inside(session, cover)
    own = sum(one.cover_id == cover.id for one in inside)
    others = sum(
        one.official_id is not None and one.cover_id != cover.id for one in inside
    )
    said = _("The attendance is planned.")
    told = ngettext(
        "%(num)s visit has this official by it.",
        "%(num)s visits have this official by it.",
        own,
    )
    if not others:
        return f"{said} {present.digits(told)}"
    kept = ngettext(
        "%(num)s keeps the official it had.",
        "%(num)s keep the official they had.",
        others,
    )
    return f"{said} {present.digits(told)} {present.digits(kept)}"


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
        path="/attendance/{cover}/place",
        page=change,
        allow=_PLANNERS,
        subject=attendance_reach.cover,
    ),
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
