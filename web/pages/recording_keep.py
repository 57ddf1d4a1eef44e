"""Keeping recordings: looking whether they are whole, holding, releasing, deleting."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from aiohttp import web

from visitation.errors import NotFound, VisitationError
from visitation.recordings import deleting, holding, listing, reading
from visitation.recordings.reading import Gone
from visitation.recordings.tables import Recording
from visitation.recordings.tampered import Tampered
from visitation.words import RecordingState
from web import (
    forms,
    gate,
    recording_leave,
    recording_page,
    recording_reach,
    recording_views,
    recording_words,
)
from web.i18n import _
from web.keys import CLOCK, DATABASE
from web.recording_page import Held
from web.recording_reach import MAY, Deed
from web.recording_shelf import shown_name
from web.render import redirect, render
from web.routing import Page, Route


async def check(request: web.Request) -> web.Response:
    """Read every file of a recording, and say whether it is as it was written."""
    found = gate.subject(request, Recording)
    if found.state is not RecordingState.FINISHED:
        raise NotFound("files")
    shelf = recording_leave.shelf_of(request)
    async with request.app[DATABASE].read() as session:
        files = await listing.playable(session, found.id)

    def damages() -> Sequence[tuple[str, Tampered | Gone]]:
        key = shelf.key(found)
        looked = (
            (shown_name(one), reading.damage(shelf.path(found, one), key))
            for one in files
        )
        return [(name, damage) for name, damage in looked if damage is not None]

    wrong = await asyncio.to_thread(damages)
    for name, damage in wrong:
        await recording_leave.note_damage(request, found, name, damage)
    sentences = [recording_words.damage(damage, name) for name, damage in wrong]
    return await recording_page.page(request, checked=sentences)


async def hold(request: web.Request) -> web.Response:
    """Keep a recording beyond its day, and from being deleted by hand."""
    form = await forms.read(request, Held)
    if not form.ok:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await recording_page.page(request, form=form, status=status)
    found = gate.subject(request, Recording)
    async with request.app[DATABASE].write() as session:
        await holding.hold(
            session,
            await session.get_one(Recording, found.id),
            reason=form.value.reason,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    flash = _("It is held.")
    return redirect(request, "recordings.show", recording=found.reference, flash=flash)


async def release(request: web.Request) -> web.Response:
    """Let a recording be deleted again, on its day or by hand."""
    found = gate.subject(request, Recording)
    async with request.app[DATABASE].write() as session:
        await holding.release(
            session,
            await session.get_one(Recording, found.id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    flash = _("It is held no more.")
    return redirect(request, "recordings.show", recording=found.reference, flash=flash)


async def ask_delete(request: web.Request) -> web.Response:
    """Say what is destroyed, before it is."""
    found = gate.subject(request, Recording)
    if found.state not in recording_page.DELETABLE or found.held:
        raise NotFound("recording")
    async with request.app[DATABASE].read() as session:
        shown = await recording_views.read(session, found)
    return render(
        request,
        "recordings/delete.html",
        shown=shown,
        facts=recording_page.facts(shown),
        files=len(shown.files),
        zone=shown.zone,
    )


async def delete(request: web.Request) -> web.Response:
    """Destroy the key and the files of a recording."""
    found = gate.subject(request, Recording)
    shelf = recording_leave.shelf_of(request)
    try:
        async with request.app[DATABASE].write() as session:
            await deleting.delete(
                session,
                await session.get_one(Recording, found.id),
                directory=shelf.directory,
                why="staff",
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except NotFound:
        raise
    except VisitationError as refused:
        form = forms.blank(Held).refused(refused)
        return await recording_page.page(request, form=form, status=HTTPStatus.CONFLICT)
    flash = _("The recording is deleted.")
    return redirect(request, "recordings.show", recording=found.reference, flash=flash)


def _route(method: str, path: str, page: Page, deed: Deed) -> Route:
    return Route(
        method=method,
        path=f"/recordings/{{recording}}{path}",
        page=page,
        allow=MAY[deed],
        subject=recording_reach.recording,
    )


ROUTES = (
    _route("POST", "/check", check, Deed.CHECK),
    _route("POST", "/hold", hold, Deed.HOLD),
    _route("POST", "/release", release, Deed.HOLD),
    _route("GET", "/delete", ask_delete, Deed.DELETE),
    _route("POST", "/delete", delete, Deed.DELETE),
)
