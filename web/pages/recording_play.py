"""Asking to play a recording: a reason first, which gives leave for a while."""

from http import HTTPStatus

from aiohttp import web

from visitation.errors import VisitationError
from visitation.recordings import playing
from visitation.recordings.tables import Recording
from web import forms, gate, recording_page, recording_reach
from web.keys import CLOCK, DATABASE
from web.recording_page import Why
from web.recording_reach import MAY, Deed
from web.render import redirect
from web.routing import Route


async def ask(request: web.Request) -> web.Response:
    """Keep the reason, and let whoever gave it play."""
    form = await forms.read(request, Why)
    if not form.ok:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await recording_page.page(request, form=form, status=status)
    found = gate.subject(request, Recording)
    try:
        async with request.app[DATABASE].write() as session:
            await playing.ask(
                session,
                await session.get_one(Recording, found.id),
                reason=form.value.reason,
                note=form.value.note,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        form = form.refused(refused)
        return await recording_page.page(request, form=form, status=HTTPStatus.CONFLICT)
    return redirect(request, "recordings.show", recording=found.reference)


ROUTES = (
    Route(
        method="POST",
        path="/recordings/{recording}/ask",
        page=ask,
        allow=MAY[Deed.PLAY],
        subject=recording_reach.recording,
    ),
)
