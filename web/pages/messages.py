"""Every text message as it was sent, and what became of it.

Reads only; nothing is written, sent or sent again from here.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from aiohttp import web
from pydantic import Field
from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import lifecycle
from visitation.lifecycle import Act, MessageState
from visitation.messages import Message
from visitation.people import Scope
from visitation.places import Site
from visitation.visits import Visit
from visitation.words import Role
from web import forms, gate, message_views
from web.booking_form import Id
from web.fields import Day
from web.forms import Form
from web.i18n import N_
from web.keys import DATABASE, KEYRING, SETTINGS
from web.labels import label
from web.render import render, url
from web.routing import Door, Route

PAGE = 50
_READERS: frozenset[Role | Door] = lifecycle.MAY[Act.READ_MESSAGES] | {Role.AUDITOR}


class Filter(forms.Fields):
    """Which messages; `before` is the id of the last one seen."""

    day: Day | None = Field(default=None, title=N_("Day"))
    state: MessageState | None = Field(default=None, title=N_("State"))
    before: Id | None = None


async def listing(request: web.Request) -> web.Response:
    """The messages about visits within reach, the newest first."""
    form = forms.from_query(request, Filter)
    asked, me = form.value if form.ok else Filter(), gate.staff(request)
    reads = me.role in lifecycle.MAY[Act.READ_MESSAGES]
    settings = request.app[SETTINGS]
    async with request.app[DATABASE].read() as session:
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
        is_filtered=any(form.typed.values()),
    )


def _conditions(request: web.Request, asked: Filter) -> list[ColumnElement[bool]]:
    found = []
    if asked.day is not None:
        midnight = datetime.combine(asked.day, time(), request.app[SETTINGS].zone)
        found += [
            col(Message.created_at) >= midnight,
            col(Message.created_at) < midnight + timedelta(days=1),
        ]
    if asked.state is not None:
        found.append(col(Message.state) == asked.state)
    if asked.before is not None:
        found.append(col(Message.id) < asked.before)
    return found


async def _find(
    session: AsyncSession, scope: Scope, *conditions: ColumnElement[bool]
) -> Sequence[Message]:
    reached = select(Site.id).where(scope.of_sites())
    within = select(Visit.id).where(
        or_(col(Visit.prison_id).in_(reached), col(Visit.point_id).in_(reached))
    )
    rows = await session.exec(
        select(Message)
        .where(col(Message.visit_id).in_(within), *conditions)
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
        allow=_READERS,
        menu=N_("Text messages"),
        seldom=True,
    ),
)
