"""Work on the service: announced, read again, and ended early by administrators."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import maintenance
from visitation.errors import Invalid, NotFound
from visitation.lifecycle import VisitState
from visitation.maintenance import Maintenance, WorkReason
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import Role
from web import forms, gate, present
from web.fields import Note, Wall
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, SETTINGS
from web.maintenance import BULLETIN, REASONS, from_row
from web.picks import LAST_ID, NearDay
from web.render import redirect, render
from web.routing import Door, Route

_READERS: frozenset[Role | Door] = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
_ANNOUNCERS: frozenset[Role | Door] = frozenset({Role.ADMINISTRATOR})
_SHOWN = 50
_NEXT_DAY = timedelta(days=1)
_STANDING = (VisitState.REQUESTED, VisitState.BOOKED, VisitState.LIVE)
_Text = Annotated[Note, StringConstraints(max_length=300)]


class Announcement(forms.Fields):
    """When work is done and why; an end before the start is on the next day."""

    day: NearDay = Field(title=N_("Day"))
    starts: Wall = Field(title=N_("From"))
    ends: Wall = Field(title=N_("To"))
    reason: WorkReason = Field(title=N_("Reason"))
    text_fa: _Text = Field(default="", title=N_("In your own words, in Persian"))
    text_en: _Text = Field(default="", title=N_("In your own words, in English"))
    closed: bool = Field(default=False, title=N_("Close families’ pages meanwhile"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An announcement as a line of the list."""

    id: int
    when: str
    why: str
    closed: bool
    state: str
    tone: str
    standing: bool
    booked: int


async def index(request: web.Request) -> web.Response:
    """What is announced, what was, and the form for more."""
    return await _page(request, forms.blank(Announcement, reason=WorkReason.UPDATE))


async def announce(request: web.Request) -> web.Response:
    """Tell everybody of work on the service."""
    _may_write(request)
    form = await forms.read(request, Announcement)
    if not form.ok:
        return await _page(request, form, status=422)
    typed, now = form.value, request.app[CLOCK]()
    try:
        async with request.app[DATABASE].write() as session:
            await maintenance.announce(
                session,
                span=_span(request, typed),
                reason=typed.reason,
                text_fa=typed.text_fa,
                text_en=typed.text_en,
                closed=typed.closed,
                by=gate.staff(request).actor,
                now=now,
            )
    except Invalid as refused:
        return await _page(request, form.refused(refused), status=422)
    request.app[BULLETIN].forget()
    return redirect(request, "maintenance.index", flash=_("The work is announced."))


async def end(request: web.Request) -> web.Response:
    """Take an announcement back, or end work that is done sooner."""
    _may_write(request)
    number = request.match_info["work"]
    if int(number) > LAST_ID:
        raise NotFound("maintenance")
    async with request.app[DATABASE].write() as session:
        await maintenance.withdraw(
            session,
            int(number),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    request.app[BULLETIN].forget()
    return redirect(
        request, "maintenance.index", flash=_("Pages tell of it no longer.")
    )


def _may_write(request: web.Request) -> None:
    if not gate.staff(request).scope.everywhere:
        raise NotFound("maintenance")


def _span(request: web.Request, typed: Announcement) -> Timespan:
    zone = request.app[SETTINGS].zone
    start = datetime.combine(typed.day, typed.starts, zone)
    end = datetime.combine(typed.day, typed.ends, zone)
    return Timespan(start, end if end > start else end + _NEXT_DAY)


async def _page(
    request: web.Request, form: Form[Announcement], *, status: int = 200
) -> web.Response:
    me, now = gate.staff(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        found = await maintenance.latest(session, limit=_SHOWN)
        rows = [await _row(request, session, one, now) for one in found]
    return render(
        request,
        "admin/maintenance.html",
        status=status,
        form=form,
        reasons=[(reason.value, _(words)) for reason, words in REASONS.items()],
        may_write=me.role in _ANNOUNCERS and me.scope.everywhere,
        rows=rows,
        today=now,
    )


async def _row(
    request: web.Request, session: AsyncSession, work: Maintenance, now: datetime
) -> Row:
    standing = work.withdrawn_at is None and work.ends_at > now
    state, tone = _state(work, now)
    return Row(
        id=work.id,
        when=present.span(
            Timespan(work.starts_at, work.ends_at), request.app[SETTINGS].zone
        ),
        why=from_row(work).why(),
        closed=work.closed,
        state=state,
        tone=tone,
        standing=standing,
        booked=await _booked(session, work) if standing else 0,
    )


async def _booked(session: AsyncSession, work: Maintenance) -> int:
    rows = await session.exec(
        select(func.count())
        .select_from(Visit)
        .where(
            col(Visit.state).in_(_STANDING),
            col(Visit.starts_at) < work.ends_at,
            col(Visit.ends_at) > work.starts_at,
        )
    )
    return rows.one()


def _state(work: Maintenance, now: datetime) -> tuple[str, str]:
    if work.withdrawn_at is not None:
        ended = work.withdrawn_at > work.starts_at
        return (_("Ended early"), "calm") if ended else (_("Taken back"), "calm")
    if work.ends_at <= now:
        return _("Over"), "calm"
    return (_("Now"), "warn") if work.starts_at <= now else (_("To come"), "good")


ROUTES = (
    Route(
        method="GET",
        path="/maintenance",
        page=index,
        allow=_READERS,
        menu=N_("Work on the service"),
    ),
    Route(method="POST", path="/maintenance", page=announce, allow=_ANNOUNCERS),
    Route(
        method="POST",
        path="/maintenance/{work:[0-9]{1,12}}/end",
        page=end,
        allow=_ANNOUNCERS,
    ),
)
