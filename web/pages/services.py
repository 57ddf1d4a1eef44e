"""Services done at a point: one tap for each, the day so far, and taking one back.

With scripts an entry is kept in the browser first and sent in batches, so that a lost
line loses none; without them each is posted as any form.
"""

import json
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.errors import VisitationError
from visitation.lifecycle import MAY, Act
from visitation.people import Account
from visitation.places import Site
from visitation.points import days, queue
from visitation.services import counting, recording
from visitation.services.recording import Answer, Entry, Reception
from visitation.services.tables import ServiceRecord
from visitation.words import ServiceChannel, ServiceKind
from web import forms, gate, point_reach, present, refusals, service_reach
from web import services_batch as batches
from web.errors import wants_json
from web.fields import Count, Note
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.labels import label, options
from web.pages import services_offline
from web.render import redirect, render
from web.routing import Route

CLERKS = MAY[Act.CHECK_IN]


class Doing(forms.Fields):
    """One service; the key makes sending it twice keep it once."""

    kind: ServiceKind = Field(title=N_("Service"))
    number: Annotated[Count, Field(ge=1, le=recording.HIGHEST_NUMBER)] | None = Field(
        default=None, title=N_("Number in the queue")
    )
    people: Annotated[Count, Field(ge=1, le=recording.MOST_PEOPLE)] = Field(
        default=1, title=N_("For how many people")
    )
    note: Annotated[Note, StringConstraints(max_length=recording.LONGEST_NOTE)] = Field(
        default="", title=N_("Remark")
    )
    by_themselves: bool = Field(default=False, title=N_("People did it themselves"))
    key: batches.Reference


async def index(request: web.Request) -> web.Response:
    """The services to tap, and what was done today."""
    async with request.app[DATABASE].read() as session:
        found = await point_reach.at_hand(request, session)
    if found is None:
        return render(request, "clerk/nowhere.html")
    return await _page(request, *found)


async def record(request: web.Request) -> web.Response:
    """Keep one service that was posted as a form."""
    form, point = await forms.read(request, Doing), gate.subject(request, Site)
    if not form.ok:
        return await _page(request, point, (point,), form=form, status=422)
    typed, now = form.value, request.app[CLOCK]()
    entry = Entry(
        reference=typed.key,
        point_id=point.id,
        kind=typed.kind,
        channel=ServiceChannel.SELF if typed.by_themselves else ServiceChannel.STAFF,
        number=typed.number,
        people=typed.people,
        note=typed.note,
        done_at=now,
    )
    (answer,) = await _keep(request, [entry], {point.id: point})
    if answer.became is Reception.REFUSED:
        refused = form.failed(refusals.sentence(answer.reason))
        return await _page(request, point, (point,), form=refused, status=409)
    said = _("Recorded: %(service)s", service=label(typed.kind))
    return redirect(
        request,
        "services.index",
        query={point_reach.PARAMETER: str(point.id)},
        flash=said,
    )


async def batch(request: web.Request) -> web.Response:
    """Keep what a browser has kept until now; say of each entry what became of it."""
    try:
        sent = batches.parse(await request.json(), now=request.app[CLOCK]())
    except (json.JSONDecodeError, UnicodeDecodeError):
        sent = None
    if sent is None:
        raise web.HTTPBadRequest
    if sent.owner != str(gate.staff(request).account_id):
        raise web.HTTPConflict
    async with request.app[DATABASE].read() as session:
        scope = gate.staff(request).scope
        points = {one.id: one for one in await point_reach.points(session, scope)}
    answers = await _keep(request, sent.entries, points)
    return web.json_response({"answers": batches.told((*answers, *sent.unfit))})


async def withdraw(request: web.Request) -> web.Response:
    """Take a service back that was not done."""
    subject, said = gate.subject(request, ServiceRecord), _("Taken back.")
    try:
        async with request.app[DATABASE].write() as session:
            await recording.withdraw(
                session,
                await session.get_one(ServiceRecord, subject.id),
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        if wants_json(request):
            raise
        said = " ".join(refusals.sentences(refused))
    return redirect(
        request,
        "services.index",
        query={point_reach.PARAMETER: str(subject.point_id)},
        flash="" if wants_json(request) else said,
    )


async def _keep(
    request: web.Request, entries: Any, points: dict[int, Site]
) -> tuple[Answer, ...]:
    async with request.app[DATABASE].write() as session:
        return await recording.record_many(
            session,
            entries,
            points=points,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )


async def _page(
    request: web.Request,
    point: Site,
    known: tuple[Site, ...],
    *,
    form: Form[Doing] | None = None,
    status: int = 200,
) -> web.Response:
    now = request.app[CLOCK]()
    day = queue.day_of(point, now)
    async with request.app[DATABASE].read() as session:
        closed = await days.closed(session, point_id=point.id, day=day)
        done = await counting.by_kind(session, point_id=point.id, day=day)
        shown = await rows(session, point, day, is_closed=closed is not None, now=now)
    return render(
        request,
        "services/index.html",
        status=status,
        point={"id": point.id, "name": point.name},
        points=[(one.id, one.name) for one in known],
        day=day,
        form=form or forms.blank(Doing, people=present.digits(1)),
        key=request.app[KEYRING].reference(),
        kinds=options(ServiceKind),
        texts=services_offline.texts(),
        known=services_offline.known(request),
        owner=gate.staff(request).account_id,
        is_closed=closed is not None,
        done=[(label(one.kind), one.times, one.people) for one in done],
        times=sum(one.times for one in done),
        people=sum(one.people for one in done),
        rows=shown,
    )


async def rows(
    session: AsyncSession, point: Site, day: date, *, is_closed: bool, now: datetime
) -> list[dict[str, Any]]:
    """The services of a day as a list shows them, the last first."""
    every = await counting.of_day(session, point_id=point.id, day=day)
    accounts = await session.exec(
        select(col(Account.id), col(Account.name)).where(
            col(Account.id).in_({one.account_id for one in every if one.account_id})
        )
    )
    names, zone = dict(accounts.all()), ZoneInfo(point.zone)
    today = queue.day_of(point, now)
    return [
        {
            "reference": one.reference,
            "time": present.clock(one.done_at, zone),
            "kind": label(one.kind),
            "channel": label(one.channel) if one.channel is ServiceChannel.SELF else "",
            "number": one.number,
            "people": one.people,
            "note": one.note,
            "who": names.get(one.account_id or 0, ""),
            "late": one.late,
            "withdrawn": one.withdrawn_at is not None,
            "may_withdraw": one.withdrawn_at is None
            and recording.may_withdraw(one, today=today, is_closed=is_closed, now=now),
        }
        for one in every
    ]


ROUTES = (
    Route(
        method="GET", path="/services", page=index, allow=CLERKS, menu=N_("Services")
    ),
    Route(
        method="POST",
        path="/points/{site}/services",
        page=record,
        allow=CLERKS,
        subject=point_reach.point,
    ),
    Route(method="POST", path="/services/batch", page=batch, allow=CLERKS),
    Route(
        method="POST",
        path="/services/{service}/withdraw",
        page=withdraw,
        allow=CLERKS,
        subject=service_reach.service,
    ),
)
