"""What an official attends already where a second attendance is refused.

It is named only to who may see it; to others the refusal says no more than that.
"""

from typing import TypeVar
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.attendance import AttendsElsewhere
from visitation.errors import VisitationError
from visitation.lifecycle import OCCUPYING
from visitation.places import Site
from visitation.visits import Visit
from visitation.visits.listed import listed
from web import cover_rows, forms, gate, present
from web.forms import Form
from web.i18n import _
from web.keys import DATABASE
from web.principals import StaffPrincipal

M = TypeVar("M", bound=forms.Fields)
#: So many are named; who has more knows that the time is full.
_NAMED = 3


async def refused(
    request: web.Request, form: Form[M], error: VisitationError
) -> Form[M]:
    """The form with why it is refused and, of a clash, when and where the other is."""
    form = form.refused(error)
    if not isinstance(error, AttendsElsewhere):
        return form
    async with request.app[DATABASE].read() as session:
        named = await _named(session, error, gate.staff(request))
    for sentence in named[:_NAMED]:
        form = form.failed(sentence)
    return form


async def _named(
    session: AsyncSession, error: AttendsElsewhere, me: StaffPrincipal
) -> list[str]:
    own = error.official_id == me.account_id
    covers = await cover_rows.between(
        session,
        error.span,
        official_id=error.official_id,
        scope=None if own else me.scope,
    )
    inside = select(Site.id).where(me.scope.of_sites())
    seen = or_(col(Visit.prison_id).in_(inside), col(Visit.point_id).in_(inside))
    visits = await listed(
        session,
        col(Visit.official_id) == error.official_id,
        col(Visit.cover_id).is_(None),
        col(Visit.starts_at) < error.span.end,
        col(Visit.ends_at) > error.span.start,
        *(() if own else (seen,)),
        shown=OCCUPYING,
    )
    found = [(one.when, one.place) for one in covers]
    found += [
        (present.span(one.span, ZoneInfo(one.zone)), one.prison) for one in visits
    ]
    return [
        _(
            "Already attended: %(when)s, %(place)s.",
            when=when,
            place=present.isolated(place),
        )
        for when, place in found
    ]
