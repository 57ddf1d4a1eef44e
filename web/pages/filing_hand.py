"""The form of what is asked for, once more to check, handing it in, and the receipt."""

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import filing
from visitation import cases
from visitation.cases import Kind
from visitation.errors import Invalid, VisitationError
from visitation.filing import drafts
from visitation.filing.drafts import HandedIn, NotReady
from visitation.filing.path import PATH
from visitation.filing.tables import FilingDraft
from visitation.people import Prisoner, Visitor
from visitation.words import CaseKind
from web import case_answers, filing_form, filing_reach, forms, gate, i18n, present
from web.forms import Fields, Form
from web.keys import CLOCK, DATABASE, DEVICE, KEYRING, PRINCIPAL
from web.principals import ParticipantPrincipal, VisitorPrincipal
from web.render import redirect, render, url


async def form(request: web.Request) -> web.Response:
    """The fields that matter for what is asked for, with what was answered before."""
    if handed := filing_reach.over(request):
        return handed
    draft = gate.subject(request, FilingDraft)
    if draft.kind is None:
        return _to_path(request, draft)
    kind = cases.KINDS[draft.kind]
    return _form_page(request, kind, filing_form.kept(draft, kind))


async def fill(request: web.Request) -> web.Response:
    """Keep the answers."""
    draft = gate.subject(request, FilingDraft)
    if draft.kind is None:
        return _to_path(request, draft)
    kind = cases.KINDS[draft.kind]
    typed, answers, text = await filing_form.read(request, kind)
    if not typed.ok:
        return _form_page(request, kind, typed, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await drafts.answer(
                session,
                draft.reference,
                answers=answers,
                text=text,
                now=request.app[CLOCK](),
            )
    except HandedIn:
        return redirect(request, "filing_hand.receipt", draft=draft.reference)
    return redirect(request, "filing_hand.check", draft=draft.reference)


async def check(request: web.Request) -> web.Response:
    """All of it once more, in plain words."""
    if handed := filing_reach.over(request):
        return handed
    draft = gate.subject(request, FilingDraft)
    if draft.kind is None:
        return _to_path(request, draft)
    return await _check_page(request, draft, draft.kind)


async def hand_in(request: web.Request) -> web.Response:
    """Hand it in; pressed twice it is still one request."""
    draft = gate.subject(request, FilingDraft)
    principal = request.get(PRINCIPAL)
    assert isinstance(principal, ParticipantPrincipal | VisitorPrincipal)
    try:
        async with request.app[DATABASE].write() as session:
            await filing.hand_in(
                session,
                draft.reference,
                keyring=request.app[KEYRING],
                by=principal.actor,
                now=request.app[CLOCK](),
            )
    except HandedIn:
        pass
    except (Invalid, NotReady):
        return redirect(request, "filing_hand.form", draft=draft.reference)
    except (cases.TooManyOpen, cases.RepeatedTooOften) as refused:
        assert draft.kind is not None
        return await _check_page(request, draft, draft.kind, refused=refused)
    return redirect(request, "filing_hand.receipt", draft=draft.reference)


async def receipt(request: web.Request) -> web.Response:
    """The code to follow it by, large, and when there is to be an answer."""
    draft, device = gate.subject(request, FilingDraft), request.get(DEVICE)
    async with request.app[DATABASE].read() as session:
        found = await filing.receipt(session, draft, keyring=request.app[KEYRING])
    if found is None:
        return redirect(request, "filing_hand.check", draft=draft.reference)
    at_station = device is not None
    return render(
        request,
        "filing/receipt.html",
        case=found.case,
        code=found.tracking,
        is_new=found.is_new,
        at_station=at_station,
        done=url(request, "terminal.station" if at_station else "filing.index"),
    )


async def _check_page(
    request: web.Request,
    draft: FilingDraft,
    code: CaseKind,
    *,
    refused: VisitationError | None = None,
) -> web.Response:
    kind = cases.KINDS[code]
    async with request.app[DATABASE].read() as session:
        prisoner, visitor = await _people(session, draft)
    said = forms.blank(Fields)
    return render(
        request,
        "filing/check.html",
        status=409 if refused else 200,
        form=said.refused(refused) if refused else said,
        draft=draft.reference,
        kind=kind.code,
        voice_id=f"asked.{kind.code}",
        days=kind.days,
        answers=[
            (present.isolated(words), present.isolated(answer))
            for words, answer in case_answers.shown(kind, draft.answers)
        ],
        text=draft.text,
        prisoner=prisoner.name,
        visitor=visitor.name,
    )


def _form_page(
    request: web.Request, kind: Kind, typed: Form[Fields], *, status: int = 200
) -> web.Response:
    draft, language = gate.subject(request, FilingDraft), i18n.language()
    in_words = draft.suggested is not None
    before = (
        url(request, "filing_say.meant", draft=draft.reference)
        if in_words
        else url(
            request,
            "filing.ask",
            draft=draft.reference,
            question=PATH.to_kind(kind.code),
        )
    )
    note = kind.eligibility(language)
    return render(
        request,
        "filing/form.html",
        status=status,
        form=typed,
        draft=draft.reference,
        kind=kind.code,
        fields=filing_form.asked(kind),
        words_required=kind.text_required,
        note=present.isolated(note) if note else "",
        back_href=before,
    )


def _to_path(request: web.Request, draft: FilingDraft) -> web.Response:
    return redirect(request, "filing.ask", draft=draft.reference, question=PATH.first)


async def _people(
    session: AsyncSession, draft: FilingDraft
) -> tuple[Prisoner, Visitor]:
    return (
        await session.get_one(Prisoner, draft.prisoner_id),
        await session.get_one(Visitor, draft.visitor_id),
    )


ROUTES = (
    filing_reach.route("GET", "form", form),
    filing_reach.route("POST", "form", fill),
    filing_reach.route("GET", "check", check),
    filing_reach.route("POST", "check", hand_in),
    filing_reach.route("GET", "receipt", receipt),
)
