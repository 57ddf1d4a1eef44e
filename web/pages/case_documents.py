"""Documents of a request: taking one in, and giving one back as a file, never a page.

A file is looked at in a thread before any transaction begins.
"""

import asyncio
from http import HTTPStatus
from urllib.parse import quote

from aiohttp import BodyPartReader, web
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases import Case, CaseDocument, documents, files, reading
from visitation.cases.files import LARGEST_BYTES, Sound
from visitation.errors import Invalid, NotAllowed, NotFound, VisitationError
from visitation.words import CaseAction
from web import case_file, case_reach, forms, gate
from web.case_forms import Paper
from web.forms import Form
from web.i18n import _
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect
from web.routing import Route

_ATTACHERS = case_reach.may(CaseAction.ATTACH)
#: Of the form beside the file: a choice, and the marks between its parts.
_ROOM, _FIELD = 16 * 1024, 1024
_PIECE = 64 * 1024


async def add(request: web.Request) -> web.Response:
    """Take a document in."""
    name, content, typed = await _sent(request)
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
    return await _as_file(request, found)


async def _as_file(request: web.Request, found: CaseDocument) -> web.Response:
    content = await asyncio.to_thread(
        documents.content_of, found, keyring=request.app[KEYRING]
    )
    # RFC 6266: the plain name is for those who do not read the other.
    saved = f"attachment; filename=\"document\"; filename*=UTF-8''{quote(found.name)}"
    return web.Response(
        body=content,
        content_type=found.type,
        headers={
            "Content-Disposition": saved,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


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


async def _sent(
    request: web.Request,
) -> tuple[str, bytes | None, list[tuple[str, str]]]:
    """The name and content of the file, None if it is too large; and what was typed."""
    name, content, typed = "", b"", list[tuple[str, str]]()
    if request.content_type != "multipart/form-data":
        return name, content, typed
    larger = request.clone(client_max_size=LARGEST_BYTES + _ROOM)
    too_large = False
    async for part in await larger.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "file":
            name, read = part.filename or "", await _read(part, LARGEST_BYTES)
            too_large, content = read is None, read or b""
        elif part.name in Paper.model_fields:
            text = await _read(part, _FIELD)
            typed.append((part.name, (text or b"").decode(errors="replace")))
    return name, None if too_large else content, typed


async def _read(part: BodyPartReader, most: int) -> bytes | None:
    """A part of the form, piece by piece; None once it is larger than it may be."""
    pieces = bytearray()
    over = False
    while piece := await part.read_chunk(_PIECE):
        # What is over is read and dropped, so that the browser hears the answer.
        over = over or len(pieces) + len(piece) > most
        if not over:
            pieces += piece
    return None if over else bytes(pieces)


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
