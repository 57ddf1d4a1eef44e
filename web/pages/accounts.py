"""Accounts of staff: listing, adding, and correcting them.

A generated password is on the page that answers the form, once, and nowhere else. An
administrator gives nobody more than they reach themselves.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import Field

from visitation import devices, people, places
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people import Account, Scope, UsernameTaken
from visitation.words import Role
from web import forms, gate, i18n, picks, present, reach
from web.fields import Name, Phone, Username
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.labels import label
from web.pages.provinces import ADMINISTRATORS
from web.picks import Pick
from web.render import TRANSLATIONS, redirect, render, url
from web.routing import Page, Route

#: Nothing that looks like something else when it is read out or copied by hand.
_LETTERS = frozenset("abcdefghjkmnpqrstuvwxyz23456789")
_PASSWORD_LETTERS = 16


class Correction(forms.Fields):
    """What may change about an account."""

    name: Name = Field(title=N_("Name"))
    phone: Phone | None = Field(default=None, title=N_("Phone"))
    language: str = Field(default=i18n.DEFAULT_LANGUAGE, title=N_("Language"))
    everywhere: bool = Field(default=False, title=N_("Everywhere"))
    provinces: list[Pick] = Field(default=[], title=N_("Whole provinces"))
    sites: list[Pick] = Field(default=[], title=N_("Single places"))


class AccountFields(Correction):
    """What is known of a new account."""

    username: Username = Field(title=N_("Username"))
    role: Role = Field(title=N_("Role"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an administrator may let others reach, with words for it."""

    everywhere: bool
    provinces: tuple[tuple[int, str], ...]
    sites: tuple[tuple[int, str], ...]

    def words(self, scope: Scope) -> str:
        """What a scope reaches, in the reader's language."""
        if scope.everywhere:
            return _("Everywhere")
        names = [name for number, name in self.provinces if number in scope.provinces]
        names += [name for number, name in self.sites if number in scope.sites]
        return _(", ").join(map(present.isolated, names)) or _("Nothing yet")


async def index(request: web.Request) -> web.Response:
    """The accounts within reach."""
    me = gate.staff(request)
    async with request.app[DATABASE].read() as session:
        found = await people.find_accounts(session, within=me.scope)
        seen = await people.last_signed_in(session, [one.id for one, _scope in found])
    offer = await _offer(request)
    rows = [
        {
            "id": account.id,
            "username": account.username,
            "name": account.name,
            "role": account.role,
            "reach": offer.words(scope),
            "disabled": account.disabled_at is not None,
            "second_factor": account.totp_sealed is not None,
            "signed_in_at": seen.get(account.id),
        }
        for account, scope in found
    ]
    return render(request, "admin/accounts.html", accounts=rows)


async def new(request: web.Request) -> web.Response:
    """The form for another account."""
    return await _form(request, forms.blank(AccountFields, language=i18n.language()))


async def add(request: web.Request) -> web.Response:
    """Add an account and show its password, this once."""
    form = await forms.read(request, AccountFields)
    form = _within(form, await _offer(request), request)
    if not form.ok:
        return await _form(request, form, status=422)
    password = first_password(request.app[KEYRING])
    hashed = await asyncio.to_thread(people.hashed, password)
    try:
        async with request.app[DATABASE].write() as session:
            account = await people.add_account(
                session,
                username=form.value.username,
                name=form.value.name,
                role=form.value.role,
                phone=form.value.phone,
                language=form.value.language,
                password_hash=hashed,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
                **_scope(form.value),
            )
    except UsernameTaken as taken:
        sentence = form.refused(taken).reasons[-1]
        return await _form(request, form.faulted("username", sentence), status=409)
    return show_password(request, account, password)


async def show(request: web.Request) -> web.Response:
    """An account, and what can be done to it."""
    account, me = gate.subject(request, Account), gate.staff(request)
    async with request.app[DATABASE].read() as session:
        scope = await people.scope_of(session, account)
        last = await people.last_signed_in(session, [account.id])
        signed_in = await devices.sessions_of(
            session,
            account_id=account.id or 0,
            life=request.app[SETTINGS].life,
            now=request.app[CLOCK](),
        )
    offer = await _offer(request)
    return render(
        request,
        "admin/account.html",
        account={
            "id": account.id,
            "username": account.username,
            "name": account.name,
            "role": account.role,
            "phone": account.phone,
            "language": i18n.LANGUAGE_NAMES.get(account.language, account.language),
            "reach": offer.words(scope),
            "disabled": account.disabled_at is not None,
            "second_factor": account.totp_sealed is not None,
            "since": account.created_at,
            "signed_in_at": last.get(account.id),
        },
        own=account.id == me.account_id,
        browsers=[
            {
                "key": one.fingerprint,
                "since": one.created_at,
                "seen": one.last_seen_at,
                "locked": one.locked_at is not None,
            }
            for one in signed_in
        ],
    )


