"""Families at the door: a code typed, and where it leads.

On a paired kiosk the code is enough. Anywhere else the last four digits of the
visitor's phone belong to it. Whatever opens nothing gets one answer, in one time.
"""

import asyncio
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import AfterValidator, Field, StringConstraints

from visitation import persian
from visitation.admission import Denial
from visitation.attempts import TooMany
from visitation.attempts.guesses import Guess
from visitation.calls.entries import PHONE_DIGITS, Entry, entry_of
from visitation.calls.knocking import knock
from visitation.calls.seating import Elsewhere, elsewhere
from visitation.visits import NoSuchCode
from visitation.visits.codes import CODE_DIGITS
from visitation.words import StationKind
from web import forms, gate, present, sessions, sources
from web.fields import Code
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, DEVICE, KEYRING, PRINCIPAL, SETTINGS
from web.principals import ParticipantPrincipal
from web.render import redirect, render
from web.routing import FAMILY, PUBLIC, Route

#: Long enough for any refusal to have been found by then.
REFUSAL_SECONDS = 0.3
#: From here on a wait is said as a day, not in minutes.
LONG_WAIT = timedelta(hours=2)
#: A visit may be extended while its family is in it.
EXTENSIONS = timedelta(hours=3)

REFUSED_WORDS = N_(
    "This does not open a visit. Look at the six digits on your slip or in the last "
    "message, and use the last four digits of the phone that the message came to."
)


def six(code: str) -> str:
    """A code of the right length."""
    if len(code) != CODE_DIGITS:
        raise forms.fault(N_("The code has six digits."))
    return code


def ending(typed: str) -> str:
    """The last four digits of a phone, however much of it was typed."""
    digits = "".join(persian.to_ascii_digits(typed).split())[-PHONE_DIGITS:]
    if len(digits) < PHONE_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise forms.fault(N_("Type the last four digits of your phone number."))
    return digits


class AtKiosk(forms.Fields):
    """What a known device asks for."""

    code: Annotated[Code, AfterValidator(six)] = Field(title=N_("Code of the visit"))


class Anywhere(AtKiosk):
    """What any other device asks for."""

    phone: Annotated[str, StringConstraints(max_length=32), AfterValidator(ending)] = (
        Field(title=N_("Last four digits of your phone"))
    )


async def ask(request: web.Request) -> web.Response:
    """The field for the code."""
    if _is_terminal(request):
        return redirect(request, "terminal.station")
    return _asked(request, forms.blank(asked_here(request)))


async def enter(request: web.Request) -> web.Response:
    """Open the door that the code belongs to."""
    began = asyncio.get_running_loop().time()
    if _is_terminal(request):
        return redirect(request, "terminal.station")
    form = await forms.read(request, asked_here(request))
    if not form.ok:
        return _asked(request, form, status=422)
    try:
        entry = await entry_typed(request, form.value)
    except TooMany as error:
        return _asked(request, form.failed(wait_words(error)), status=429)
    if entry is None:
        await until(began + REFUSAL_SECONDS)
        refused = (
            form.failed(_(REFUSED_WORDS))
            if isinstance(form.value, Anywhere)
            else form.refused(NoSuchCode())
        )
        return _asked(request, refused, status=422)
    return await led(request, entry)


async def wait(request: web.Request) -> web.Response:
    """The time of the visit, for whoever came early; straight on when it is time."""
    me, now = gate.participant(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        entry = await entry_of(session, participant_id=me.participant_id, now=now)
    if entry.denial is None:
        return redirect(request, "check.show")
    return _told(request, entry)


async def seat(request: web.Request) -> web.Response:
    """For a family that stands before another kiosk than its own."""
    found = await _elsewhere(request, gate.participant(request).participant_id)
    if found is None:
        return redirect(request, "check.show")
    return render(request, "family/seat.html", found=found)


async def _onward(request: web.Request, participant_id: int) -> str:
    found = await _elsewhere(request, participant_id)
    return "check.show" if found is None else "join.seat"


async def _elsewhere(request: web.Request, participant_id: int) -> Elsewhere | None:
    device = request.get(DEVICE)
    if device is None:
        return None
    async with request.app[DATABASE].read() as session:
        return await elsewhere(
            session,
            participant_id=participant_id,
            station_id=device.station_id,
            now=request.app[CLOCK](),
        )


async def entry_typed(request: web.Request, typed: AtKiosk) -> Entry | None:
    """The entry that a typed code opens; None if none.

    Raises:
        TooMany: if it was tried too often.
    """
    guess = Guess(
        code=typed.code,
        phone_digits=typed.phone if isinstance(typed, Anywhere) else None,
        where=sources.place(request),
    )
    async with request.app[DATABASE].write() as session:
        return await knock(
            session,
            guess,
            keyring=request.app[KEYRING],
            now=request.app[CLOCK](),
        )


async def led(request: web.Request, entry: Entry) -> web.Response:
    """On to the checks, or told the time; a kiosk is kept for nobody."""
    early = entry.denial is Denial.NOT_YET_OPEN
    if entry.denial is not None and (request.get(DEVICE) is not None or not early):
        return _told(request, entry)
    onward = "join.wait" if early else await _onward(request, entry.participant_id)
    response = redirect(request, onward)
    await sessions.sign_in_participant(
        request, response, entry.participant_id, until=entry.closes_at + EXTENSIONS
    )
    return response


def _asked(
    request: web.Request, form: forms.Form[AtKiosk], *, status: int = 200
) -> web.Response:
    return render(
        request,
        "family/join.html",
        form=form,
        known=isinstance(request.get(PRINCIPAL), ParticipantPrincipal)
        and request.get(DEVICE) is None,
        status=status,
    )


def _told(request: web.Request, entry: Entry) -> web.Response:
    return render(
        request,
        "family/told.html",
        denial=entry.denial,
        span=entry.span,
        zone=ZoneInfo(entry.zone),
        phone=entry.phone or request.app[SETTINGS].help_phone,
        opens_at=entry.opens_at,
        now=request.app[CLOCK](),
        # A kiosk is given back; somebody's own phone waits for the door.
        waits=request.get(DEVICE) is None and entry.denial is Denial.NOT_YET_OPEN,
    )


def _is_terminal(request: web.Request) -> bool:
    """A terminal goes to its own visits; nobody types another's code there."""
    device = request.get(DEVICE)
    return device is not None and device.kind is StationKind.TERMINAL


def asked_here(request: web.Request) -> type[AtKiosk]:
    """What is asked for here: a known device asks for the code alone."""
    return Anywhere if request.get(DEVICE) is None else AtKiosk


def wait_words(error: TooMany) -> str:
    """What is said to whoever tried too often."""
    if error.wait > LONG_WAIT:
        return _(
            "That was tried too often today. Ask the staff near you, or call the "
            "office."
        )
    return _(
        "That was tried too often. Wait %(minutes)s, then try again; or ask the staff "
        "near you.",
        minutes=present.minutes(error.wait),
    )


async def until(moment: float) -> None:
    """Sleep until a moment of the loop's clock."""
    await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))


ROUTES = (
    Route(method="GET", path="/join", page=ask, allow=PUBLIC),
    Route(method="POST", path="/join", page=enter, allow=PUBLIC),
    Route(method="GET", path="/join/time", page=wait, allow=FAMILY),
    Route(method="GET", path="/join/seat", page=seat, allow=FAMILY),
)
