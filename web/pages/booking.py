"""Booking a free slot: whom to visit, who comes, where they sit; check; book.

Each step is a plain form; whatever is refused, nothing that was chosen is lost. Once
everything is chosen the slot is held for ten minutes, in which it can be checked.
"""

from datetime import datetime

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, choosing
from scheduler.booking import Refused
from scheduler.choosing import HoldOver
from scheduler.wishes import proposed
from visitation import lifecycle, visits
from visitation.errors import NotFound
from visitation.lifecycle import Act
from visitation.visits import Visit
from visitation.words import Attendance
from web import booking_choices, booking_form, forms, gate, named, present, slot_places
from web.api import idempotency
from web.api.problems import Answer
from web.booking_choices import Choices
from web.booking_form import Search, Wish
from web.forms import Form
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect, redirect_to, render, url
from web.routing import Page, Route
from web.slot_places import Place

_BOOKERS = lifecycle.MAY[Act.BOOK]
#: More places than these go into a list instead of being shown all at once.
_FEW = 6


async def begin(request: web.Request) -> web.Response:
    """The first steps: a prisoner of the slot's prison, then everything else."""
    form = forms.from_query(request, Search)
    if "slot" in form.errors or "prisoner" in form.errors:
        raise NotFound("slot")
    slot, prisoner = form.text("slot"), form.text("prisoner")
    seat = "" if "place" in form.errors else form.text("place")
    if prisoner:
        return await _page(request, slot=slot, prisoner=prisoner, seat=seat)
    text = form.value.text if form.ok else ""
    async with request.app[DATABASE].read() as session:
        place = await _place(session, request, slot)
        found = await booking_choices.find_prisoners(session, place.prison, text)
        suggested = await place.suggestions(session, now=request.app[CLOCK]())
    if text and len(found) == 1:
        return redirect_to(request, _link(request, slot, found[0].id, seat))
    return render(
        request,
        "schedule/prisoner.html",
        status=200 if form.ok else 422,
        form=form,
        place=place,
        people=[(p.name, p.number, _link(request, slot, p.id, seat)) for p in found],
        suggestions=[
            (_link(request, name, seat=seat), words) for name, words in suggested
        ],
        seat=seat,
        day=_day(request, place),
    )


async def change(request: web.Request) -> web.Response:
    """Back to choosing, with everything as it was."""
    return await _again(request, await booking_form.read(request))


async def check(request: web.Request) -> web.Response:
    """Everything once more before it is booked, while the slot is held."""
    form = await booking_form.read(request)
    if not form.ok:
        return await _again(request, form, status=422)
    return await _check(request, form)


async def book(request: web.Request) -> web.Response:
    """Book; sent twice by a double click, it is booked once."""
    form = await booking_form.read(request)
    if not form.ok:
        return await _again(request, form, status=422)
    keyring = request.app[KEYRING]

    async def act(session: AsyncSession) -> Answer:
        return Answer(status=303, text=await _book(session, request, form.value))

    try:
        answer = await idempotency.once(
            request.app[DATABASE],
            act,
            actor=gate.staff(request).actor.key,
            key=f"page:{form.value.key or keyring.reference()}"[:128],
            asked=repr(sorted(form.typed.items())),
            keyring=keyring,
            now=request.app[CLOCK](),
        )
    except HoldOver:
        return await _check(request, form, over=True)
    except Refused as refused:
        return await _again(request, form, refused=refused)
    return redirect(request, "visits.booked", visit=answer.text)


async def _check(
    request: web.Request, form: Form[Wish], *, over: bool = False
) -> web.Response:
    by, now = gate.staff(request).actor, request.app[CLOCK]()
    try:
        async with request.app[DATABASE].write() as session:
            held = await choosing.keep(
                session,
                keyring=request.app[KEYRING],
                by=by,
                now=now,
                **await _wish(session, request, form.value),
            )
    except Refused as refused:
        return await _again(request, form, refused=refused, over=over)
    return await _again(
        request, form, template="schedule/check.html", held=held, over=over
    )


async def _book(session: AsyncSession, request: web.Request, typed: Wish) -> str:
    keyring = request.app[KEYRING]
    by, now = gate.staff(request).actor, request.app[CLOCK]()
    if typed.hold:
        visit = await choosing.confirm(
            session, typed.hold, keyring=keyring, by=by, now=now
        )
        return visit.reference
    wish = await _wish(session, request, typed)
    await choosing.make_way(session, [proposed(wish)], by=by, now=now)
    visit = await booking.book(session, keyring=keyring, by=by, now=now, **wish)
    return visit.reference


