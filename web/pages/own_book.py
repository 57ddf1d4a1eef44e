"""A family looks for a time on its own phone: whom, who comes, which day, what time.

Each step is an address of its own, so that the way back is the browser's; what was
chosen stands in it as numbers that say nothing about anybody. A time that is pressed
is held, and checked on a page of its own.
"""

from datetime import date
from urllib.parse import urlencode

from aiohttp import web
from pydantic import Field

from scheduler import choosing, own_times
from scheduler.booking import Refused
from scheduler.own_times import Nothing
from visitation.people import Contact
from visitation.words import Asker, VisitKind
from web import asking_form, forms, gate, own_choices, own_days, own_reach, own_words
from web import own_nothing as nothing
from web.asking_form import TimeName
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.own_choices import Known, Party
from web.own_days import Days
from web.render import redirect, render, url
from web.routing import PHONE, Page, Route

_NOON = 12


class Chosen(Party):
    """The party, and the time that was pressed."""

    wish: TimeName = Field(title=N_("Time"))


async def whom(request: web.Request) -> web.Response:
    """First, whom to visit; straight on where there is only one."""
    me, now = gate.visitor(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        found = await own_choices.links(session, me, now=now)
        lawyer = not found and await own_choices.is_lawyer(session, me)
    if len(found) == 1:
        return redirect(request, "own_book.party", contact=found[0].contact_id)
    return render(request, "family/own_whom.html", links=found, lawyer=lawyer)


async def party(request: web.Request) -> web.Response:
    """Then, who comes, and where they sit."""
    who = await _known(request)
    if refused := nothing.at_all(request, who):
        return refused
    said = forms.from_query(request, Party)
    likely = {"visitors": (str(who.visitors[0][0]),), "place": (who.usual,)}
    shown = Form(model=Party, typed=likely | dict(said.typed))
    return _party_page(request, who, shown)


async def days(request: web.Request) -> web.Response:
    """Then a day of a month: only those that have a time lead on."""
    who = await _known(request)
    form = forms.from_query(request, Party)
    if refused := nothing.at_all(request, who):
        return refused
    if not form.ok:
        return _party_page(request, who, form, status=422)
    one, now = who.party(form.value), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        held = await own_choices.held(session, who, gate.visitor(request), now=now)
        found = await own_days.days(
            session, one, form.value.month, now=now, but_visit=held
        )
    if isinstance(found, Nothing):
        return nothing.at_present(request, who, form, found)
    return _month_page(request, who, form, found)


async def at(request: web.Request) -> web.Response:
    """Then a time of that day."""
    who = await _known(request)
    form = forms.from_query(request, Party)
    if not form.ok or form.value.day is None:
        return _party_page(request, who, form, status=422)
    return await _times(request, who, form, form.value.day)


async def hold(request: web.Request) -> web.Response:
    """Hold the time that was pressed for ten minutes, and show it once more."""
    who = await _known(request)
    form = await forms.read(request, Chosen)
    place = asking_form.place_of(form.text("wish")) if form.ok else None
    if place is None:
        return _party_page(request, who, form, status=422)
    one = who.party(form.value)
    try:
        async with request.app[DATABASE].write() as session:
            visit = await choosing.keep(
                session,
                prison_id=who.prison.id,
                terminal_id=place.terminal_id,
                span=place.span,
                kiosk_id=await own_choices.seat(session, one, place),
                kind=VisitKind.FAMILY,
                prisoner_id=who.prisoner.id,
                visitor_ids=one.visitor_ids,
                asked_by=Asker.FAMILY,
                keyring=request.app[KEYRING],
                by=gate.visitor(request).actor,
                now=request.app[CLOCK](),
            )
    except Refused as refused:
        day = place.span.start.astimezone(who.zone).date()
        return await _times(request, who, form, day, refused=refused)
    return redirect(request, "own_held.show", hold=visit.reference)


async def _times(
    request: web.Request,
    who: Known,
    form: Form[Party] | Form[Chosen],
    day: date,
    *,
    refused: Refused | None = None,
) -> web.Response:
    one, now = who.party(form.value), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        held = await own_choices.held(session, who, gate.visitor(request), now=now)
        found = await own_times.of_day(session, one, day, now=now, but_visit=held)
    shown = [(asking_form.named(time.place), time.place.span) for time in found]
    early = {name for name, s in shown if s.start.astimezone(who.zone).hour < _NOON}
    halves = (
        (_("Before noon"), [one for one in shown if one[0] in early]),
        (_("After noon"), [one for one in shown if one[0] not in early]),
    )
    return render(
        request,
        "family/own_times.html",
        status=409 if refused else 200,
        who=who,
        day=day,
        halves=[half for half in halves if half[1]],
        fields=form.value.query,
        gone=own_words.because(refused) if refused else (),
        back_href=_on(request, who, "days", form.value, month=day.isoformat()),
    )


def _month_page(
    request: web.Request,
    who: Known,
    form: Form[Party],
    found: Days,
) -> web.Response:
    def lead(day: date) -> str:
        return _on(request, who, "at", form.value, day=day.isoformat())

    def other(day: date) -> str:
        return _on(request, who, "days", form.value, month=day.isoformat())

    return render(
        request,
        "family/own_days.html",
        who=who,
        **found.shown(found.counts, zone=who.zone, lead=lead, other=other),
        back_href=_on(request, who, "party", form.value),
        waiting=nothing.waiting(request, who, form.value),
    )


def _party_page(
    request: web.Request,
    who: Known,
    form: Form[Party] | Form[Chosen],
    *,
    status: int = 200,
) -> web.Response:
    return render(request, "family/own_party.html", who=who, form=form, status=status)


async def _known(request: web.Request) -> Known:
    me, now = gate.visitor(request), request.app[CLOCK]()
    contact = gate.subject(request, Contact)
    async with request.app[DATABASE].read() as session:
        return await own_choices.known(session, contact, me, now=now)


def _on(request: web.Request, who: Known, step: str, typed: Party, **more: str) -> str:
    path = url(request, f"own_book.{step}", contact=who.contact_id)
    return f"{path}?{urlencode([*typed.query, *more.items()])}"


def _route(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/mine/book/{{contact}}{path}",
        page=page,
        allow=PHONE,
        subject=own_reach.contact,
    )


ROUTES = (
    Route(method="GET", path="/mine/book", page=whom, allow=PHONE),
    _route("GET", "", party),
    _route("GET", "/days", days),
    _route("GET", "/times", at),
    _route("POST", "/times", hold),
)
