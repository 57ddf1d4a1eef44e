"""Turning messages on again for a number whose owner once wanted none.

The owner does it on their phone; staff only when the owner asked them to.
"""

from aiohttp import web
from pydantic import Field

from scheduler import wanting
from visitation.people import Visitor
from visitation.words import Role
from web import forms, gate, reach
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect
from web.routing import PHONE, Door, Route

_STAFF: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})


class Asked(forms.Fields):
    """That it is the owner's own wish."""

    asked: bool = Field(default=False, title=N_("They asked for it themselves"))


async def by_staff(request: web.Request) -> web.Response:
    """Send to a visitor's number again, because they asked for it."""
    visitor = gate.subject(request, Visitor)
    form = await forms.read(request, Asked)
    if not (form.ok and form.value.asked):
        said = _("Tick that they asked for it themselves; nothing was changed.")
    elif visitor.phone is None:
        said = _("There is no number to send to.")
    else:
        async with request.app[DATABASE].write() as session:
            await wanting.want_again(
                session,
                visitor.phone,
                visitor_id=visitor.id,
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
        said = _("Messages go to this number again.")
    return redirect(request, "visitors.show", visitor=visitor.id, flash=said)


async def by_owner(request: web.Request) -> web.Response:
    """Send to one's own number again."""
    me = gate.visitor(request)
    async with request.app[DATABASE].write() as session:
        visitor = await session.get_one(Visitor, me.visitor_id)
        if visitor.phone is not None:
            await wanting.want_again(
                session,
                visitor.phone,
                visitor_id=visitor.id,
                keyring=request.app[KEYRING],
                by=me.actor,
                now=request.app[CLOCK](),
            )
    return redirect(
        request, "mine.show", flash=_("You get messages about your visits again.")
    )


ROUTES = (
    Route(
        method="POST",
        path="/visitors/{visitor}/messages",
        page=by_staff,
        allow=_STAFF,
        subject=reach.visitor,
    ),
    Route(method="POST", path="/mine/messages", page=by_owner, allow=PHONE),
)
