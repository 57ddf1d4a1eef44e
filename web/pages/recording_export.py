"""A recording as one file to take along, made while it is sent."""

import asyncio
from collections.abc import Iterator

from aiohttp import web

from visitation.recordings import playing
from visitation.recordings.tables import Recording, RecordingPlay
from web import (
    gate,
    recording_export,
    recording_leave,
    recording_reach,
    recording_sending,
    recording_views,
)
from web.keys import CLOCK, DATABASE, KEYRING
from web.recording_export import Broken
from web.recording_reach import MAY, Deed
from web.routing import Route


async def export(request: web.Request) -> web.StreamResponse:
    """Send the whole of it, as it is read and packed."""
    found, leave = await recording_leave.good(request)
    now = request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        shown = await recording_views.read(session, found)
    made = recording_export.pieces(
        shown,
        shelf=recording_leave.shelf_of(request),
        keyring=request.app[KEYRING],
        leave=leave,
        now=now,
    )
    # What opens the files is tried before anything is said.
    try:
        first = await asyncio.to_thread(next, made, b"")
    except Broken as broken:
        return await recording_leave.refused(request, found, broken.name, broken.error)
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": (
                f'attachment; filename="{recording_export.name(found)}"'
            ),
            "Cache-Control": "no-store",
        }
    )
    if request.method == "GET":
        await _note(request, found, leave)
    await response.prepare(request)
    if request.method == "GET":
        await _send(request, response, first, made)
    return response


async def _note(request: web.Request, found: Recording, leave: RecordingPlay) -> None:
    async with request.app[DATABASE].write() as session:
        await playing.taken_out(
            session,
            await session.get_one(Recording, found.id),
            leave,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )


async def _send(
    request: web.Request,
    response: web.StreamResponse,
    first: bytes,
    made: Iterator[bytes],
) -> None:
    try:
        await recording_sending.send(request, response, first, made, until=None)
    except Broken as broken:
        # A browser says that the file is not whole, and so does whoever opens it.
        found = gate.subject(request, Recording)
        await recording_leave.note_damage(request, found, broken.name, broken.error)
        recording_sending.break_off(request)
    except ConnectionError:
        return


ROUTES = (
    Route(
        method="GET",
        path="/recordings/{recording}/export",
        page=export,
        allow=MAY[Deed.TAKE_OUT],
        subject=recording_reach.recording,
    ),
)
