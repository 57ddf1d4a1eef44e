"""Who is on duty at a screen that officers share: handing over, locking, the own PIN.

A PIN counts only where a colleague has signed in with a password. Whoever takes over
has a session of their own from then on, so that the audit names who acts.
"""

import asyncio
from datetime import timedelta
from typing import Annotated

from aiohttp import web
from pydantic import AfterValidator, Field

from visitation import audit, people
from visitation.attempts import Limit
from visitation.people import Account, pins
from visitation.words import Role
from web import credentials, forms, gate, sessions, tries
from web.errors import wants_json
from web.fields import Code, Secret, Username
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.render import redirect, redirect_to, render
from web.routing import Route

_WARDENS = frozenset({Role.WARDEN})
_QUARTER = timedelta(minutes=15)
PER_OFFICER = Limit(name="pin", most=5, window=_QUARTER)
PER_SCREEN = Limit(name="pin-screen", most=15, window=_QUARTER)
_FAILED = N_(
    "The number or the PIN is not right, or this officer has set no PIN. Try again, or "
    "sign in with a password."
)
_NO_PIN = N_("Set a PIN first: without one nobody could open the screen again.")
_WRONG_PASSWORD = N_("This is not your present password.")


def _pin(text: str) -> str:
    if not pins.is_usable(text):
        raise forms.fault(
            N_("Take four to eight digits, and not the same or the next one each time.")
        )
    return text


class TakingOver(forms.Fields):
    """Who takes over, and where they go on."""

    officer: Username = Field(title=N_("Officer’s username"))
    pin: Code = Field(title=N_("PIN"))
    next: str = "/warden"


class NewPin(forms.Fields):
    """A PIN of one's own, proved by the password."""

    present: Secret = Field(title=N_("Present password"))
    new_pin: Annotated[Code, AfterValidator(_pin)] = Field(title=N_("New PIN"))


async def show(request: web.Request) -> web.Response:
    """Who is on duty here, and how to hand over."""
    onward = request.query.get("next", "/warden")
    return await _page(request, forms.blank(TakingOver, next=onward))


async def lock(request: web.Request) -> web.Response:
    """Leave the screen: nothing is seen or done at it until somebody opens it."""
    me = gate.staff(request)
    async with request.app[DATABASE].read() as session:
        has_pin = await pins.pin_hash_of(session, me.account_id) is not None
    if not has_pin:
        if wants_json(request):
            return web.json_response({"title": _(_NO_PIN)}, status=409)
        form = forms.blank(TakingOver, next="/warden").failed(_(_NO_PIN))
        return await _page(request, form, status=409)
    await sessions.lock(request, by=me.actor)
    if wants_json(request):
        return web.json_response({"done": _("The screen is locked.")})
    return redirect(request, "duty.show")


async def take_over(request: web.Request) -> web.Response:
    """Go on as another officer, or as the same one after a lock."""
    form = await forms.read(request, TakingOver)
    if not form.ok:
        return await _refused(request, form)
    me, username = gate.staff(request), form.value.officer.casefold()
    await tries.hit(
        request,
        (PER_SCREEN, f"account:{me.account_id}"),
        (PER_OFFICER, username),
    )
    account = await _officer(request, username, form.value.pin)
    if account is None:
        return await _refused(request, form.failed(_(_FAILED)))
    await tries.forget(request, PER_OFFICER, username)
    done = _("%(name)s is on duty here now.", name=account.name)
    if wants_json(request):
        response = web.json_response({"done": done, "officer": account.name})
    else:
        response = redirect_to(request, form.value.next, flash=done)
    await sessions.hand_over(request, response, account.id, by=me.actor)
    return response


async def set_pin(request: web.Request) -> web.Response:
    """Set a PIN of one's own."""
    form = await forms.read(request, NewPin)
    taking = forms.blank(TakingOver, next="/warden")
    if not form.ok:
        return await _page(request, taking, pin=form, status=422)
    me = gate.staff(request)
    async with request.app[DATABASE].read() as session:
        account = await session.get_one(Account, me.account_id)
    await credentials.count_try(request, account.username)
    if not await credentials.password_is_right(account, form.value.present):
        wrong = form.faulted("present", _(_WRONG_PASSWORD))
        return await _page(request, taking, pin=wrong, status=422)
    pin_hash = await asyncio.to_thread(people.hashed, form.value.new_pin)
    async with request.app[DATABASE].write() as session:
        fresh = await session.get_one(Account, me.account_id)
        now = request.app[CLOCK]()
        await pins.set_pin(session, fresh, pin_hash=pin_hash, by=me.actor, now=now)
    return redirect(request, "duty.show", flash=_("Your PIN is set."))


async def _officer(request: web.Request, username: str, pin: str) -> Account | None:
    """The colleague whose PIN this is; None for everybody else, after the same work."""
    me = gate.staff(request)
    async with request.app[DATABASE].read() as session:
        account = await people.account_named(session, username)
        known = await pins.pin_hash_of(session, account.id) if account else None
        reach = await people.scope_of(session, account) if account else None
        near = reach is not None and await pins.shares_a_site(session, me.scope, reach)
    right = await asyncio.to_thread(people.check, known, pin)
    if account is None:
        return None
    allowed = near and account.role is Role.WARDEN and account.disabled_at is None
    if right and allowed:
        return account
    async with request.app[DATABASE].write() as session:
        audit.note(
            session,
            me.actor,
            "take_over_refused",
            f"account:{account.id}",
            now=request.app[CLOCK](),
        )
    return None


async def _refused(request: web.Request, form: Form[TakingOver]) -> web.Response:
    if wants_json(request):
        said = " ".join((*form.reasons, *form.errors.values()))
        return web.json_response({"title": said}, status=422)
    return await _page(request, form, status=422)


async def _page(
    request: web.Request,
    form: Form[TakingOver],
    *,
    pin: Form[NewPin] | None = None,
    status: int = 200,
) -> web.Response:
    me = gate.staff(request)
    async with request.app[DATABASE].read() as session:
        has_pin = await pins.pin_hash_of(session, me.account_id) is not None
    return render(
        request,
        "warden/duty.html",
        form=form,
        pin=pin or forms.blank(NewPin),
        officer=me.name,
        locked=me.locked,
        has_pin=has_pin,
        status=status,
    )


ROUTES = (
    Route(method="GET", path="/duty", page=show, allow=_WARDENS, locked=True),
    Route(method="POST", path="/duty/lock", page=lock, allow=_WARDENS, locked=True),
    Route(
        method="POST",
        path="/duty/take-over",
        page=take_over,
        allow=_WARDENS,
        locked=True,
    ),
    Route(method="POST", path="/duty/pin", page=set_pin, allow=_WARDENS),
)
