"""The leave to play a recording, the file that is meant, and what is wrong with it.

What three handlers share: only somebody with a leave of their own that is still good
comes to any byte of a file.
"""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from visitation.errors import NotFound, VisitationError
from visitation.recordings import damaged, listing, playing
from visitation.recordings.reading import Gone
from visitation.recordings.tables import Recording, RecordingFile, RecordingPlay
from visitation.recordings.tampered import Tampered
from visitation.words import RecordingState
from web import gate, recording_words
from web.keys import CLOCK, DATABASE, SETTINGS
from web.recording_shelf import Shelf, shown_name
from web.render import render


class NoShelf(VisitationError):
    """This installation has no place for recordings, or no key for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file that somebody may play now."""

    recording: Recording
    leave: RecordingPlay
    file: RecordingFile
    path: Path
    key: bytes


def shelf_of(request: web.Request) -> Shelf:
    """Where this installation keeps recordings.

    Raises:
        NoShelf: if nowhere.
    """
    found = request.app[SETTINGS].recordings
    if found is None:
        raise NoShelf
    return found


async def good(request: web.Request) -> tuple[Recording, RecordingPlay]:
    """The recording of the address, finished, and one's own leave to play it.

    Raises:
        NotFound: if there is no such leave, or nothing to play.
    """
    me, now = gate.staff(request), request.app[CLOCK]()
    found = gate.subject(request, Recording)
    async with request.app[DATABASE].read() as session:
        leave = await playing.leave_of(session, found, me.account_id, now=now)
    if leave is None or found.state is not RecordingState.FINISHED:
        raise NotFound("leave")
    return found, leave


async def opened(request: web.Request) -> Opened:
    """The file of the address, ready to be read.

    Raises:
        NotFound: if there is no such file, or no leave to play it.
        VisitationError: if the recording's key does not open.
    """
    recording, leave = await good(request)
    async with request.app[DATABASE].read() as session:
        files = await listing.playable(session, recording.id)
    named = {shown_name(one): one for one in files}
    # A name that is looked up among those there are cannot lead out of the directory.
    file = named.get(request.match_info["file"])
    if file is None:
        raise NotFound("file")
    shelf = shelf_of(request)
    key = await asyncio.to_thread(shelf.key, recording)
    path = shelf.path(recording, file)
    return Opened(recording=recording, leave=leave, file=file, path=path, key=key)


async def note_damage(
    request: web.Request, recording: Recording, name: str, error: Tampered | Gone
) -> None:
    """Put on record that a file is not as it was written."""
    async with request.app[DATABASE].write() as session:
        await damaged.found(
            session,
            recording,
            name,
            error,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )


async def refused(
    request: web.Request, recording: Recording, name: str, error: Tampered | Gone
) -> web.Response:
    """Put it on record, and say plainly which segment of which file is wrong."""
    await note_damage(request, recording, name, error)
    return render(
        request,
        "recordings/damaged.html",
        status=HTTPStatus.CONFLICT,
        sentence=recording_words.damage(error, name),
        recording=recording.reference,
    )