async def edit(request: web.Request) -> web.Response:
    """The form to correct an account."""
    account = gate.subject(request, Account)
    async with request.app[DATABASE].read() as session:
        scope = await people.scope_of(session, account)
    form = forms.blank(
        Correction,
        name=account.name,
        phone=present.typed_phone(account.phone or ""),
        language=account.language,
        everywhere=scope.everywhere,
        provinces=[str(one) for one in sorted(scope.provinces)],
        sites=[str(one) for one in sorted(scope.sites)],
    )
    return await _form(request, form, account)


async def save(request: web.Request) -> web.Response:
    """Correct an account."""
    account = gate.subject(request, Account)
    form = await forms.read(request, Correction)
    form = _within(form, await _offer(request), request)
    if not form.ok:
        return await _form(request, form, account, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await people.edit_account(
                session,
                await session.get_one(Account, account.id),
                name=form.value.name,
                phone=form.value.phone,
                language=form.value.language,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
                **_scope(form.value),
            )
    except Invalid as refused:
        return await _form(request, form.refused(refused), account, status=409)
    return redirect(request, "accounts.show", account=account.id, flash=_("Saved."))


def first_password(keyring: Keyring) -> str:
    """A random password of four groups of four letters (79 bits)."""
    letters = ""
    while len(letters) < _PASSWORD_LETTERS:
        letters += "".join(c for c in keyring.token().lower() if c in _LETTERS)
    return "-".join(letters[at : at + 4] for at in range(0, _PASSWORD_LETTERS, 4))


def _scope(typed: Correction) -> dict[str, Any]:
    if typed.everywhere:
        return {"everywhere": True}
    return {"provinces": typed.provinces, "sites": typed.sites}


def _within(form: Form[Any], offer: Offer, request: web.Request) -> Form[Any]:
    form = picks.among(form, "provinces", [number for number, _name in offer.provinces])
    form = picks.among(form, "sites", [number for number, _name in offer.sites])
    if form.parsed is None:
        return form
    typed: Correction = form.parsed
    if typed.language not in request.app[TRANSLATIONS]:
        form = form.faulted("language", _("Choose one from the list."))
    if isinstance(typed, AccountFields) and typed.role not in picks.ROLES:
        form = form.faulted("role", _("Choose one from the list."))
    if typed.everywhere and not offer.everywhere:
        form = form.faulted("everywhere", _("You do not reach everything yourself."))
    if not (typed.everywhere or typed.provinces or typed.sites):
        form = form.faulted("provinces", _("Choose a province or a place at least."))
    return form


async def _offer(request: web.Request) -> Offer:
    scope = gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        provinces = await places.provinces(session)
        sites = await places.find_sites(session, within=scope.of_sites())
    return Offer(
        everywhere=scope.everywhere,
        provinces=tuple(
            (one.id, one.name)
            for one in provinces
            if scope.everywhere or one.id in scope.provinces
        ),
        sites=tuple(picks.site_options(sites)),
    )


async def _form(
    request: web.Request,
    form: Form[Any],
    account: Account | None = None,
    *,
    status: int = 200,
) -> web.Response:
    return render(
        request,
        "admin/account_form.html",
        status=status,
        form=form,
        account={"id": account.id, "name": account.name} if account else None,
        offer=await _offer(request),
        roles=[(role.value, label(role)) for role in picks.ROLES],
        spoken=picks.language_options(request),
    )


def show_password(
    request: web.Request, account: Account, password: str
) -> web.Response:
    """The page with a password that nobody will see again."""
    return render(
        request,
        "admin/secret.html",
        title=_("The password of %(name)s", name=account.name),
        text=_(
            "It is shown this once. Write it down or hand it over now; they change it "
            "under “My account” after signing in."
        ),
        label=_("Username: %(username)s", username=account.username),
        secret=password,
        back=url(request, "accounts.show", account=account.id),
    )


def _on_account(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/accounts/{{account}}{path}",
        page=page,
        allow=ADMINISTRATORS,
        subject=reach.account,
    )


ROUTES = (
    Route(
        method="GET",
        path="/accounts",
        page=index,
        allow=ADMINISTRATORS,
        menu=N_("Accounts"),
    ),
    Route(method="GET", path="/accounts/new", page=new, allow=ADMINISTRATORS),
    Route(method="POST", path="/accounts/new", page=add, allow=ADMINISTRATORS),
    _on_account("GET", "", show),
    _on_account("GET", "/edit", edit),
    _on_account("POST", "/edit", save),
)
