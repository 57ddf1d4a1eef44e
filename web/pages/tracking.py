"""How a request stands, for whoever has its code: on any device, signed in or not.

Says nothing of whom it is about. Whatever is no code of a request gets one answer in
one time. Tries are counted by where they come from; while many are wrong, wherever they
come from, each place has few of them.
"""

import asyncio
from datetime import timedelta
from typing import Annotated

from aiohttp import web
from pydantic import AfterValidator, Field

from visitation import attempts, cases
from visitation.attempts import Limit, TooMany
from visitation.cases import Case, Done
from visitation.cases.tracking import DIGITS
from visitation.words import Visibility
from web import forms, sources, tries
from web.fields import Code
from web.filing_words import STANDS
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages.join import REFUSAL_SECONDS, until, wait_words
from web.render import render
from web.routing import PUBLIC, Route

#: A village may stand behind one address.
PER_PLACE = Limit(name="track", most=30, window=timedelta(minutes=10))
#: Wrong ones from everywhere: of ten thousand million codes, a few thousand exist.
IN_ALL = Limit(name="track-wrong", most=2000, window=timedelta(hours=1))
#: What a place has beyond that: whoever has a code needs one, whoever guesses many.
GUESSED = Limit(name="track-guessed", most=3, window=timedelta(minutes=10))
_ALL = "all"
_UNKNOWN = N_(
    "No request has this code. Compare each digit with your receipt or message; or ask "
    "the office."
)


def _ten(code: str) -> str:
    if len(code) != DIGITS:
        raise forms.fault(N_("The code has ten digits."))
    return code


class Tracked(forms.Fields):
    """The code of a request."""

    code: Annotated[Code, AfterValidator(_ten)] = Field(title=N_("Code of the request"))


async def ask(request: web.Request) -> web.Response:
    """The field for the code."""
    return _asked(request, forms.blank(Tracked))


async def show(request: web.Request) -> web.Response:
    """How the request stands; the code is in no address."""
    began = asyncio.get_running_loop().time()
    form = await forms.read(request, Tracked)
    if not form.ok:
        return _asked(request, form, status=422)
    try:
        await tries.hit(request, (PER_PLACE, sources.place(request)))
        if await _is_guessed(request):
            await tries.hit(request, (GUESSED, sources.place(request)))
    except TooMany as error:
        return _asked(request, form.failed(wait_words(error)), status=429)
    case, last = await _found(request, form.value.code)
    if case is None:
        await until(began + REFUSAL_SECONDS)
        return _asked(request, form.failed(_(_UNKNOWN)), status=422)
    return render(
        request,
        "filing/tracked.html",
        case=case,
        stands=STANDS,
        last=last,
        is_open=case.state in cases.lifecycle.OPEN,
    )


async def _is_guessed(request: web.Request) -> bool:
    """Whether too many wrong codes were tried lately, from all places together."""
    async with request.app[DATABASE].read() as session:
        wrong = await attempts.count(session, IN_ALL, _ALL, now=request.app[CLOCK]())
    return wrong >= IN_ALL.most


async def _found(request: web.Request, code: str) -> tuple[Case | None, Done | None]:
    """The request with that code, and the last that was done to it."""
    now, keyring = request.app[CLOCK](), request.app[KEYRING]
    async with request.app[DATABASE].read() as session:
        case = await cases.by_tracking(session, code, keyring=keyring)
        if case is not None:
            done = await cases.history(session, case, sight=Visibility.FAMILY)
            return case, done[-1] if done else None
    async with request.app[DATABASE].write() as session:
        await attempts.add(session, IN_ALL, _ALL, now=now)
    return None, None


def _asked(
    request: web.Request, form: Form[Tracked], *, status: int = 200
) -> web.Response:
    return render(request, "filing/track.html", form=form, status=status)


ROUTES = (
    Route(method="GET", path="/track", page=ask, allow=PUBLIC),
    Route(method="POST", path="/track", page=show, allow=PUBLIC),
)
