"""Somebody whose phone nobody knows yet says who they are, and is sent a code.

A phone that is known signs in as ever, whatever name was typed: the pages are the same
for both.
"""

import asyncio

from aiohttp import web
from pydantic import Field

from visitation.attempts import TooMany
from visitation.people import Stranger
from web import fields, forms, i18n, sessions, strangers
from web.fields import Name, Phone
from web.forms import Form
from web.i18n import N_, _
from web.keys import SETTINGS
from web.pages import phone
from web.pages.join import REFUSAL_SECONDS, until
from web.render import redirect, render
from web.routing import PUBLIC, Route


class Newcomer(forms.Fields):
    """Who is new here."""

    name: Name = Field(title=N_("Your first and last name"))
    phone: Phone = Field(title=N_("Number of your mobile phone"))


async def ask(request: web.Request) -> web.Response:
    """The fields for a name and a number."""
    if elsewhere := phone.elsewhere_from(request):
        return elsewhere
    return _page(request, forms.blank(Newcomer))


async def send(request: web.Request) -> web.Response:
    """Send a code to the number."""
    began = asyncio.get_running_loop().time()
    if elsewhere := phone.elsewhere_from(request):
        return elsewhere
    form = await forms.read(request, Newcomer)
    if not form.ok:
        return _page(request, form, status=422)
    if not fields.is_mobile(form.value.phone, request.app[SETTINGS].phone_regions):
        wrong = form.faulted("phone", _(phone.NOT_MOBILE))
        return _page(request, wrong, status=422)
    who = Stranger(name=form.value.name, language=i18n.language())
    try:
        asked = await phone.ask_for(request, form.value.phone, who.language)
    except TooMany as error:
        await until(began + REFUSAL_SECONDS)
        return _page(request, form.failed(phone.waiting_words(error)), status=429)
    await until(began + REFUSAL_SECONDS)
    response = redirect(request, "phone.code")
    sessions.remember_challenge(response, asked.reference)
    strangers.remember(request, response, who, asked.reference)
    return response


def _page(
    request: web.Request, form: Form[Newcomer], *, status: int = 200
) -> web.Response:
    return render(request, "family/own_newcomer.html", form=form, status=status)


ROUTES = (
    Route(method="GET", path="/sign-in/phone/new", page=ask, allow=PUBLIC),
    Route(method="POST", path="/sign-in/phone/new", page=send, allow=PUBLIC),
)
