"""Tokens with which programs act as an account: issued, shown once, listed, revoked.

A token is readable in the answer that issues it, and nowhere else.
"""

from datetime import timedelta
from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation import people
from visitation.people import Account, ApiToken
from web import forms, gate, reach
from web.fields import Count, Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages.provinces import ADMINISTRATORS
from web.render import redirect, render, url
from web.routing import Route

_LONGEST_DAYS = 366
_USUAL_DAYS = 90


class TokenFields(forms.Fields):
    """What a token is for, and for how long."""

    label: Annotated[Line, StringConstraints(min_length=1, max_length=60)] = Field(
        title=N_("What it is for")
    )
    days: Annotated[Count, Field(ge=1, le=_LONGEST_DAYS)] = Field(
        title=N_("Valid for, in days")
    )


async def index(request: web.Request) -> web.Response:
    """An account's tokens, and the form for another."""
    return await _page(request, forms.blank(TokenFields, days=_USUAL_DAYS))


async def issue(request: web.Request) -> web.Response:
    """Issue a token and show it, this once."""
    form = await forms.read(request, TokenFields)
    if not form.ok:
        return await _page(request, form, status=422)
    account, now = gate.subject(request, Account), request.app[CLOCK]()
    async with request.app[DATABASE].write() as session:
        token = await people.issue_token(
            session,
            account,
            label=form.value.label,
            expires_at=now + timedelta(days=form.value.days),
            keyring=request.app[KEYRING],
            by=gate.staff(request).actor,
            now=now,
        )
    return render(
        request,
        "admin/secret.html",
        title=_("The token “%(label)s”", label=form.value.label),
        text=_("It is shown this once. Copy it into the program that will use it."),
        label=_("Acts as: %(username)s", username=account.username),
        secret=token,
        back=url(request, "tokens.index", account=account.id),
    )


async def confirm_revoke(request: web.Request) -> web.Response:
    """Ask before a program is shut out."""
    token = gate.subject(request, ApiToken)
    return render(
        request,
        "admin/confirm.html",
        title=_("Revoke “%(label)s”?", label=token.label),
        text=_(
            "The program that uses it is refused from now on. This cannot be undone."
        ),
        act=_("Revoke"),
        back=url(request, "tokens.index", account=token.account_id),
    )


async def revoke(request: web.Request) -> web.Response:
    """Make a token worthless."""
    token = gate.subject(request, ApiToken)
    async with request.app[DATABASE].write() as session:
        await people.revoke_token(
            session,
            await session.get_one(ApiToken, token.id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    flash = _("The token is revoked.")
    return redirect(request, "tokens.index", account=token.account_id, flash=flash)


async def _page(
    request: web.Request, form: Form[TokenFields], *, status: int = 200
) -> web.Response:
    account, now = gate.subject(request, Account), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        found = await people.tokens_of(session, account.id)
    return render(
        request,
        "admin/tokens.html",
        status=status,
        form=form,
        account={"id": account.id, "name": account.name},
        least=1,
        most=_LONGEST_DAYS,
        tokens=[
            {
                "id": token.id,
                "label": token.label,
                "since": token.created_at,
                "until": token.expires_at,
                "revoked": token.revoked_at is not None,
                "over": token.expires_at <= now,
            }
            for token in found
        ],
    )


ROUTES = (
    Route(
        method="GET",
        path="/accounts/{account}/tokens",
        page=index,
        allow=ADMINISTRATORS,
        subject=reach.account,
    ),
    Route(
        method="POST",
        path="/accounts/{account}/tokens",
        page=issue,
        allow=ADMINISTRATORS,
        subject=reach.account,
    ),
    Route(
        method="GET",
        path="/tokens/{token}/revoke",
        page=confirm_revoke,
        allow=ADMINISTRATORS,
        subject=reach.token,
    ),
    Route(
        method="POST",
        path="/tokens/{token}/revoke",
        page=revoke,
        allow=ADMINISTRATORS,
        subject=reach.token,
    ),
)