async def _wish(
    session: AsyncSession, request: web.Request, typed: Wish
) -> booking.Wish:
    scope = gate.staff(request).scope
    place = await _place(session, request, typed.slot)
    await named.prisoner(session, scope, typed.prisoner)
    if typed.kiosk is not None:
        await named.station(session, scope, typed.kiosk)
    if typed.official is not None:
        await named.official(session, place.prison, typed.official)
    cover = typed.official and await visits.covering(
        session,
        official_id=typed.official,
        prison_id=place.prison.id,
        kiosk_id=typed.kiosk,
        span=place.span,
    )
    return booking.Wish(
        prison_id=place.prison.id,
        terminal_id=place.terminal_id,
        span=place.span,
        kind=typed.kind,
        prisoner_id=typed.prisoner,
        visitor_ids=typed.visitors,
        kiosk_id=typed.kiosk,
        official_id=typed.official,
        cover_id=cover.id if cover else None,
        official_wanted=typed.official_wanted and typed.official is None,
        attendance=typed.attendance,
        note=typed.note,
        override_reason=typed.override,
    )


async def _again(
    request: web.Request,
    form: Form[Wish],
    *,
    template: str = "schedule/booking.html",
    status: int = 200,
    refused: Refused | None = None,
    held: Visit | None = None,
    over: bool = False,
) -> web.Response:
    if "slot" in form.errors or "prisoner" in form.errors:
        raise NotFound("slot")
    return await _page(
        request,
        slot=form.text("slot"),
        prisoner=form.text("prisoner"),
        form=form.refused(refused) if refused else form,
        template=template,
        status=409 if refused else status,
        refused=refused,
        held=held,
        over=over,
    )


async def _page(
    request: web.Request,
    *,
    slot: str,
    prisoner: str,
    seat: str = "",
    form: Form[Wish] | None = None,
    template: str = "schedule/booking.html",
    status: int = 200,
    refused: Refused | None = None,
    held: Visit | None = None,
    over: bool = False,
) -> web.Response:
    now = request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        place = await _place(session, request, slot)
        choices = await _choices(session, request, place, int(prisoner), form)
        suggested = await _suggestions(session, place, refused, now)
    form = form or booking_form.first(place, choices, seat)
    return render(
        request,
        template,
        status=status,
        form=form,
        place=place,
        choices=choices,
        as_list=len(choices.places) > _FEW,
        attendances=Attendance,
        suggestions=suggested,
        may_override=bool(refused and booking_choices.may_override(refused)),
        hidden=booking_form.hidden(form),
        key=request.app[KEYRING].reference(),
        summary=booking_form.summary(form, choices),
        other_prisoner=_link(request, slot, seat=form.text("place")),
        day=_day(request, place),
        held=held,
        over=over,
        now=now,
    )


async def _choices(
    session: AsyncSession,
    request: web.Request,
    place: Place,
    prisoner_id: int,
    form: Form[Wish] | None,
) -> Choices:
    me, now = gate.staff(request), request.app[CLOCK]()
    mine = await choosing.kept(session, by=me.actor, now=now)
    return await booking_choices.choices(
        session,
        me.scope,
        place,
        prisoner_id,
        kept=booking_form.kept(form) if form else frozenset(),
        but_visit=mine.id if mine else None,
    )


async def _suggestions(
    session: AsyncSession, place: Place, refused: Refused | None, now: datetime
) -> list[tuple[str, str]]:
    if refused:
        return place.in_words(refused.next_free)
    return await place.suggestions(session, now=now)


async def _place(session: AsyncSession, request: web.Request, slot: str) -> Place:
    me, now = gate.staff(request), request.app[CLOCK]()
    place = await slot_places.place_of(session, me.scope, slot, now=now)
    mine = await choosing.kept(session, by=me.actor, now=now)
    return place.for_holder(mine.reference) if mine else place


def _link(
    request: web.Request, slot: str, prisoner_id: int | None = None, seat: str = ""
) -> str:
    query = {"slot": slot} | ({"place": seat} if seat else {})
    if prisoner_id is not None:
        query["prisoner"] = str(prisoner_id)
    return url(request, "booking.begin", query=query)


def _day(request: web.Request, place: Place) -> str:
    day = present.local_day(place.start, place.zone).isoformat()
    query = {"site": str(place.prison.id), "day": day}
    return url(request, "schedule.day", query=query)


def _route(method: str, path: str, page: Page) -> Route:
    return Route(method=method, path=path, page=page, allow=_BOOKERS)


ROUTES = (
    _route("GET", "/booking", begin),
    _route("POST", "/booking", book),
    _route("POST", "/booking/change", change),
    _route("POST", "/booking/check", check),
)
