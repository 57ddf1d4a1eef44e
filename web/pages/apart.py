"""Keeping two prisoners of one prison apart on days of visits."""

from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people, persian
from visitation.errors import Invalid
from visitation.people import Prisoner
from web import forms, gate, subjects
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.pages.prisoners import Number
from web.pages.sites import PLANNERS
from web.render import redirect, render
from web.routing import Page, Route

_NOBODY = N_("No prisoner of this prison has this number. Check it.")


class Pair(forms.Fields):
    """Whom a prisoner must not meet, by number, and why."""

    other: Number = Field(title=N_("Number of the other prisoner"))
    reason: Annotated[Line, StringConstraints(min_length=1, max_length=300)] = Field(
        title=N_("Reason")
    )


async def new(request: web.Request) -> web.Response:
    """The form for two who must not meet."""
    return _pair_page(request, forms.blank(Pair))


async def add(request: web.Request) -> web.Response:
    """Keep two prisoners of one prison apart."""
    prisoner = gate.subject(request, Prisoner)
    form = await forms.read(request, Pair)
    if not form.ok:
        return _pair_page(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            other = await _numbered(session, prisoner, form.value.other)
            if other is None:
                return _pair_page(request, form.faulted("other", _(_NOBODY)), 409)
            await people.keep_apart(
                session,
                prisoner.id,
                other,
                reason=form.value.reason,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return _pair_page(request, form.refused(refused), 409)
    return _done(request, _("The two are kept apart."))


async def _numbered(
    session: AsyncSession, prisoner: Prisoner, number: str
) -> int | None:
    rows = await session.exec(
        select(Prisoner.id).where(
            Prisoner.site_id == prisoner.site_id,
            Prisoner.number == persian.to_ascii_digits(number).strip(),
        )
    )
    return rows.first()


def _done(request: web.Request, flash: str) -> web.Response:
    prisoner = gate.subject(request, Prisoner)
    return redirect(request, "restrictions.index", prisoner=prisoner.id, flash=flash)


def _pair_page(
    request: web.Request, form: Form[Pair], status: int = 200
) -> web.Response:
    prisoner = gate.subject(request, Prisoner)
    return render(
        request,
        "people/apart_new.html",
        status=status,
        form=form,
        prisoner={"id": prisoner.id, "name": prisoner.name},
    )


def _of_prisoner(method: str, page: Page) -> Route:
    return Route(
        method=method,
        path="/prisoners/{prisoner}/apart/new",
        page=page,
        allow=PLANNERS,
        subject=subjects.prisoner,
    )


ROUTES = (_of_prisoner("GET", new), _of_prisoner("POST", add))
