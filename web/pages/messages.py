"""Every text message as it was sent, and what became of it.

Reads only; nothing is written, sent or sent again from here.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from aiohttp import web
from pydantic import Field
from sqlalchemy import ColumnElement, func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import lifecycle
from visitation.lifecycle import Act, MessageState
from visitation.messages import Message
from visitation.people import Scope
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import Role
from web import costs, forms, gate, message_views
from web.booking_form import Id
from web.fields import Day
from web.forms import Form
from web.i18n import N_
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.labels import label
from web.render import render, url
from web.routing import Door, Route

PAGE = 50
#: Over how many days messages are counted where no day is asked for.
COUNTED = 30
READERS: frozenset[Role | Door] = lifecycle.MAY[Act.READ_MESSAGES] | {Role.AUDITOR}


class Filter(forms.Fields):
    """Which messages; `before` is the id of the last one seen.

    `lost` are those that did not arrive, about visits to come.
    """

    day: Day | None = Field(default=None, title=N_("Day"))
    state: MessageState | None = Field(default=None, title=N_("State"))
    lost: bool = False
    before: Id | None = None


async def listing(request: web.Request) -> web.Response:
    """The messages about visits within reach, the newest first."""
    form = forms.from_query(request, Filter)
    asked, me = form.value if form.ok else Filter(), gate.staff(request)
    reads = me.role in lifecycle.MAY[Act.READ_MESSAGES]
    settings = request.app[SETTINGS]
    period = _period(request, asked)
    async with request.app[DATABASE].read() as session:
        spent = await _spent(session, me.scope, period)
        rows = await _find(session, me.scope, *_conditions(request, asked))
        references = await _references(session, rows[:PAGE])
        shown = await message_views.shown(
            session,
            rows[:PAGE],
            keyring=request.app[KEYRING] if reads else None,
            link=settings.message_link,
        )
    after = _older(request, form, rows[PAGE - 1].id) if len(rows) > PAGE else ""
    return render(
        request,
        "visits/messages.html",
        status=200 if form.ok else 422,
        form=form,
        states=[(state.value, label(state)) for state in MessageState],
        shown=[(one, references.get(one.visit_id)) for one in shown],
        older=after,
        zone=settings.zone,
        spent=spent,
        cost=costs.cost(request, spent["segments"]),
        on_one_day=asked.day is not None,
        is_filtered=any(form.typed.values()),
    )


def _conditions(request: web.Request, asked: Filter) -> list[ColumnElement[bool]]:
    found = []
    if asked.day is not None:
        period = _period(request, asked)
        found += [
            col(Message.created_at) >= period.start,
            col(Message.created_at) < period.end,
        ]
    if asked.state is not None:
        found.append(col(Message.state) == asked.state)
    if asked.lost:
        found += message_views.lost(request.app[CLOCK]())
    if asked.before is not None:
        found.append(col(Message.id) < asked.before)
    return found


def _period(request: web.Request, asked: Filter) -> Timespan:
    """The day that was asked for, else the last thirty days."""
    zone, now = request.app[SETTINGS].zone, request.app[CLOCK]()
    today = now.astimezone(zone).date()
    last = asked.day or today
    first = asked.day or today - timedelta(days=COUNTED - 1)
    return Timespan(
        datetime.combine(first, time(), zone),
        datetime.combine(last + timedelta(days=1), time(), zone),
    )


async def _spent(
    session: AsyncSession, scope: Scope, period: Timespan
) -> dict[str, int]:
    """How many messages were handed over, and in how many segments."""
    rows = await session.exec(
        select(func.count(), func.coalesce(func.sum(Message.segments), 0)).where(
            col(Message.visit_id).in_(_within(scope)),
            col(Message.sent_at) >= period.start,
            col(Message.sent_at) < period.end,
        )
    )
    messages, segments = rows.one()
    return {"messages": messages, "segments": segments}


def _within(scope: Scope) -> Any:
    reached = select(Site.id).where(scope.of_sites())
    return select(Visit.id).where(
        or_(col(Visit.prison_id).in_(reached), col(Visit.point_id).in_(reached))
    )


async def _find(
    session: AsyncSession, scope: Scope, *conditions: ColumnElement[bool]
) -> Sequence[Message]:
    rows = await session.exec(
        select(Message)
        .where(col(Message.visit_id).in_(_within(scope)), *conditions)
        .order_by(col(Message.id).desc())
        .limit(PAGE + 1)
    )
    return rows.all()


async def _references(
    session: AsyncSession, rows: Sequence[Message]
) -> dict[int | None, str]:
    """What the visits of some messages are called in addresses."""
    found = await session.exec(
        select(Visit.id, Visit.reference).where(
            col(Visit.id).in_({row.visit_id for row in rows})
        )
    )
    return dict(found.all())


def _older(request: web.Request, form: Form[Filter], last: int) -> str:
    query = {name: texts[0] for name, texts in form.typed.items() if texts[0]}
    return url(request, "messages.listing", query=query | {"before": str(last)})


ROUTES = (
    Route(
        method="GET",
        path="/messages",
        page=listing,
        allow=READERS,
        menu=N_("Text messages"),
    ),
)
