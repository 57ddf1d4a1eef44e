"""Asking in one's own words: written down, guessed what it is, and confirmed.

Two or three kinds are shown with how sure that is; none of them is chosen before its
writer has pressed it, and where nothing is sure a clerk sorts it.
"""

from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation.filing import drafts, suggesting
from visitation.filing.classifier import LEARNT, Guess
from visitation.filing.drafts import HandedIn
from visitation.filing.path import PATH
from visitation.filing.tables import FilingDraft
from visitation.people import Prisoner, Visitor
from web import filing_reach, forms, gate
from web.fields import Note
from web.filing_words import CONFIDENCE
from web.forms import Form
from web.i18n import N_
from web.keys import CLOCK, DATABASE, SETTINGS
from web.render import redirect, render


class Said(forms.Fields):
    """Somebody's own words."""

    words: Annotated[Note, StringConstraints(min_length=1)] = Field(
        title=N_("In your own words")
    )


async def show(request: web.Request) -> web.Response:
    """The field for one's own words, with what was written before."""
    if handed := filing_reach.over(request):
        return handed
    draft = gate.subject(request, FilingDraft)
    return _page(request, forms.blank(Said, words=draft.text))


async def say(request: web.Request) -> web.Response:
    """Keep the words, and guess what they ask for."""
    draft, form = gate.subject(request, FilingDraft), await forms.read(request, Said)
    if not form.ok:
        return _page(request, form, status=422)
    guesses = await _guesses(request, draft, form.value.words)
    try:
        async with request.app[DATABASE].write() as session:
            await drafts.say(
                session,
                draft.reference,
                text=form.value.words,
                guesses=guesses,
                now=request.app[CLOCK](),
            )
    except HandedIn:
        return redirect(request, "filing_hand.receipt", draft=draft.reference)
    return redirect(request, "filing_say.meant", draft=draft.reference)


async def meant(request: web.Request) -> web.Response:
    """Which kinds it may be, to press one."""
    if handed := filing_reach.over(request):
        return handed
    draft = gate.subject(request, FilingDraft)
    if not draft.text:
        return redirect(request, "filing_say.show", draft=draft.reference)
    return render(
        request,
        "filing/meant.html",
        draft=draft,
        suggestions=suggesting.offered(drafts.guessed(draft)),
        sure=CONFIDENCE,
        first=PATH.first,
    )


async def _guesses(
    request: web.Request, draft: FilingDraft, words: str
) -> tuple[Guess, ...]:
    suggester = request.app[SETTINGS].suggester
    if suggester is None:
        return LEARNT.guesses(words)
    async with request.app[DATABASE].read() as session:
        prisoner = await session.get_one(Prisoner, draft.prisoner_id)
        visitor = await session.get_one(Visitor, draft.visitor_id)
        names = (prisoner.name, visitor.name)
    return await suggester.guesses(words, names)


def _page(request: web.Request, form: Form[Said], *, status: int = 200) -> web.Response:
    draft = gate.subject(request, FilingDraft)
    return render(
        request,
        "filing/say.html",
        status=status,
        form=form,
        draft=draft.reference,
        first=PATH.first,
    )


ROUTES = (
    filing_reach.route("GET", "words", show),
    filing_reach.route("POST", "words", say),
    filing_reach.route("GET", "meant", meant),
)
