"""A file of a recording, whole or a part of it, for players that ask for ranges.

Nothing is kept by whoever receives it, nothing is decrypted that was not asked for, and
what is not as it was written is refused by name.
"""

import asyncio
from collections.abc import Iterator
from http import HTTPStatus

from aiohttp import web

from visitation.recordings import listing, playing, reading
from visitation.recordings.reading import Gone
from visitation.recordings.tables import Recording, RecordingFile
from visitation.recordings.tampered import Tampered
from web import (
    byte_ranges,
    gate,
    recording_leave,
    recording_reach,
    recording_sending,
    recording_shelf,
    recording_words,
)
from web.byte_ranges import OutOfRange, Part
from web.keys import CLOCK, DATABASE
from web.recording_leave import Opened
from web.recording_reach import MAY, Deed
from web.recording_shelf import shown_name
from web.routing import Route


async def file(request: web.Request) -> web.StreamResponse:
    """The bytes that a player asks for."""
    opened = await recording_leave.opened(request)
    try:
        size = await asyncio.to_thread(reading.size, opened.path, opened.key)
        part = byte_ranges.part(
            request.headers.get("Range") if request.method == "GET" else None,
            size=size,
            if_range=request.headers.get("If-Range"),
            etag=_etag(opened.file),
        )
        made = reading.pieces(opened.path, opened.key, start=part.start, stop=part.stop)
        # Read before anything is said, so that what is damaged is a plain refusal.
        first = await asyncio.to_thread(next, made, b"")
    except OutOfRange:
        headers = {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}
        return web.Response(
            status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers
        )
    except (Tampered, Gone) as error:
        return await recording_leave.refused(
            request, opened.recording, shown_name(opened.file), error
        )
    await _note_play(request, opened)
    response = _head(opened, part, size)
    await response.prepare(request)
    if request.method == "GET":
        await _send(request, response, opened, first, made)
    return response


async def check(request: web.Request) -> web.Response:
    """What is wrong with a file that did not play, as a sentence."""
    opened = await recording_leave.opened(request)
    found = await asyncio.to_thread(reading.damage, opened.path, opened.key)
    if found is None:
        return web.json_response({"sentence": ""})
    name = shown_name(opened.file)
    await recording_leave.note_damage(request, opened.recording, name, found)
    return web.json_response({"sentence": recording_words.damage(found, name)})


def _head(opened: Opened, part: Part, size: int) -> web.StreamResponse:
    response = web.StreamResponse(
        status=HTTPStatus.OK if part.whole else HTTPStatus.PARTIAL_CONTENT,
        headers={
            "Accept-Ranges": "bytes",
            "ETag": _etag(opened.file),
            "Cache-Control": "no-store",
            "Content-Type": recording_shelf.content_type(opened.file),
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
    response.content_length = part.length
    if not part.whole:
        response.headers["Content-Range"] = part.content_range(size)
    return response


def _etag(file: RecordingFile) -> str:
    return f'"{file.sha256}"'


async def _send(
    request: web.Request,
    response: web.StreamResponse,
    opened: Opened,
    first: bytes,
    made: Iterator[bytes],
) -> None:
    until = opened.leave.until
    try:
        await recording_sending.send(request, response, first, made, until=until)
    except (Tampered, Gone) as error:
        name = shown_name(opened.file)
        await recording_leave.note_damage(request, opened.recording, name, error)
        recording_sending.break_off(request)
    except ConnectionError:
        # A player that seeks hangs up, and asks again from elsewhere.
        return


async def _note_play(request: web.Request, opened: Opened) -> None:
    """Put it on record, wherever in the file somebody begins."""
    if request.method != "GET":
        return
    async with request.app[DATABASE].read() as session:
        if await listing.was_played(session, opened.leave, opened.file):
            return
    async with request.app[DATABASE].write() as session:
        # A player asks for several parts at once, and for each of them again.
        if await listing.was_played(session, opened.leave, opened.file):
            return
        await playing.played(
            session,
            await session.get_one(Recording, opened.recording.id),
            opened.leave,
            opened.file,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )


ROUTES = (
    Route(
        method="GET",
        path="/recordings/{recording}/files/{file}",
        page=file,
        allow=MAY[Deed.PLAY],
        subject=recording_reach.recording,
    ),
    Route(
        method="GET",
        path="/recordings/{recording}/files/{file}/check",
        page=check,
        allow=MAY[Deed.PLAY],
        subject=recording_reach.recording,
    ),
)
