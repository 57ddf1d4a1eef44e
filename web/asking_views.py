"""The pages of asking for a visit: what a step shows, and what goes along with it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from visitation.words import Role
from web import asked_lately, asking_choices, asking_form, gate, prison_reach
from web.asking_choices import Known
from web.asking_form import Whom, Wishes
from web.forms import Form
from web.i18n import _
from web.keys import CLOCK, DATABASE
from web.render import render

_NOON = 12


async def whom(
    request: web.Request, form: Form[Whom], *, status: int = 200
) -> web.Response:
    """Whom the family would like to visit; below, what became of requests."""
    me, now = gate.staff(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        prisons = await prison_reach.asked_for(session, me)
        lately = await asked_lately.lately(session, me, now=now)
    return render(
        request,
        "asking/whom.html",
        status=status,
        form=form,
        prisons=[(one.id, one.name) for one in prisons],
        lately=[(one, ZoneInfo(one.zone)) for one in lately],
    )


def party(
    request: web.Request, who: Known, form: Form[Any], *, status: int = 200
) -> web.Response:
    """Who comes, and where to."""
    must_see = gate.staff(request).role is Role.CLERK
    return step(request, "party", form, who, status=status, must_see=must_see)


def step(
    request: web.Request,
    name: str,
    form: Form[Any],
    who: Known,
    *,
    status: int = 200,
    **shown: Any,
) -> web.Response:
    """A step, with everything that was said before it."""
    return render(
        request,
        f"asking/{name}.html",
        status=status,
        form=form,
        who={
            "prisoner": {"name": who.prisoner.name, "number": who.prisoner.number},
            "prison": {"id": who.prison.id, "name": who.prison.name},
            "visitors": who.visitors,
            "points": who.points,
        },
        zone=who.zone,
        now=request.app[CLOCK](),
        carried=asking_form.carried(form),
        **shown,
    )


async def times(
    request: web.Request,
    who: Known,
    form: Form[Wishes],
    *,
    day: date,
    kept: Sequence[str],
) -> web.Response:
    """The free times of a day, but for those chosen before."""
    async with request.app[DATABASE].read() as session:
        free = await asking_choices.of_day(
            session,
            who,
            asking_choices.party(who, form.value),
            day,
            now=request.app[CLOCK](),
        )
    shown = [
        (asking_form.named(one.place), one.place.span)
        for one in free
        if asking_form.named(one.place) not in kept
    ]
    early = {name for name, s in shown if s.start.astimezone(who.zone).hour < _NOON}
    halves = (
        (_("Before noon"), [one for one in shown if one[0] in early]),
        (_("After noon"), [one for one in shown if one[0] not in early]),
    )
    return step(
        request,
        "times",
        form,
        who,
        status=200 if form.ok else 409,
        day=day,
        halves=[half for half in halves if half[1]],
        kept=kept,
    )
