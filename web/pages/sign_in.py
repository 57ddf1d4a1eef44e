"""Staff sign in and out."""

from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation import devices
from web import credentials, forms, sessions
from web.fields import Code, Secret
from web.i18n import N_, _
from web.keys import DATABASE, KEYRING, PRINCIPAL
from web.principals import StaffPrincipal
from web.render import local_path, redirect, redirect_to, render
from web.routing import PUBLIC, Route

_FAILED = N_(
    "The username, the password or the code is not right. Check all three; if it goes "
    "on, ask your administrator."
)
#: Fields of any form that are typed again rather than kept.
_SECRET = frozenset(
    {"password", "present", "new", "again", "pin", "new_pin", "code", "secret"}
)


class Credentials(forms.Fields):
    """What signing in asks for."""

    username: Annotated[str, StringConstraints(max_length=64)] = Field(
        title=N_("Username")
    )
    password: Secret = Field(title=N_("Password"))
    code: Code | None = Field(default=None, title=N_("Code from your app"))
    next: str = "/staff"
    kept: str = ""
    to: str = ""
    whose: str = ""


async def show(request: web.Request) -> web.Response:
    """The form to sign in, or straight on if that was done."""
    onward = local_path(request.query.get("next", "/staff"))
    if isinstance(request.get(PRINCIPAL), StaffPrincipal):
        return redirect_to(request, onward)
    return _ask(request, forms.blank(Credentials, next=onward))


async def keep(request: web.Request) -> web.Response:
    """Ask somebody whose session has ended to sign in, and keep what they sent."""
    posted = await request.post()
    kept = [
        (name, text)
        for name, text in posted.items()
        if isinstance(text, str) and name not in _SECRET
    ]
    to = request.query.get("to", "/staff")
    whose = await _owner(request)
    form = forms.blank(
        Credentials, kept=urlencode(kept), to=local_path(to), whose=whose
    )
    return _ask(request, form)


async def enter(request: web.Request) -> web.Response:
    """Sign in."""
    form = await forms.read(request, Credentials)
    if not form.ok:
        return _ask(request, form, status=422)
    typed = form.value
    account = await credentials.account_for(
        request,
        username=typed.username.strip().casefold(),
        password=typed.password,
        code=typed.code,
    )
    if account is None or account.id is None:
        return _ask(request, form.failed(_(_FAILED)), status=422)
    response = _onward(request, typed, account.id)
    await sessions.sign_in_staff(request, response, account.id)
    return response


async def leave(request: web.Request) -> web.Response:
    """Sign out."""
    response = redirect(request, "public.home", flash=_("You are signed out."))
    await sessions.sign_out(request, response)
    # What was typed and never sent goes with whoever typed it; services that wait for a
    # line stay, and are sent when the same person is back.
    if "keep" not in await request.post():
        response.headers["Clear-Site-Data"] = '"storage"'
    return response


async def _owner(request: web.Request) -> str:
    """Whose session it was that is over, as far as that is still known."""
    token = request.cookies.get(sessions.SESSION_COOKIE, "")
    async with request.app[DATABASE].read() as session:
        keyring = request.app[KEYRING]
        owner = await devices.account_of(session, token, keyring=keyring)
    return str(owner or "")


def _onward(request: web.Request, typed: Credentials, account_id: int) -> web.Response:
    if not typed.to:
        return redirect_to(request, typed.next)
    if typed.whose not in {"", str(account_id)}:
        lost = _("What somebody else had typed here was not sent, and is gone.")
        return redirect(request, "staff.home", flash=lost)
    return render(
        request,
        "sign_in/again.html",
        to=local_path(typed.to),
        kept=parse_qsl(typed.kept, keep_blank_values=True),
    )


def _ask(
    request: web.Request, form: forms.Form[Credentials], *, status: int = 200
) -> web.Response:
    return render(
        request,
        "sign_in/sign_in.html",
        form=form,
        status=status,
        # A token that names nobody any more is of a session that is over.
        is_over=sessions.SESSION_COOKIE in request.cookies,
    )


ROUTES = (
    Route(method="GET", path="/sign-in", page=show, allow=PUBLIC),
    Route(method="POST", path="/sign-in", page=enter, allow=PUBLIC),
    Route(method="POST", path="/sign-in/kept", page=keep, allow=PUBLIC),
    Route(method="POST", path="/sign-out", page=leave, allow=PUBLIC),
)
