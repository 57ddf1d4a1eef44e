"""Families sign in with a code that is sent to their phone.

Whatever number is given, the same page follows in the same time: nobody learns whose
number is known here. A browser keeps which code it asked for in a cookie.
"""

import asyncio
from typing import Annotated

import structlog
from aiohttp import web
from pydantic import AfterValidator, Field

from visitation import people
from visitation.attempts import TooMany
from visitation.devices import Asked, challenges
from web import fields, forms, onward, sessions, sources, strangers
from web.fields import Code, Phone
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, DEVICE, KEYRING, PRINCIPAL, SETTINGS
from web.pages.join import LONG_WAIT, REFUSAL_SECONDS, six, until, wait_words
from web.principals import VisitorPrincipal
from web.render import redirect, render
from web.routing import PUBLIC, Route

log = structlog.get_logger()
_PURPOSE = "attempt"
_WRONG = N_(
    "This code is not right, or its time is over. Look at the last message, or ask for "
    "a new code."
)
NOT_MOBILE = N_("Give the number of a mobile phone of this country.")
_ENOUGH = N_(
    "This was tried too often today. Try again tomorrow; your visit also opens with "
    "the six digits on your slip or in your message."
)


class Number(forms.Fields):
    """Whose visits are asked for."""

    phone: Phone = Field(title=N_("Number of your mobile phone"))


class Received(forms.Fields):
    """What came to the phone."""

    code: Annotated[Code, AfterValidator(six)] = Field(title=N_("Code in the message"))


async def ask(request: web.Request) -> web.Response:
    """The field for the number."""
    if elsewhere := elsewhere_from(request):
        return elsewhere
    return _numbered(request, forms.blank(Number))


async def send(request: web.Request) -> web.Response:
    """Send a code, if the number is known; go on either way."""
    began = asyncio.get_running_loop().time()
    if elsewhere := elsewhere_from(request):
        return elsewhere
    form = await forms.read(request, Number)
    if not form.ok:
        return _numbered(request, form, status=422)
    if not fields.is_mobile(form.value.phone, request.app[SETTINGS].phone_regions):
        return _numbered(request, form.faulted("phone", _(NOT_MOBILE)), status=422)
    try:
        asked = await ask_for(request, form.value.phone)
    except TooMany as error:
        await until(began + REFUSAL_SECONDS)
        return _numbered(request, form.failed(waiting_words(error)), status=429)
    await until(began + REFUSAL_SECONDS)
    return _sent(request, asked)


async def again(request: web.Request) -> web.Response:
    """Send the code once more."""
    began = asyncio.get_running_loop().time()
    reference = _reference(request)
    async with request.app[DATABASE].read() as session:
        phone = await challenges.phone_of(
            session, reference, keyring=request.app[KEYRING], now=request.app[CLOCK]()
        )
    if phone is None:
        return redirect(request, "phone.ask")
    try:
        asked = await ask_for(request, phone, strangers.language(request))
    except TooMany as error:
        await until(began + REFUSAL_SECONDS)
        form = forms.blank(Received).failed(waiting_words(error))
        return _coded(request, form, status=429)
    await until(began + REFUSAL_SECONDS)
    said = _("If a minute has passed since the last message, a new one is on its way.")
    return _sent(request, asked, flash=said)


async def code(request: web.Request) -> web.Response:
    """The field for the code."""
    if elsewhere := elsewhere_from(request):
        return elsewhere
    if not _reference(request):
        return redirect(request, "phone.ask")
    return _coded(request, forms.blank(Received))


async def enter(request: web.Request) -> web.Response:
    """Sign in."""
    began = asyncio.get_running_loop().time()
    if elsewhere := elsewhere_from(request):
        return elsewhere
    form = await forms.read(request, Received)
    if not form.ok:
        return _coded(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            visitor = await people.sign_in_by_code(
                session,
                reference=_reference(request),
                code=form.value.code,
                keyring=request.app[KEYRING],
                now=request.app[CLOCK](),
                stranger=strangers.of(request),
            )
    except TooMany as error:
        await until(began + REFUSAL_SECONDS)
        return _coded(request, form.failed(waiting_words(error)), status=429)
    if visitor is None:
        await until(began + REFUSAL_SECONDS)
        return _coded(request, form.failed(_(_WRONG)), status=422)
    async with request.app[DATABASE].read() as session:
        sharing = await people.visitors_with(session, visitor.phone or "")
    response = onward.signed_in(request, tuple(one.id for one in sharing))
    strangers.forget(response)
    await sessions.sign_in_visitor(request, response, visitor.id)
    return response


async def ask_for(
    request: web.Request, phone: str, stranger_language: str | None = None
) -> Asked:
    """Send a code to a phone that somebody has; to a stranger's in any case."""
    keyring = request.app[KEYRING]
    async with request.app[DATABASE].write() as session:
        asked = await people.ask_for_code(
            session,
            phone=phone,
            address=keyring.fingerprint(_PURPOSE, sources.address(request)),
            keyring=keyring,
            now=request.app[CLOCK](),
            budget=request.app[SETTINGS].sign_in_budget,
            stranger_language=stranger_language,
        )
    if asked.held_back:
        log.warning("sign_in_code_held_back")
    return asked


def _sent(request: web.Request, asked: Asked, *, flash: str = "") -> web.Response:
    response = redirect(request, "phone.code", flash=flash)
    sessions.remember_challenge(response, asked.reference)
    return response


def elsewhere_from(request: web.Request) -> web.Response | None:
    """Where to go instead: a shared device keeps nobody's visits."""
    if request.get(DEVICE) is not None:
        return redirect(request, "join.ask")
    if isinstance(request.get(PRINCIPAL), VisitorPrincipal):
        return redirect(request, "mine.show")
    return None


def _reference(request: web.Request) -> str:
    return request.cookies.get(sessions.CHALLENGE_COOKIE, "")


def waiting_words(error: TooMany) -> str:
    """How long to wait until the next try."""
    return _(_ENOUGH) if error.wait > LONG_WAIT else wait_words(error)


def _numbered(
    request: web.Request, form: forms.Form[Number], *, status: int = 200
) -> web.Response:
    return render(request, "family/phone.html", form=form, status=status)


def _coded(
    request: web.Request, form: forms.Form[Received], *, status: int = 200
) -> web.Response:
    stranger = strangers.of(request) is not None
    return render(
        request,
        "family/phone_code.html",
        form=form,
        stranger=stranger,
        status=status,
    )


ROUTES = (
    Route(method="GET", path="/sign-in/phone", page=ask, allow=PUBLIC),
    Route(method="POST", path="/sign-in/phone", page=send, allow=PUBLIC),
    Route(method="POST", path="/sign-in/phone/again", page=again, allow=PUBLIC),
    Route(method="GET", path="/sign-in/phone/code", page=code, allow=PUBLIC),
    Route(method="POST", path="/sign-in/phone/code", page=enter, allow=PUBLIC),
)
