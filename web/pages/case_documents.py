"""Documents of a request: taking one in, and giving one back as a file, never a page.

A file is looked at in a thread before any transaction begins.
"""

import asyncio
from http import HTTPStatus

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases import Case, documents, files, reading
from visitation.cases.files import Sound
from visitation.errors import Invalid, NotAllowed, NotFound, VisitationError
from visitation.words import CaseAction
from web import case_file, case_reach, case_upload, forms, gate
from web.case_forms import Paper
from web.forms import Form
from web.i18n import _
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect
from web.routing import Route

_ATTACHERS = case_reach.may(CaseAction.ATTACH)


async def add(request: web.Request) -> web.Response:
    """Take a document in."""
    name, content, typed = await case_upload.sent(request)
    form = forms.parse(Paper, typed)
    seen = {value for value, _words in case_file.visibilities(gate.staff(request))}
    if not form.ok:
        return await _again(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if form.value.visibility.value not in seen:
        raise NotAllowed("visibility")
    if content is None:
        form = form.refused(Invalid("file", "too_large"))
        return await _again(request, form, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        # Unpacking a large picture would keep everybody else waiting.
        sound = await asyncio.to_thread(files.checked, name, content)
        async with request.app[DATABASE].write() as session:
            is_new = await _keep(session, request, sound, form.value)
    except NotAllowed:
        raise
    except VisitationError as refused:
        return await _again(request, form.refused(refused), HTTPStatus.CONFLICT)
    here = gate.subject(request, Case)
    flash = _("The document is added.") if is_new else _("This file is there already.")
    return redirect(request, "cases.show", case=here.reference, flash=flash)


async def file(request: web.Request) -> web.Response:
    """A document, as a file that a browser saves and does not show."""
    here, me = gate.subject(request, Case), gate.staff(request)
    reference = request.match_info["document"]
    if not reference.isprintable():
        raise NotFound("document")
    async with request.app[DATABASE].read() as session:
        found = await documents.by_reference(session, here, reference)
    if not reading.reads(found.visibility, case_reach.reader(me).sight):
        raise NotFound("document")
    return await case_upload.as_file(request, found)


async def _keep(
    session: AsyncSession, request: web.Request, sound: Sound, typed: Paper
) -> bool:
    _document, is_new = await documents.add(
        session,
        await session.get_one(Case, gate.subject(request, Case).id),
        file=sound,
        visibility=typed.visibility,
        keyring=request.app[KEYRING],
        by=gate.staff(request).actor,
        now=request.app[CLOCK](),
    )
    return is_new


async def _again(
    request: web.Request, form: Form[Paper], status: HTTPStatus
) -> web.Response:
    return await case_file.page(request, form=form, opened="attach", status=status)


ROUTES = (
    Route(
        method="POST",
        path="/cases/{case}/documents",
        page=add,
        allow=_ATTACHERS,
        subject=case_reach.case,
    ),
    Route(
        method="GET",
        path="/cases/{case}/documents/{document}",
        page=file,
        allow=case_reach.READERS,
        subject=case_reach.case,
    ),
)
