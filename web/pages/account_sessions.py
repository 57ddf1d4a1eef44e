"""Where an account is signed in, and signing it out there.

A browser is named by the fingerprint of its token, which opens nothing.
"""

from typing import Annotated

from aiohttp import web
from pydantic import StringConstraints

from visitation import audit, devices
from visitation.people import Account
from web import forms, gate, reach
from web.fields import Line
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, SETTINGS
from web.pages.provinces import ADMINISTRATORS
from web.render import redirect
from web.routing import Route


class Which(forms.Fields):
    """The browser; every one if it is left out."""

    session: Annotated[Line, StringConstraints(max_length=64)] = ""


async def end(request: web.Request) -> web.Response:
    """Sign an account out of one browser, or of all."""
    account, now = gate.subject(request, Account), request.app[CLOCK]()
    form = await forms.read(request, Which)
    chosen = form.value.session if form.ok else "-"
    async with request.app[DATABASE].write() as session:
        ended = 0
        for one in await devices.sessions_of(
            session,
            account_id=account.id or 0,
            life=request.app[SETTINGS].life,
            now=now,
        ):
            if chosen in {"", one.fingerprint}:
                await session.delete(one)
                ended += 1
        if ended:
            audit.note(
                session,
                gate.staff(request).actor,
                "end_sessions",
                f"account:{account.id}",
                now=now,
                ended=ended,
            )
    return redirect(
        request,
        "accounts.show",
        account=account.id,
        flash=_(_ENDED if ended else _WAS_OVER),
    )


_ENDED = N_("Signed out. Pages that were open there close by themselves.")
_WAS_OVER = N_("That browser was signed out already.")

ROUTES = (
    Route(
        method="POST",
        path="/accounts/{account}/sessions/end",
        page=end,
        allow=ADMINISTRATORS,
        subject=reach.account,
    ),
)
