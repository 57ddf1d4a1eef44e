"""What the page of services is made of where there is no line: its shell, its worker.

The shell is that page without a day, a point or a name: a browser keeps it beside its
styles and scripts, and nothing else.
"""

import json
from typing import Final

from aiohttp import web

from visitation.services import recording
from visitation.words import ServiceKind
from web import forms, present
from web.assets import ASSETS
from web.i18n import N_, _, language
from web.labels import options
from web.render import render, url
from web.routing import PUBLIC, Route

#: What the shell needs to stand by itself.
PARTS: Final = (
    "css/app.css",
    "css/services.css",
    "favicon.svg",
    "fonts/vazirmatn.woff2",
    "js/main.js",
    "js/server-clock.js",
    "js/components/confirm.js",
    "js/components/morph.js",
    "js/components/news.js",
    "js/components/services.js",
    "js/services/sending.js",
    "js/services/store.js",
)
_WORKER = "js/services/worker.js"
#: What the scripts say; `{n}` and `{service}` are theirs to fill in.
_SAID: Final = {
    "noted": N_("Written down: {service}"),
    "waiting": N_("Waiting to be sent: {n}"),
    "none": N_("Everything is sent."),
    "broken": N_("There is no line. It is sent by itself when the line is back."),
    "over": N_("You are signed out. Sign in again: what is written here is kept."),
    "other": N_(
        "Somebody else is signed in by now. What you wrote waits until you sign in."
    ),
    "failed": N_("The service could not take it. It is tried again by itself."),
    "theirs": N_("Written here by somebody else, and sent when they sign in: {n}"),
    "first": N_(
        "There is no line. Open this page once while there is one; then it works "
        "without."
    ),
    "back": N_("Take off"),
    "refused": N_("Not taken:"),
    "number": N_("number {n}"),
    "people": N_("{n} people"),
    "wrong_number": N_("The number in the queue is a whole number up to 9999."),
    "wrong_people": N_("For how many people is a whole number from 1 to 50."),
    "sign": N_("Sign in"),
    "away": N_("Load the page again"),
}


class Blank(forms.Fields):
    """The form of the shell; its script reads it, and nobody else."""

    number: str = ""
    people: str = ""
    note: str = ""
    by_themselves: bool = False


def texts() -> dict[str, str]:
    """What the scripts of both pages say."""
    return {name: _(words) for name, words in _SAID.items()}


def known(request: web.Request) -> dict[str, str | int]:
    """What they need to know: addresses, and which version of the shell is the last."""
    return {
        "version": f"{request.app[ASSETS].version}-{language()}",
        "batch": url(request, "services.batch"),
        "shell": url(request, "services_offline.shell"),
        "worker": url(request, "services_offline.worker"),
        "scope": url(request, "services.index"),
        "signin": url(request, "sign_in.show", query={"next": "/services"}),
        "longest": recording.LONGEST_NOTE,
    }


async def shell(request: web.Request) -> web.Response:
    """The page without a line: the services to tap, and what waits to be sent."""
    return render(
        request,
        "services/shell.html",
        principal=None,
        menu={},
        works=None,
        flash=None,
        form=forms.blank(Blank, people=present.digits(1)),
        kinds=options(ServiceKind),
        texts=texts(),
        known=known(request),
        owner="",
    )


async def worker(request: web.Request) -> web.Response:
    """The script that answers with the shell where the service cannot be reached."""
    assets = request.app[ASSETS]
    kept = {
        "name": f"services-{assets.version}",
        "page": url(request, "services.index"),
        "shell": url(request, "services_offline.shell"),
        "parts": [assets.url(part) for part in PARTS],
    }
    script = assets.files[_WORKER].body.decode()
    return web.Response(
        text=f"const KNOWN = {json.dumps(kept)};\n{script}",
        content_type="text/javascript",
        headers={
            "Cache-Control": "no-cache",
            "Service-Worker-Allowed": url(request, "services.index"),
        },
    )


ROUTES = (
    Route(method="GET", path="/services/shell", page=shell, allow=PUBLIC),
    Route(method="GET", path="/services/worker.js", page=worker, allow=PUBLIC),
)
