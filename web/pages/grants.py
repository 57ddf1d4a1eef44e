"""Grants: provinces whose families may book at a prison that is not theirs.

Whether a family may then book is for the rules of booking.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from visitation import places
from visitation.errors import Invalid
from visitation.places import Province, ProvinceGrant, Site
from web import forms, gate, picks, present, reach, subjects
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.pages.provinces import ADMINISTRATORS
from web.picks import NearDay, Pick
from web.render import redirect, render, url
from web.routing import Route


class GrantFields(forms.Fields):
    """Which province, why, and for how long."""

    province: Pick = Field(title=N_("Province"))
    reason: Line = Field(title=N_("Reason"))
    until: NearDay | None = Field(default=None, title=N_("Last day"))


async def index(request: web.Request) -> web.Response:
    """The provinces a prison takes beside its own, and the form for another."""
    return await _page(request, forms.blank(GrantFields), gate.subject(request, Site))


async def add(request: web.Request) -> web.Response:
    """Take the families of another province."""
    site = gate.subject(request, Site)
    form = await forms.read(request, GrantFields)
    offered = [one.id for one in await _others(request, site)]
    form = picks.among(form, "province", offered)
    if not form.ok:
        return await _page(request, form, site, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await places.grant_province(
                session,
                prison=await session.get_one(Site, site.id),
                province_id=form.value.province,
                reason=form.value.reason,
                until=form.value.until,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _page(request, form.refused(refused), site, status=409)
    flash = _("The prison takes the families of this province.")
    return redirect(request, "grants.index", site=site.id, flash=flash)


async def confirm_end(request: web.Request) -> web.Response:
    """Ask before a province is no longer taken."""
    grant = gate.subject(request, ProvinceGrant)
    async with request.app[DATABASE].read() as session:
        province = await session.get_one(Province, grant.province_id)
    return render(
        request,
        "admin/confirm.html",
        title=_("Take this grant back?"),
        text=_(
            "Families of %(province)s can book here no more. What is booked already "
            "stays booked.",
            province=province.name,
        ),
        act=_("Take it back"),
        back=url(request, "grants.index", site=grant.prison_id),
    )


async def end(request: web.Request) -> web.Response:
    """Take a province's families no longer."""
    grant = gate.subject(request, ProvinceGrant)
    async with request.app[DATABASE].write() as session:
        await places.end_grant(
            session,
            await session.get_one(ProvinceGrant, grant.id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    flash = _("The grant is taken back.")
    return redirect(request, "grants.index", site=grant.prison_id, flash=flash)


async def _others(request: web.Request, site: Site) -> list[Province]:
    async with request.app[DATABASE].read() as session:
        every = await places.provinces(session)
    return [one for one in every if one.id != site.province_id]


async def _page(
    request: web.Request, form: Form[GrantFields], site: Site, *, status: int = 200
) -> web.Response:
    zone = ZoneInfo(site.zone)
    now: datetime = request.app[CLOCK]()
    today = now.astimezone(zone).date()
    async with request.app[DATABASE].read() as session:
        found = await places.grants_of(session, site.id)
    return render(
        request,
        "admin/grants.html",
        status=status,
        form=form,
        site={"id": site.id, "name": site.name},
        provinces=[(one.id, one.name) for one in await _others(request, site)],
        grants=[
            {
                "id": grant.id,
                "province": province.name,
                "reason": grant.reason,
                "until": present.day(grant.until, zone) if grant.until else None,
                "over": grant.until is not None and grant.until < today,
            }
            for grant, province in found
        ],
    )


ROUTES = (
    Route(
        method="GET",
        path="/sites/{site}/grants",
        page=index,
        allow=ADMINISTRATORS,
        subject=subjects.prison,
    ),
    Route(
        method="POST",
        path="/sites/{site}/grants",
        page=add,
        allow=ADMINISTRATORS,
        subject=subjects.prison,
    ),
    Route(
        method="GET",
        path="/grants/{grant}/end",
        page=confirm_end,
        allow=ADMINISTRATORS,
        subject=reach.grant,
    ),
    Route(
        method="POST",
        path="/grants/{grant}/end",
        page=end,
        allow=ADMINISTRATORS,
        subject=reach.grant,
    ),
)
