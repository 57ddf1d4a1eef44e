"""An official's visits in a calendar of their own, read at a secret address.

Whoever has the address reads when and where, and nobody's name. It is shown once, and
worthless as soon as another is made or it is ended.
"""

from datetime import timedelta

from aiohttp import web
from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select

from visitation import people
from visitation.errors import NotFound
from visitation.lifecycle import MAY, Act, VisitState
from visitation.people import Account
from visitation.timespan import Timespan
from visitation.visits import Participant, Visit
from visitation.visits.listed import Listed, listed
from visitation.words import Attendance, Part
from web import calendar_file, cover_rows, gate, i18n
from web.calendar_file import Event
from web.i18n import _
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.labels import label
from web.render import TRANSLATIONS, redirect, render, url
from web.routing import PUBLIC, Route

_OFFICIALS = MAY[Act.ATTEND]
_BACK, _AHEAD = timedelta(days=7), timedelta(days=90)
_REMIND = timedelta(minutes=15)
_SHOWN = frozenset(
    {VisitState.BOOKED, VisitState.LIVE, VisitState.COMPLETED, VisitState.CANCELLED}
)


async def show(request: web.Request) -> web.Response:
    """Whether there is an address, and the way to make or end one."""
    return await _page(request, "")


async def make(request: web.Request) -> web.Response:
    """Make an address and show it, this once."""
    me = gate.staff(request)
    async with request.app[DATABASE].write() as session:
        token = await people.open_feed(
            session,
            me.account_id,
            keyring=request.app[KEYRING],
            by=me.actor,
            now=request.app[CLOCK](),
        )
    path = url(request, "official_feed.read", token=token)
    return await _page(request, f"{request.app[SETTINGS].public_url}{path}")


async def end(request: web.Request) -> web.Response:
    """Make the address worthless."""
    me = gate.staff(request)
    async with request.app[DATABASE].write() as session:
        await people.close_feed(
            session, me.account_id, by=me.actor, now=request.app[CLOCK]()
        )
    done = _("The address is ended. Take the calendar out of your program.")
    return redirect(request, "official_feed.show", flash=done)


async def read(request: web.Request) -> web.Response:
    """What a calendar program reads: the visits of whoever the address belongs to."""
    now, token = request.app[CLOCK](), request.match_info["token"]
    async with request.app[DATABASE].read() as session:
        account = await people.account_of_feed(
            session, token, keyring=request.app[KEYRING]
        )
        if account is None:
            raise NotFound("feed")
        found = await listed(
            session,
            _attends(account),
            col(Visit.ends_at) > now - _BACK,
            col(Visit.starts_at) < now + _AHEAD,
            shown=_SHOWN,
        )
        rows = await session.exec(
            select(Visit.id, Visit.version).where(
                col(Visit.id).in_([one.id for one in found])
            )
        )
        versions = dict(rows.all())
        hours = await cover_rows.between(
            session, Timespan(now - _BACK, now + _AHEAD), official_id=account.id
        )
    home = f"{request.app[SETTINGS].public_url}{url(request, 'official.day')}"
    with i18n.speaking(request.app[TRANSLATIONS], account.language):
        body = calendar_file.of(
            [
                *(_event(one, version=versions[one.id], about=home) for one in found),
                *(_whole(one, about=home) for one in hours),
            ],
            now=now,
            remind=_REMIND,
            name=_("Visits to attend"),
        )
    return web.Response(
        body=body, content_type=calendar_file.MEDIA_TYPE, charset="utf-8"
    )


def _attends(account: Account) -> ColumnElement[bool]:
    taking_part = select(Participant.visit_id).where(
        Participant.account_id == account.id,
        col(Participant.part).in_((Part.OFFICIAL, Part.COMPANION)),
    )
    return or_(col(Visit.official_id) == account.id, col(Visit.id).in_(taking_part))


def _event(one: Listed, *, version: int, about: str) -> Event:
    return Event(
        uid=f"{one.reference}@officials",
        span=one.span,
        title=_("Visit to attend"),
        place=_place(one),
        about=about,
        version=version,
        cancelled=one.state is VisitState.CANCELLED,
    )


def _whole(one: cover_rows.Row, *, about: str) -> Event:
    """Hours that are given to a whole session or village day."""
    return Event(
        uid=f"{one.reference}@officials",
        span=one.span,
        title=_("Whole session to attend"),
        place=one.place if one.is_village else one.attended_from,
        about=about,
        version=0,
    )


def _place(one: Listed) -> str:
    """Where the official has to be: in the village, or anywhere with a line."""
    if one.attendance is Attendance.VILLAGE:
        return one.point
    return label(one.attendance) if one.attendance else one.prison


async def _page(request: web.Request, address: str) -> web.Response:
    async with request.app[DATABASE].read() as session:
        feed = await people.feed_of(session, gate.staff(request).account_id)
    return render(
        request,
        "official/feed.html",
        made_at=feed.made_at if feed else None,
        address=address,
    )


ROUTES = (
    Route(method="GET", path="/official/calendar", page=show, allow=_OFFICIALS),
    Route(method="POST", path="/official/calendar", page=make, allow=_OFFICIALS),
    Route(method="POST", path="/official/calendar/end", page=end, allow=_OFFICIALS),
    Route(method="GET", path="/calendar/{token}.ics", page=read, allow=PUBLIC),
)
