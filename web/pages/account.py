"""A member of staff looks after their own account: password and second factor.

Nobody changes another's here; administrators have `account_access`.
"""

import base64
import binascii

import pyotp
import segno
from aiohttp import web
from pydantic import Field

from visitation import people
from visitation.keyring import Unreadable
from visitation.people import Account
from visitation.people.passwords import MINIMUM_PASSWORD_LENGTH
from web import credentials, forms, gate, sessions
from web.fields import Code, Secret
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect, render
from web.routing import STAFF, Route

_OFFER = "totp-offer"
_WRONG_PASSWORD = N_("This is not your present password.")


class NewPassword(forms.Fields):
    """A new password, twice, and the present one."""

    present: Secret = Field(title=N_("Present password"))
    new: Secret = Field(title=N_("New password"))
    again: Secret = Field(title=N_("New password again"))


class SecondFactor(forms.Fields):
    """The proof that an app was set up with the secret on the page."""

    offer: str
    present: Secret = Field(title=N_("Present password"))
    code: Code = Field(title=N_("Code from your app"))


async def show(request: web.Request) -> web.Response:
    """My account."""
    return await _page(request, forms.blank(NewPassword))


async def change_password(request: web.Request) -> web.Response:
    """Set a new password; other browsers are signed out, this one is not."""
    form = await forms.read(request, NewPassword)
    if not form.ok:
        return await _page(request, form, status=422)
    account = await _me(request)
    form = await _check_new_password(request, form, account)
    if not form.ok:
        return await _page(request, form, status=422)
    await credentials.replace_password(
        request.app[DATABASE], account, form.value.new, now=request.app[CLOCK]()
    )
    response = redirect(
        request, "account.show", flash=_("Your password has been changed.")
    )
    await sessions.sign_in_staff(request, response, gate.staff(request).account_id)
    return response


async def offer_second_factor(request: web.Request) -> web.Response:
    """A fresh secret as a picture to scan; nothing is kept before it is proved."""
    return await _offer(request, pyotp.random_base32(), forms.blank(SecondFactor))


async def enrol(request: web.Request) -> web.Response:
    """Keep the secret, once a code of it and the password are right."""
    form = await forms.read(request, SecondFactor)
    secret = _opened(request, form.text("offer"))
    if secret is None:
        return redirect(request, "account.offer_second_factor")
    if not form.ok:
        return await _offer(request, secret, form, status=422)
    account, now = await _me(request), request.app[CLOCK]()
    await credentials.count_try(request, account.username)
    if not await credentials.password_is_right(account, form.value.present):
        form = form.faulted("present", _(_WRONG_PASSWORD))
    elif credentials.matching_step(secret, form.value.code, now) is None:
        form = form.faulted(
            "code", _("That is not the code of this moment. Check the phone's clock.")
        )
    if not form.ok:
        return await _offer(request, secret, form, status=422)
    await credentials.keep_second_factor(
        request.app[DATABASE], account, secret, keyring=request.app[KEYRING], now=now
    )
    return redirect(
        request,
        "account.show",
        flash=_("From now on, signing in asks for a code from your app."),
    )


async def _page(
    request: web.Request, form: Form[NewPassword], *, status: int = 200
) -> web.Response:
    account = await _me(request)
    return render(
        request,
        "account/account.html",
        status=status,
        form=form,
        username=account.username,
        role=account.role,
        has_second_factor=account.totp_sealed is not None,
        unfinished=gate.staff(request).unfinished,
        length=MINIMUM_PASSWORD_LENGTH,
    )


async def _offer(
    request: web.Request, secret: str, form: Form[SecondFactor], *, status: int = 200
) -> web.Response:
    account = await _me(request)
    issuer = _("Video visits")
    link = pyotp.TOTP(secret).provisioning_uri(
        name=account.username, issuer_name=issuer
    )
    keyring = request.app[KEYRING]
    sealed = keyring.seal(_OFFER, f"{account.id} {secret}")
    return render(
        request,
        "account/second_factor.html",
        status=status,
        form=form,
        picture=segno.make(link, error="m").svg_data_uri(scale=5),
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        username=account.username,
        offer=base64.urlsafe_b64encode(sealed).decode(),
    )


def _opened(request: web.Request, offer: str) -> str | None:
    """The secret that we offered to this very account, or None."""
    try:
        sealed = base64.urlsafe_b64decode(offer)
        opened = request.app[KEYRING].open(_OFFER, sealed)
    except (binascii.Error, ValueError, Unreadable):
        return None
    owner, _space, secret = opened.partition(" ")
    return secret if owner == str(gate.staff(request).account_id) else None


async def _check_new_password(
    request: web.Request, form: Form[NewPassword], account: Account
) -> Form[NewPassword]:
    await credentials.count_try(request, account.username)
    if not await credentials.password_is_right(account, form.value.present):
        return form.faulted("present", _(_WRONG_PASSWORD))
    if not people.is_strong_enough(form.value.new):
        return form.faulted(
            "new",
            _("Use %(count)s characters or more.", count=MINIMUM_PASSWORD_LENGTH),
        )
    if form.value.new != form.value.again:
        return form.faulted("again", _("This is not the same as above."))
    return form


async def _me(request: web.Request) -> Account:
    async with request.app[DATABASE].read() as session:
        return await session.get_one(Account, gate.staff(request).account_id)


ROUTES = (
    Route(method="GET", path="/account", page=show, allow=STAFF, unfinished=True),
    Route(
        method="POST",
        path="/account/password",
        page=change_password,
        allow=STAFF,
        unfinished=True,
    ),
    Route(
        method="GET",
        path="/account/second-factor",
        page=offer_second_factor,
        allow=STAFF,
        unfinished=True,
    ),
    Route(
        method="POST",
        path="/account/second-factor",
        page=enrol,
        allow=STAFF,
        unfinished=True,
    ),
)
