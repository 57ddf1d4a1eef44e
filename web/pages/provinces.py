"""Provinces: the unit of administration, and of most people's reach.

Knows the province alone; its prisons, policy and people have pages of their own.
"""

from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation import places
from visitation.errors import Invalid, NotFound
from visitation.places import Province
from visitation.words import Role
from web import forms, gate, present, reach
from web.fields import Line, Name
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.render import redirect, render
from web.routing import Route

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


class ProvinceFields(forms.Fields):
    """What is known of a province."""

    code: Annotated[Line, StringConstraints(max_length=16)] = Field(title=N_("Code"))
    name: Name = Field(title=N_("Name"))


async def index(request: web.Request) -> web.Response:
    """The provinces within reach."""
    scope = gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        every = await places.provinces(session)
    rows = [
        {"id": one.id, "code": one.code, "name": one.name}
        for one in every
        if scope.everywhere or one.id in scope.provinces
    ]
    return render(
        request, "admin/provinces.html", provinces=rows, may_add=scope.everywhere
    )


async def new(request: web.Request) -> web.Response:
    """The form for another province."""
    _refuse_unless_everywhere(request)
    return _form(request, forms.blank(ProvinceFields))


async def add(request: web.Request) -> web.Response:
    """Add a province."""
    _refuse_unless_everywhere(request)
    form = await forms.read(request, ProvinceFields)
    if not form.ok:
        return _form(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await places.add_province(
                session,
                code=form.value.code,
                name=form.value.name,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return _form(request, form.refused(refused), status=409)
    return redirect(request, "provinces.index", flash=_("The province is added."))


async def edit(request: web.Request) -> web.Response:
    """The form to correct a province."""
    province = gate.subject(request, Province)
    form = forms.blank(
        ProvinceFields, code=present.digits(province.code), name=province.name
    )
    return _form(request, form, province)


async def save(request: web.Request) -> web.Response:
    """Correct a province."""
    province = gate.subject(request, Province)
    form = await forms.read(request, ProvinceFields)
    if not form.ok:
        return _form(request, form, province, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await places.edit_province(
                session,
                await session.get_one(Province, province.id),
                code=form.value.code,
                name=form.value.name,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return _form(request, form.refused(refused), province, status=409)
    return redirect(request, "provinces.index", flash=_("The province is saved."))


def _refuse_unless_everywhere(request: web.Request) -> None:
    if not gate.staff(request).scope.everywhere:
        raise NotFound("province")


def _form(
    request: web.Request,
    form: Form[ProvinceFields],
    province: Province | None = None,
    *,
    status: int = 200,
) -> web.Response:
    return render(
        request,
        "admin/province_form.html",
        status=status,
        form=form,
        name=province.name if province else None,
    )


ROUTES = (
    Route(method="GET", path="/provinces", page=index, allow=ADMINISTRATORS),
    Route(method="GET", path="/provinces/new", page=new, allow=ADMINISTRATORS),
    Route(method="POST", path="/provinces/new", page=add, allow=ADMINISTRATORS),
    Route(
        method="GET",
        path="/provinces/{province}",
        page=edit,
        allow=ADMINISTRATORS,
        subject=reach.province,
    ),
    Route(
        method="POST",
        path="/provinces/{province}",
        page=save,
        allow=ADMINISTRATORS,
        subject=reach.province,
    ),
)
