"""Who comes in with an account: shutting out, letting in, lost passwords and phones.

Nobody does any of this to their own account; `account` has what they may do there.
"""

import asyncio
from collections.abc import Mapping

from aiohttp import web
from pydantic import Field

from visitation import people
from visitation.people import Account, FactorGone
from web import forms, gate, reach
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages import accounts
from web.pages.provinces import ADMINISTRATORS
from web.render import redirect, render, url
from web.routing import Page, Route

#: Why a second factor is taken off.
REASONS: Mapping[FactorGone, str] = {
    FactorGone.LOST: N_("The phone with the app is lost"),
    FactorGone.STOLEN: N_("The phone with the app was stolen"),
    FactorGone.NEW_PHONE: N_("They have a new phone"),
    FactorGone.BROKEN: N_("The app does not work any more"),
}


class Reason(forms.Fields):
    """Why, and that whoever asks is the owner."""

    why: FactorGone = Field(title=N_("Why"))
    known: bool = Field(default=False, title=N_("I know that it is they who ask"))


async def confirm_disable(request: web.Request) -> web.Response:
    """Ask before somebody is shut out."""
    text = _("They are signed out everywhere at once and cannot sign in any more.")
    return _confirm(request, N_("Disable “%(name)s”?"), text, _("Disable"))


async def disable(request: web.Request) -> web.Response:
    """Shut an account out."""
    async with request.app[DATABASE].write() as session:
        await people.disable_account(
            session,
            await session.get_one(Account, gate.subject(request, Account).id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return _done(request, _("The account is disabled."))


async def enable(request: web.Request) -> web.Response:
    """Let an account in again."""
    async with request.app[DATABASE].write() as session:
        await people.enable_account(
            session,
            await session.get_one(Account, gate.subject(request, Account).id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return _done(request, _("The account is enabled again."))


async def confirm_password(request: web.Request) -> web.Response:
    """Ask before a password is thrown away."""
    text = _("The old password stops working and every browser is signed out.")
    return _confirm(
        request, N_("A new password for “%(name)s”?"), text, _("Make a new password")
    )


async def new_password(request: web.Request) -> web.Response:
    """Give an account a new password and show it, this once."""
    account = gate.subject(request, Account)
    password = accounts.first_password(request.app[KEYRING])
    hashed = await asyncio.to_thread(people.hashed, password)
    async with request.app[DATABASE].write() as session:
        await people.change_password(
            session,
            await session.get_one(Account, account.id),
            password_hash=hashed,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return accounts.show_password(request, account, password)


async def confirm_second_factor(request: web.Request) -> web.Response:
    """Ask why, and whether it is they, before a second factor is taken off."""
    return _asked(request, forms.blank(Reason))


async def forget_second_factor(request: web.Request) -> web.Response:
    """Take the second factor off an account."""
    form = await forms.read(request, Reason)
    if form.ok and not form.value.known:
        form = form.faulted("known", _("Make sure first, and tick this."))
    if not form.ok:
        return _asked(request, form, status=422)
    async with request.app[DATABASE].write() as session:
        await people.forget_totp(
            session,
            await session.get_one(Account, gate.subject(request, Account).id),
            why=form.value.why,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return _done(
        request,
        _("The second factor is removed. They set up another one as they sign in."),
    )


def _asked(
    request: web.Request, form: Form[Reason], *, status: int = 200
) -> web.Response:
    account = gate.subject(request, Account)
    return render(
        request,
        "admin/account_factor.html",
        status=status,
        account={"id": account.id, "name": account.name, "phone": account.phone},
        form=form,
        reasons=[(one.value, _(words)) for one, words in REASONS.items()],
    )


def _confirm(request: web.Request, title: str, text: str, act: str) -> web.Response:
    account = gate.subject(request, Account)
    return render(
        request,
        "admin/confirm.html",
        title=_(title, name=account.name),
        text=text,
        act=act,
        back=url(request, "accounts.show", account=account.id),
    )


def _done(request: web.Request, flash: str) -> web.Response:
    account = gate.subject(request, Account)
    return redirect(request, "accounts.show", account=account.id, flash=flash)


def _on_account(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/accounts/{{account}}{path}",
        page=page,
        allow=ADMINISTRATORS,
        subject=reach.other_account,
    )


ROUTES = (
    _on_account("GET", "/disable", confirm_disable),
    _on_account("POST", "/disable", disable),
    _on_account("POST", "/enable", enable),
    _on_account("GET", "/password", confirm_password),
    _on_account("POST", "/password", new_password),
    _on_account("GET", "/second-factor", confirm_second_factor),
    _on_account("POST", "/second-factor", forget_second_factor),
)
