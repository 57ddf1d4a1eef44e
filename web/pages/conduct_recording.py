"""What staff do about recordings, as forms: pause, resume, stop, and have seen it stop.

The board and the call page post here alike, as they do to `conduct`.
"""

from aiohttp import web

from signaling import recording_conduct
from visitation.lifecycle import MAY, Act
from visitation.recordings import alarms
from visitation.recordings.tables import Recording
from visitation.visits import Visit
from web import forms, gate, live, recording_reach, subjects
from web.errors import wants_json
from web.i18n import _
from web.keys import CLOCK, DATABASE
from web.pages.conduct import Back
from web.render import redirect_to
from web.routing import Page, Route


async def pause(request: web.Request) -> web.Response:
    """Keep nothing for the moment; the visit goes on."""
    await _paused(request, paused=True)
    return await _done(request, _("The recording is paused."))


async def resume(request: web.Request) -> web.Response:
    """Let it go on, which everybody is told before it does."""
    await _paused(request, paused=False)
    return await _done(request, _("The recording goes on."))


async def stop(request: web.Request) -> web.Response:
    """Keep nothing more of this visit."""
    await recording_conduct.stop_recording(
        live.hub(request),
        gate.subject(request, Visit).reference,
        by=gate.staff(request).actor,
        now=request.app[CLOCK](),
    )
    return await _done(request, _("Nothing more of this visit is recorded."))


async def seen(request: web.Request) -> web.Response:
    """Staff know that a recording stopped by itself."""
    found = gate.subject(request, Recording)
    async with request.app[DATABASE].write() as session:
        recording = await session.get_one(Recording, found.id)
        by, now = gate.staff(request).actor, request.app[CLOCK]()
        await alarms.seen(session, recording, by=by, now=now)
    return await _done(request, _("Noted that you have seen it."))


async def _paused(request: web.Request, *, paused: bool) -> None:
    pauses, resumes = (
        recording_conduct.pause_recording,
        recording_conduct.resume_recording,
    )
    await (pauses if paused else resumes)(
        live.hub(request),
        gate.subject(request, Visit).reference,
        by=gate.staff(request).actor,
        now=request.app[CLOCK](),
    )


async def _done(request: web.Request, words: str) -> web.Response:
    form = await forms.read(request, Back)
    if wants_json(request):
        return web.json_response({"done": words})
    return redirect_to(request, form.value.next if form.ok else "/staff", flash=words)


def _route(name: str, page: Page) -> Route:
    return Route(
        method="POST",
        path=f"/visits/{{visit}}/recording/{name}",
        page=page,
        allow=MAY[Act.CONDUCT],
        subject=subjects.visit,
    )


ROUTES = (
    _route("pause", pause),
    _route("resume", resume),
    _route("stop", stop),
    Route(
        method="POST",
        path="/warden/recordings/{recording}/seen",
        page=seen,
        allow=MAY[Act.CONDUCT],
        subject=recording_reach.recording,
    ),
)
