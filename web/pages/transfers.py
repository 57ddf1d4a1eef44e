"""Recording that one prisoner was taken to another prison.

The page names the visits ahead that are concerned; they stay booked until somebody
moves or cancels them. A mistake is mended by a transfer back.
"""

from aiohttp import web
from pydantic import Field
from sqlmodel import col

from visitation import people, places
from visitation.errors import Invalid
from visitation.people import Prisoner
from visitation.places import Site
from visitation.words import SiteKind, TransferReason
from web import ahead, forms, gate, picks, present, subjects
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, SETTINGS
from web.labels import options
from web.pages.prisoners import Number
from web.pages.sites import PLANNERS
from web.picks import NearDay, Pick
from web.render import redirect, render
from web.routing import Page, Route


class Transfer(forms.Fields):
    """Where to, under which number, when and why."""

    to_site: Pick = Field(title=N_("To which prison"))
    number: Number = Field(title=N_("Prisoner number there"))
    on: NearDay = Field(title=N_("Day of the transfer"))
    reason: TransferReason = Field(title=N_("Reason"))


async def ask(request: web.Request) -> web.Response:
    """The form, and the visits that are concerned."""
    prisoner, zone = gate.subject(request, Prisoner), request.app[SETTINGS].zone
    today = request.app[CLOCK]().astimezone(zone).date()
    number = present.digits(prisoner.number)
    return await _page(request, forms.blank(Transfer, number=number, on=today))


async def transfer(request: web.Request) -> web.Response:
    """Record the transfer."""
    subject, me = gate.subject(request, Prisoner), gate.staff(request)
    form = await forms.read(request, Transfer)
    if not form.ok:
        return await _page(request, form, status=422)
    typed = form.value
    if typed.to_site == subject.site_id:
        sentence = _("The prisoner is held there already. Choose another prison.")
        return await _page(request, form.faulted("to_site", sentence), status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await people.transfer_prisoner(
                session,
                await session.get_one(Prisoner, subject.id),
                to_site=typed.to_site,
                number=typed.number,
                on=typed.on,
                reason=typed.reason,
                by=me.actor,
                now=request.app[CLOCK](),
            )
            there = await session.get_one(Site, typed.to_site)
    except Invalid as refused:
        return await _page(request, form.refused(refused), status=409)
    if me.scope.reaches(there):
        flash = _("The transfer is recorded. Look after the visits that are booked.")
        return redirect(request, "prisoners.show", prisoner=subject.id, flash=flash)
    flash = _("The transfer is recorded; others look after the prisoner now.")
    return redirect(request, "prisoners.index", flash=flash)


async def _page(
    request: web.Request, form: Form[Transfer], *, status: int = 200
) -> web.Response:
    prisoner, now = gate.subject(request, Prisoner), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        elsewhere = col(Site.id) != prisoner.site_id
        found = await places.find_sites(
            session, within=elsewhere, kinds=[SiteKind.PRISON]
        )
        booked = await ahead.of_prisoner(session, prisoner.id, now=now)
        held_at = await session.get_one(Site, prisoner.site_id)
    others = [(site, province) for site, province in found if not site.closed_at]
    return render(
        request,
        "people/transfer.html",
        status=status,
        form=form,
        prisoner={"id": prisoner.id, "name": prisoner.name, "prison": held_at.name},
        prisons=picks.site_options(others),
        reasons=options(TransferReason),
        ahead=booked,
    )


def _route(method: str, page: Page) -> Route:
    return Route(
        method=method,
        path="/prisoners/{prisoner}/transfer",
        page=page,
        allow=PLANNERS,
        subject=subjects.prisoner,
    )


ROUTES = (_route("GET", ask), _route("POST", transfer))
