"""A professional looks for a time of a confidential visit: where, which day, what time.

The steps are those of a family, without the others who could come along. A time that
is pressed is held, and checked and booked on the pages that families have.
"""

from datetime import date
from urllib.parse import urlencode

from aiohttp import web
from pydantic import Field

from scheduler import own_times, professional, times
from scheduler.booking import Refused
from scheduler.own_times import Nothing
from visitation.errors import NotFound, VisitationError
from visitation.professionals import Client
from visitation.words import VisitKind
from web import asking_form, forms, gate, own_choices, own_days, own_words
from web import professional_reach as reach
from web.asking_form import TimeName
from web.booking_choices import OWN_PHONE
from web.booking_form import Seat
from web.forms import Form
from web.i18n import N_
from web.keys import CLOCK, DATABASE, KEYRING
from web.own_choices import Known, OtherDay
from web.own_days import Days
from web.render import redirect, render, url
from web.routing import PHONE, Page, Route


class Placed(OtherDay):
    """Where the professional sits; and the day that is looked at."""

    place: Seat = Field(title=N_("Where you sit"))

    @property
    def query(self) -> list[tuple[str, str]]:
        """The place as the part of an address."""
        return [("place", self.place)]


class Chosen(Placed):
    """The place, and the time that was pressed."""

    wish: TimeName = Field(title=N_("Time"))


async def place(request: web.Request) -> web.Response:
    """First, where one sits."""
    who = await _known(request)
    if who is None:
        return _not_in_force(request)
    return _place_page(request, who, forms.blank(Placed, place=OWN_PHONE))


async def days(request: web.Request) -> web.Response:
    """Then a day of a month: only those that have a time lead on."""
    who = await _known(request)
    if who is None:
        return _not_in_force(request)
    form = forms.from_query(request, Placed)
    if not form.ok:
        return _place_page(request, who, form, status=422)
    party, now = _party(request, who, form.value), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        held = await own_choices.held(session, who, gate.visitor(request), now=now)
        found = await own_days.days(
            session, party, form.value.month, now=now, but_visit=held
        )
    if isinstance(found, Nothing):
        return _nothing(request, who, found)
    return _month_page(request, who, form, found)


async def at(request: web.Request) -> web.Response:
    """Then a time of that day."""
    who = await _known(request)
    if who is None:
        return _not_in_force(request)
    form = forms.from_query(request, Placed)
    if not form.ok or form.value.day is None:
        return _place_page(request, who, form, status=422)
    return await _times(request, who, form.value, form.value.day)


async def hold(request: web.Request) -> web.Response:
    """Hold the time that was pressed for ten minutes, and show it once more."""
    who = await _known(request)
    if who is None:
        return _not_in_force(request)
    form = await forms.read(request, Chosen)
    wish = asking_form.place_of(form.text("wish")) if form.ok else None
    if wish is None:
        return _place_page(request, who, form, status=422)
    client, party = gate.subject(request, Client), _party(request, who, form.value)
    try:
        async with request.app[DATABASE].write() as session:
            await own_choices.seat(session, party, wish)
            visit = await professional.hold(
                session,
                client.mandate.reference,
                wish,
                visitor_id=client.licence.visitor_id,
                keyring=request.app[KEYRING],
                by=gate.visitor(request).actor,
                now=request.app[CLOCK](),
            )
    except Refused as refused:
        day = wish.span.start.astimezone(who.zone).date()
        return await _times(request, who, form.value, day, refused=refused)
    except NotFound:
        raise
    except VisitationError:
        return _not_in_force(request)
    return redirect(request, "own_held.show", hold=visit.reference)


async def _times(
    request: web.Request,
    who: Known,
    typed: Placed,
    day: date,
    *,
    refused: Refused | None = None,
) -> web.Response:
    party, now = _party(request, who, typed), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        held = await own_choices.held(session, who, gate.visitor(request), now=now)
        found = await own_times.of_day(session, party, day, now=now, but_visit=held)
    mandate = gate.subject(request, Client).mandate.reference
    return render(
        request,
        "professionals/times.html",
        status=409 if refused else 200,
        who=who,
        mandate=mandate,
        day=day,
        times=[(asking_form.named(time.place), time.place.span) for time in found],
        place=typed.place,
        gone=own_words.because(refused) if refused else (),
        back_href=_on(request, "days", typed, month=day.isoformat()),
    )


def _month_page(
    request: web.Request,
    who: Known,
    form: Form[Placed],
    found: Days,
) -> web.Response:
    typed = form.value

    def lead(day: date) -> str:
        return _on(request, "at", typed, day=day.isoformat())

    def other(day: date) -> str:
        return _on(request, "days", typed, month=day.isoformat())

    return render(
        request,
        "professionals/days.html",
        who=who,
        **found.shown(found.counts, zone=who.zone, lead=lead, other=other),
        back_href=_on(request, "place", typed),
    )


def _place_page(
    request: web.Request,
    who: Known,
    form: Form[Placed] | Form[Chosen],
    *,
    status: int = 200,
) -> web.Response:
    mandate = gate.subject(request, Client).mandate.reference
    return render(
        request,
        "professionals/place.html",
        status=status,
        who=who,
        form=form,
        mandate=mandate,
    )


def _nothing(request: web.Request, who: Known, found: Nothing) -> web.Response:
    mandate = gate.subject(request, Client).mandate.reference
    return render(
        request,
        "professionals/nothing.html",
        who=who,
        reasons=own_words.told(found.reasons),
        nothing=found,
        mandate=mandate,
    )


def _not_in_force(request: web.Request) -> web.Response:
    return render(request, "professionals/not_in_force.html", status=409)


async def _known(request: web.Request) -> Known | None:
    """The client and what there is to choose; None where one may not visit them."""
    client, now = gate.subject(request, Client), request.app[CLOCK]()
    if not client.is_in_force(now) or not client.rights.visits:
        return None
    contact = client.contact
    assert contact is not None
    async with request.app[DATABASE].read() as session:
        return await own_choices.known(session, contact, gate.visitor(request), now=now)


def _party(request: web.Request, who: Known, typed: Placed) -> times.Party:
    """The professional alone, at a place that was offered.

    Raises:
        NotFound: if the place was not offered.
    """
    if typed.place not in {one[0] for one in who.points}:
        raise NotFound("point")
    visitor_id = gate.subject(request, Client).licence.visitor_id
    return times.Party(
        prison_id=who.prison.id,
        prisoner_id=who.prisoner.id,
        visitor_ids=frozenset({visitor_id}),
        point_id=None if typed.place == OWN_PHONE else int(typed.place),
        kind=VisitKind.LEGAL,
    )


def _on(request: web.Request, step: str, typed: Placed, **more: str) -> str:
    mandate = gate.subject(request, Client).mandate.reference
    path = url(request, f"professionals_book.{step}", mandate=mandate)
    return f"{path}?{urlencode([*typed.query, *more.items()])}"


def _route(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/mine/clients/{{mandate}}/book{path}",
        page=page,
        allow=PHONE,
        subject=reach.client,
    )


ROUTES = (
    _route("GET", "", place),
    _route("GET", "/days", days),
    _route("GET", "/times", at),
    _route("POST", "/times", hold),
)
