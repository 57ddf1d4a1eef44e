"""Licences of professionals, as administrators verify, extend and revoke them."""

from functools import partial
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import professionals
from visitation.people import Visitor
from visitation.people.identity import masked_id
from visitation.places import Province
from visitation.professionals import Licence, asking, licences, mandates
from visitation.professionals.groups import longest
from visitation.professionals.rights import today
from visitation.words import LicenceState, Role
from web import forms, gate, professional_reach, row_acts
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.picks import NearDay
from web.professional_words import TONES
from web.render import render
from web.routing import Door, Page, Route

VERIFIERS: frozenset[Role | Door] = frozenset({Role.ADMINISTRATOR})


class Until(forms.Fields):
    """Until when a licence is valid."""

    valid_until: NearDay = Field(title=N_("Valid until"))


class Because(forms.Fields):
    """Why a licence is refused or revoked."""

    reason: Annotated[Line, StringConstraints(min_length=1)] = Field(title=N_("Reason"))


async def index(request: web.Request) -> web.Response:
    """What waits, and what is verified, those that run out first before others."""
    scope, now = gate.staff(request).scope, request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        waiting = await licences.waiting(session, scope=scope)
        verified = await licences.verified(session, scope=scope)
    return render(
        request,
        "professionals/licences.html",
        waiting=[_row(*one, now) for one in waiting],
        verified=[_row(*one, now) for one in verified],
    )


async def show(request: web.Request) -> web.Response:
    """One licence, and what may be done about it."""
    return await _page(request)


async def verify(request: web.Request) -> web.Response:
    """Verify it until a day."""
    form = await forms.read(request, Until)
    said = _("The licence is verified, and its owner is told.")
    return await _done(request, form, licences.verify, said=said)


async def extend(request: web.Request) -> web.Response:
    """Give it another last day."""
    form = await forms.read(request, Until)
    said = _("The licence has another last day, and its owner is told.")
    return await _done(request, form, licences.extend, said=said)


async def refuse(request: web.Request) -> web.Response:
    """Refuse it with a reason."""
    form = await forms.read(request, Because)
    said = _("The licence is refused, and whoever asked is told.")
    return await _done(request, form, licences.refuse, said=said)


async def revoke(request: web.Request) -> web.Response:
    """Revoke it with everything that rests on it."""
    form = await forms.read(request, Because)
    said = _(
        "The licence is revoked with all its mandates. Visits that are booked under "
        "them come up among the visits to review."
    )
    return await _done(request, form, licences.revoke, said=said)


async def _page(
    request: web.Request, form: Form[Any] | None = None, *, status: int = 200
) -> web.Response:
    now, keyring = request.app[CLOCK](), request.app[KEYRING]
    async with request.app[DATABASE].read() as session:
        licence = await session.get_one(Licence, gate.subject(request, Licence).id)
        visitor = await session.get_one(Visitor, licence.visitor_id)
        province = await session.get_one(Province, licence.province_id)
        others = await asking.others_with(session, licence)
        open_now = await _open_mandates(session, licence)
    state = professionals.state_of(licence, now)
    likely = longest(licence.profession, today(now))
    return render(
        request,
        "professionals/licence_show.html",
        status=status,
        licence=_row(licence, visitor, province, now)
        | {
            "number": asking.number_of(licence, keyring=keyring),
            "phone": visitor.phone,
            "national_id": masked_id(visitor.national_id_sealed, keyring=keyring),
            "reason": licence.reason,
            "listed": licence.roster_id is not None,
        },
        others=others,
        mandates=open_now,
        is_asked=licence.state is LicenceState.ASKED,
        is_verified=licence.state is LicenceState.VERIFIED,
        likely=likely,
        until=forms.or_blank(form, Until, valid_until=licence.valid_until),
        because=forms.or_blank(form, Because),
        tone=TONES.get(state, "plain"),
    )


async def _open_mandates(session: AsyncSession, licence: Licence) -> int:
    return len(await mandates.still_open(session, licence, lock=False))


def _row(
    licence: Licence, visitor: Visitor, province: Province, now: Any
) -> dict[str, object]:
    state = professionals.state_of(licence, now)
    return {
        "reference": licence.reference,
        "name": visitor.name,
        "profession": licence.profession,
        "issuer": licence.issuer,
        "province": province.name,
        "at": licence.renewal_asked_at or licence.asked_at,
        "until": licence.valid_until,
        "state": state,
        "tone": TONES.get(state, "plain"),
        "renewal": licence.renewal_asked_at is not None,
    }


_done = partial(row_acts.done, of=Licence, again=_page, then="licences.index")


def _route(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/licences/{{licence}}{path}",
        page=page,
        allow=VERIFIERS,
        subject=professional_reach.licence,
    )


ROUTES = (
    Route(
        method="GET",
        path="/licences",
        page=index,
        allow=VERIFIERS,
        menu=N_("Licences"),
    ),
    _route("GET", "", show),
    _route("POST", "/verify", verify),
    _route("POST", "/extend", extend),
    _route("POST", "/refuse", refuse),
    _route("POST", "/revoke", revoke),
)
