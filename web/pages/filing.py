"""What a family asked for, and the guided path to asking for something more.

One question on a page, each an address of its own, so that the way back is the
browser's; what is chosen is kept in a draft.
"""

from aiohttp import web

from visitation import cases
from visitation.cases import Case
from visitation.errors import NotFound
from visitation.filing import drafts
from visitation.filing.drafts import HandedIn
from visitation.filing.path import PATH
from visitation.filing.tables import FilingDraft
from visitation.words import CaseKind, Visibility
from web import filing_reach, forms, gate, own_choices
from web.filing_words import OPTIONS, QUESTIONS, STANDS
from web.i18n import _
from web.keys import CLOCK, DATABASE, KEYRING, PRINCIPAL
from web.picks import Pick
from web.principals import VisitorPrincipal
from web.render import redirect, render, url
from web.routing import FAMILY, PHONE, Route

_FILERS = FAMILY | PHONE


class Whom(forms.Fields):
    """For whom; only a phone has a choice."""

    contact: Pick | None = None


class Choice(forms.Fields):
    """What is asked for, and whether nobody knows yet what that is."""

    kind: CaseKind
    unsorted: bool = False


async def index(request: web.Request) -> web.Response:
    """What was asked for and how it stands, and the way to ask for something."""
    async with request.app[DATABASE].read() as session:
        who = await filing_reach.asking(session, request)
        found = [
            one
            for visitor_id in who.visitor_ids
            for one in await cases.of_visitor(
                session, visitor_id=visitor_id, prisoner_id=who.prisoner_id
            )
        ]
        links = await _links(request)
    asked = sorted(found, key=lambda one: one.id, reverse=True)
    return render(
        request,
        "filing/index.html",
        asked=asked,
        stands=STANDS,
        open_=cases.lifecycle.OPEN,
        may_ask=who.prisoner_id is not None or bool(links),
        several=len(links) > 1,
        only=links[0].contact_id if len(links) == 1 else None,
        by_code=who.prisoner_id is not None,
    )


async def case(request: web.Request) -> web.Response:
    """One of these, with what was done to it."""
    mine = gate.subject(request, Case)
    async with request.app[DATABASE].read() as session:
        done = await cases.history(session, mine, sight=Visibility.FAMILY)
    code = cases.tracking.shown(mine, keyring=request.app[KEYRING])
    return render(
        request,
        "filing/case.html",
        case=mine,
        code=code,
        done=done,
        stands=STANDS,
        is_open=mine.state in cases.lifecycle.OPEN,
    )


async def whom(request: web.Request) -> web.Response:
    """For whom, where a phone's visitors know several prisoners."""
    return render(request, "filing/whom.html", links=await _links(request))


async def begin(request: web.Request) -> web.Response:
    """Begin to ask for something."""
    form = await forms.read(request, Whom)
    if not form.ok:
        return redirect(request, "filing.whom")
    now = request.app[CLOCK]()
    async with request.app[DATABASE].write() as session:
        who = await filing_reach.asking(session, request)
        prisoner_id, visitor_id = await filing_reach.whom(
            session, who, form.value.contact
        )
        draft = await drafts.begin(
            session,
            visitor_id=visitor_id,
            prisoner_id=prisoner_id,
            visit_id=who.visit_id,
            point_id=filing_reach.point_id(request),
            keyring=request.app[KEYRING],
            now=now,
        )
    return redirect(request, "filing.ask", draft=draft.reference, question=PATH.first)


async def ask(request: web.Request) -> web.Response:
    """One question of the path."""
    if handed := filing_reach.over(request):
        return handed
    question = PATH.questions.get(request.match_info["question"])
    if question is None:
        raise NotFound("question")
    draft, before = gate.subject(request, FilingDraft), PATH.before(question.name)
    return render(
        request,
        "filing/ask.html",
        draft=draft.reference,
        words=_(QUESTIONS[question.name]),
        question=question,
        options=[
            (one, *(_(words) for words in OPTIONS[question.name, one.name]))
            for one in question.options
        ],
        back_href=_ask(request, draft, before)
        if before
        else url(request, "filing.index"),
    )


async def choose(request: web.Request) -> web.Response:
    """Keep what is asked for, and go on to its form."""
    draft, form = gate.subject(request, FilingDraft), await forms.read(request, Choice)
    if not form.ok:
        return redirect(
            request, "filing.ask", draft=draft.reference, question=PATH.first
        )
    try:
        async with request.app[DATABASE].write() as session:
            await drafts.choose(
                session,
                draft.reference,
                kind=form.value.kind,
                unsorted=form.value.unsorted,
                now=request.app[CLOCK](),
            )
    except HandedIn:
        return redirect(request, "filing_hand.receipt", draft=draft.reference)
    return redirect(request, "filing_hand.form", draft=draft.reference)


async def _links(request: web.Request) -> list[own_choices.Link]:
    """The prisoners whom a phone's visitors may ask for; a code has one of its own."""
    principal, now = request.get(PRINCIPAL), request.app[CLOCK]()
    if not isinstance(principal, VisitorPrincipal):
        return []
    async with request.app[DATABASE].read() as session:
        return await own_choices.links(session, principal, now=now)


def _ask(request: web.Request, draft: FilingDraft, question: str) -> str:
    return url(request, "filing.ask", draft=draft.reference, question=question)


ROUTES = (
    Route(method="GET", path="/file", page=index, allow=_FILERS),
    Route(method="GET", path="/file/whom", page=whom, allow=PHONE),
    Route(method="POST", path="/file", page=begin, allow=_FILERS),
    Route(
        method="GET",
        path="/file/requests/{case}",
        page=case,
        allow=_FILERS,
        subject=filing_reach.case,
    ),
    filing_reach.route("GET", "ask/{question}", ask),
    filing_reach.route("POST", "choose", choose),
)
