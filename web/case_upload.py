"""A document of a request on its way: read from a form, and given back as a file.

Knows nothing of who may; what a file really is, is for the domain to say.
"""

import asyncio
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from visitation.cases import CaseDocument, documents
from visitation.cases.files import LARGEST_BYTES
from web.case_forms import Paper
from web.keys import KEYRING

#: Of the form beside the file: a choice, and the marks between its parts.
_ROOM, _FIELD = 16 * 1024, 1024
_PIECE = 64 * 1024


async def sent(
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


async def as_file(request: web.Request, found: CaseDocument) -> web.Response:
    """A document, as a file that a browser saves and does not show."""
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
