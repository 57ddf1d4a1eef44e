"""A professional's own licence: asked for, how it stands, and renewed.

Whatever number is given is answered alike.
"""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import professionals
from visitation.attempts import TooMany
from visitation.errors import VisitationError
from visitation.keyring import Keyring
from visitation.people import Visitor
from visitation.places import Province
from visitation.professionals import Licence, asking
from visitation.professionals.groups import ASKING, RIGHTS
from visitation.words import LicenceState, Profession
from web import forms, gate, picks, professional_reach
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.labels import label
from web.picks import Pick
from web.principals import VisitorPrincipal
from web.professional_words import TONES
from web.render import redirect, render
from web.routing import PHONE, Route

_ENOUGH = N_("You asked often today. Wait for an answer, or try again tomorrow.")


class Asked(forms.Fields):
    """The licence that somebody says they have."""

    person: Pick = Field(title=N_("Who of you"))
    profession: Profession = Field(title=N_("What you are"))
    number: Annotated[Line, StringConstraints(min_length=1, max_length=40)] = Field(
        title=N_("Number of the licence")
    )
    issuer: Annotated[Line, StringConstraints(min_length=1, max_length=100)] = Field(
        title=N_("Who issued it")
    )
    province: Pick = Field(title=N_("Province"))


async def show(request: web.Request) -> web.Response:
    """How one's licences stand, and the form to ask for one."""
    return await _page(request)


async def ask(request: web.Request) -> web.Response:
    """Keep the licence for staff to verify; sent twice, it is asked once."""
    form = await forms.read(request, Asked)
    me = gate.visitor(request)
    form = picks.among(form, "person", me.visitor_ids)
    if form.ok and form.value.profession not in ASKING:
        form = form.faulted("profession", _("Choose one from the list."))
    if not form.ok:
        return await _page(request, form, status=422)
    try:
        await _ask(request, form.value, request.app[CLOCK]())
    except TooMany:
        return await _page(request, form.failed(_(_ENOUGH)), status=429)
    except VisitationError as refused:
        return await _page(request, form.refused(refused), status=409)
    said = _("Your licence is being looked at. You get a message when it is decided.")
    return redirect(request, "professionals.show", flash=said)


async def renew(request: web.Request) -> web.Response:
    """Ask for a licence to be verified for longer."""
    async with request.app[DATABASE].write() as session:
        licence = await session.get_one(Licence, gate.subject(request, Licence).id)
        await asking.ask_renewal(
            session,
            licence,
            by=gate.visitor(request).actor,
            now=request.app[CLOCK](),
        )
    said = _("The office is asked to renew your licence.")
    return redirect(request, "professionals.show", flash=said)


async def _ask(request: web.Request, typed: Asked, now: datetime) -> None:
    async with request.app[DATABASE].write() as session:
        await asking.ask(
            session,
            asking.Wanted(
                profession=typed.profession,
                number=typed.number,
                issuer=typed.issuer,
                province_id=typed.province,
            ),
            visitor_id=typed.person,
            keyring=request.app[KEYRING],
            by=gate.visitor(request).actor,
            now=now,
        )


async def _page(
    request: web.Request, form: Form[Asked] | None = None, *, status: int = 200
) -> web.Response:
    me, now = gate.visitor(request), request.app[CLOCK]()
    keyring = request.app[KEYRING]
    async with request.app[DATABASE].read() as session:
        provinces = await _provinces(session)
        people = await _people(session, me)
        licences = await professionals.licences_of(session, me.visitor_ids)
    shown = [_shown(one, people[one.visitor_id], keyring, now) for one in licences]
    first = me.visitor_id if len(people) == 1 else None
    return render(
        request,
        "professionals/licence.html",
        status=status,
        form=form or forms.blank(Asked, person=first),
        licences=shown,
        has_clients=any(
            one["clients"] and one["state"] is LicenceState.VERIFIED for one in shown
        ),
        helps=any(
            one["helps"] and one["state"] is LicenceState.VERIFIED for one in shown
        ),
        people=list(people.items()),
        provinces=provinces,
        professions=[(one.value, label(one)) for one in ASKING],
    )


def _shown(
    one: Licence, who: str, keyring: Keyring, now: datetime
) -> dict[str, object]:
    state, rights = professionals.state_of(one, now), RIGHTS[one.profession]
    return {
        "reference": one.reference,
        "who": who,
        "profession": one.profession,
        "number": asking.number_of(one, keyring=keyring),
        "issuer": one.issuer,
        "state": state,
        "tone": TONES.get(state, "plain"),
        "until": one.valid_until,
        "reason": one.reason,
        "may_renew": asking.may_renew(one, now),
        "renewal_asked": one.renewal_asked_at is not None,
        "clients": rights.relation is not None,
        "helps": rights.assists,
    }


async def _people(session: AsyncSession, me: VisitorPrincipal) -> dict[int, str]:
    rows = await session.exec(
        select(Visitor)
        .where(col(Visitor.id).in_(me.visitor_ids))
        .order_by(col(Visitor.id))
    )
    return {one.id: one.name for one in rows.all()}


async def _provinces(session: AsyncSession) -> list[tuple[int, str]]:
    rows = await session.exec(
        select(Province).order_by(col(Province.name), col(Province.id))
    )
    return [(one.id, one.name) for one in rows.all()]


ROUTES = (
    Route(method="GET", path="/mine/licence", page=show, allow=PHONE),
    Route(method="POST", path="/mine/licence", page=ask, allow=PHONE),
    Route(
        method="POST",
        path="/mine/licence/{licence}/renew",
        page=renew,
        allow=PHONE,
        subject=professional_reach.own_licence,
    ),
)
