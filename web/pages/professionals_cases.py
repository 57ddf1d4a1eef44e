"""A request that a professional filed for a client: how it stands, documents, its end.

A file is looked at in a thread before any transaction begins. Whoever acts for the
client no more is told so, and neither reads nor does anything here.
"""

import asyncio
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import professional
from visitation import cases
from visitation.cases import Case, CaseDocument, documents, files, lifecycle
from visitation.cases.files import Sound
from visitation.errors import Invalid, NotFound, VisitationError
from visitation.words import CaseAction, Visibility
from web import case_answers, case_upload, forms, gate, present, professional_reach
from web.filing_words import STANDS
from web.forms import Fields, Form
from web.i18n import _
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages.professionals_file import not_in_force
from web.professional_reach import Filed
from web.render import redirect, render
from web.routing import PHONE, Page, Route


async def show(request: web.Request) -> web.Response:
    """How the request stands, what was done, and its documents."""
    return await _page(request, forms.blank(Fields))


async def add(request: web.Request) -> web.Response:
    """Take a document in; the same file is kept once."""
    if not _is_in_force(request):
        return not_in_force(request)
    name, content, _typed = await case_upload.sent(request)
    form = forms.blank(Fields)
    if content is None:
        return await _page(
            request, form.refused(Invalid("file", "too_large")), status=413
        )
    try:
        # Unpacking a large picture would keep everybody else waiting.
        sound = await asyncio.to_thread(files.checked, name, content)
        async with request.app[DATABASE].write() as session:
            is_new = await _keep(session, request, sound)
    except VisitationError as refused:
        return await _page(request, form.refused(refused), status=409)
    said = _("The document is added.") if is_new else _("This file is there already.")
    return _back(request, said)


async def file(request: web.Request) -> web.Response:
    """A document, as a file that a browser saves and does not show."""
    if not _is_in_force(request):
        return not_in_force(request)
    reference = request.match_info["document"]
    if not reference.isprintable():
        raise NotFound("document")
    async with request.app[DATABASE].read() as session:
        found = await documents.by_reference(
            session, gate.subject(request, Filed).case, reference
        )
    if found.visibility is not Visibility.FAMILY:
        raise NotFound("document")
    return await case_upload.as_file(request, found)


async def withdraw(request: web.Request) -> web.Response:
    """Take the request back."""
    mine = gate.subject(request, Filed)
    try:
        async with request.app[DATABASE].write() as session:
            await professional.withdraw(
                session,
                mine.who.mandate.reference,
                await session.get_one(Case, mine.case.id),
                visitor_id=mine.who.licence.visitor_id,
                by=gate.visitor(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        form = forms.blank(Fields).refused(refused)
        return await _page(request, form, status=409)
    return _back(request, _("The request is withdrawn."))


async def _keep(session: AsyncSession, request: web.Request, sound: Sound) -> bool:
    mine = gate.subject(request, Filed)
    return await professional.attach(
        session,
        mine.who.mandate.reference,
        await session.get_one(Case, mine.case.id),
        file=sound,
        visitor_id=mine.who.licence.visitor_id,
        keyring=request.app[KEYRING],
        by=gate.visitor(request).actor,
        now=request.app[CLOCK](),
    )


async def _page(
    request: web.Request, form: Form[Fields], *, status: int = 200
) -> web.Response:
    if not _is_in_force(request):
        return not_in_force(request)
    mine = gate.subject(request, Filed)
    async with request.app[DATABASE].read() as session:
        case = await session.get_one(Case, mine.case.id)
        done = await cases.history(session, case, sight=Visibility.FAMILY)
        papers = await _papers(session, case)
    kind, zone = cases.KINDS[case.kind], ZoneInfo(mine.who.prison.zone)
    return render(
        request,
        "professionals/case.html",
        status=status,
        form=form,
        who=mine.who,
        case=case,
        stands=STANDS,
        is_open=case.state in lifecycle.OPEN,
        code=cases.tracking.shown(case, keyring=request.app[KEYRING]),
        answers=[
            (present.isolated(words), present.isolated(answer))
            for words, answer in case_answers.shown(kind, case.answers)
        ],
        done=[(one, present.moment(one.at, zone)) for one in done],
        documents=papers,
        may_add=lifecycle.allows(case.state, CaseAction.ATTACH),
        may_withdraw=lifecycle.allows(case.state, CaseAction.WITHDRAW),
    )


async def _papers(session: AsyncSession, case: Case) -> list[CaseDocument]:
    rows = await session.exec(
        select(CaseDocument)
        .where(
            CaseDocument.case_id == case.id,
            CaseDocument.visibility == Visibility.FAMILY,
        )
        .options(defer(CaseDocument.sealed))  # type: ignore[arg-type]
        .order_by(col(CaseDocument.id).desc())
    )
    return list(rows.all())


def _is_in_force(request: web.Request) -> bool:
    return gate.subject(request, Filed).who.is_in_force(request.app[CLOCK]())


def _back(request: web.Request, said: str) -> web.Response:
    mine = gate.subject(request, Filed)
    return redirect(
        request,
        "professionals_cases.show",
        mandate=mine.who.mandate.reference,
        case=mine.case.reference,
        flash=said,
    )


def _route(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/mine/clients/{{mandate}}/cases/{{case}}{path}",
        page=page,
        allow=PHONE,
        subject=professional_reach.filed,
    )


ROUTES = (
    _route("GET", "", show),
    _route("POST", "/documents", add),
    _route("GET", "/documents/{document}", file),
    _route("POST", "/withdraw", withdraw),
)
