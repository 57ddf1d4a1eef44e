"""A slot that came free, offered to a waiting family: its code opens the question.

Anybody may open the page. The code and the last four digits of the phone that got it
belong together; whatever opens nothing gets one answer, in one time.
"""

import asyncio
from enum import StrEnum
from typing import Annotated, Any

from aiohttp import web
from pydantic import AfterValidator, Field, StringConstraints

from scheduler import answering, offers
from scheduler.offers import Offered
from visitation.attempts import TooMany
from visitation.attempts.guesses import Guess
from visitation.audit import Actor
from visitation.lifecycle import IllegalMove
from visitation.visits import Overtaken
from visitation.waiting import NoSuchOffer, NotWaiting
from web import forms, sources
from web.fields import Code
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages.join import (
    REFUSAL_SECONDS,
    ending,
    six,
    until,
    wait_words,
)
from web.render import render
from web.routing import PUBLIC, Route

_REFUSED = N_(
    "No slot is offered under this code now. Look at the six digits in the last "
    "message, and use the last four digits of the phone that it came to. If the time "
    "to answer is over, you keep your place in line."
)


class Answer(StrEnum):
    """What a family says to an offer."""

    YES = "yes"
    NO = "no"


class Question(forms.Fields):
    """The code of an offer, and whose phone it came to."""

    code: Annotated[Code, AfterValidator(six)] = Field(title=N_("Code in the message"))
    phone: Annotated[str, StringConstraints(max_length=32), AfterValidator(ending)] = (
        Field(title=N_("Last four digits of your phone"))
    )


class Reply(Question):
    """The same, and the answer."""

    answer: Answer = Field(title=N_("Your answer"))


async def ask(request: web.Request) -> web.Response:
    """The field for the code."""
    return _asked(request, forms.blank(Question))


async def show(request: web.Request) -> web.Response:
    """What is offered, and two buttons."""
    form = await forms.read(request, Question)
    offered = await _found(request, form)
    if not isinstance(offered, Offered):
        return offered
    return render(request, "family/offer_answer.html", form=form, offered=offered)


async def answer(request: web.Request) -> web.Response:
    """Take the slot, or leave it to the next."""
    form = await forms.read(request, Reply)
    offered = await _found(request, form)
    if not isinstance(offered, Offered):
        return offered
    taken = form.value.answer is Answer.YES
    try:
        await _reply(request, offered, taken=taken)
    except (NoSuchOffer, Overtaken, IllegalMove, NotWaiting):
        return _asked(request, form.failed(_(_REFUSED)), status=422)
    return render(request, "family/offer_done.html", taken=taken, offered=offered)


async def _reply(request: web.Request, offered: Offered, *, taken: bool) -> None:
    by, now = Actor.participant(offered.participant_id), request.app[CLOCK]()
    async with request.app[DATABASE].write() as session:
        if taken:
            await offers.accept(
                session,
                offered.offer,
                keyring=request.app[KEYRING],
                by=by,
                now=now,
            )
        else:
            await offers.decline(
                session,
                offered.offer,
                reason=_("The slot that was offered was left to others."),
                by=by,
                now=now,
            )


async def _found(request: web.Request, form: Form[Any]) -> Offered | web.Response:
    began = asyncio.get_running_loop().time()
    if not form.ok:
        return _asked(request, form, status=422)
    try:
        offered = await _offered(request, form.value)
    except TooMany as error:
        return _asked(request, form.failed(wait_words(error)), status=429)
    if offered is None:
        await until(began + REFUSAL_SECONDS)
        return _asked(request, form.failed(_(_REFUSED)), status=422)
    return offered


async def _offered(request: web.Request, typed: Question) -> Offered | None:
    guess = Guess(
        code=typed.code, phone_digits=typed.phone, where=sources.address(request)
    )
    async with request.app[DATABASE].write() as session:
        return await answering.knock(
            session,
            guess,
            keyring=request.app[KEYRING],
            now=request.app[CLOCK](),
        )


def _asked(request: web.Request, form: Form[Any], *, status: int = 200) -> web.Response:
    return render(request, "family/offer.html", form=form, status=status)


ROUTES = (
    Route(method="GET", path="/offer", page=ask, allow=PUBLIC),
    Route(method="POST", path="/offer", page=show, allow=PUBLIC),
    Route(method="POST", path="/offer/answer", page=answer, allow=PUBLIC),
)
