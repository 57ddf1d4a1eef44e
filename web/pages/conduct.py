"""What staff do to a visit under way, as forms: each posts, acts, and goes back.

The board and the call page post here alike and say in `next` where to go back to; a
script that asks for JSON gets the same words to show where it is.
"""

from typing import Annotated, Any, Literal, TypeVar

from aiohttp import web
from pydantic import Field, StringConstraints

from signaling import conduct
from signaling.hub import Hub
from visitation import lifecycle
from visitation.errors import Invalid
from visitation.lifecycle import Act
from visitation.visits import Visit
from visitation.words import Outcome, PauseReason, RemovalReason
from web import forms, gate, live, subjects
from web.errors import wants_json
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK
from web.render import local_path, redirect_to, render
from web.routing import Page, Route

Switch = Literal["on", "off"]
Said = Annotated[Line, StringConstraints(max_length=conduct.LONGEST_TEXT)]


class Back(forms.Fields):
    """Every form says where to go back to."""

    next: str = "/staff"


class Admitting(Back):
    """Who is let in."""

    participant: str = Field(max_length=64)


class Lowering(Back):
    """Whose hand is taken down."""

    participant: str = Field(max_length=64)


class Muting(Admitting):
    """Who is silenced or darkened, or no longer."""

    kind: Literal["audio", "video"]
    muted: Switch


class TakingOut(Admitting):
    """Who is taken out, and why."""

    reason: RemovalReason


class Pausing(Back):
    """Whether the visit is to stand still, and why."""

    paused: Switch
    reason: PauseReason | None = None


class Saying(Back):
    """A prepared remark by its code, or words of one's own."""

    code: str = Field(default="", max_length=32)
    text: Said = Field(default="", title=N_("In your own words"))


class Extending(Back):
    """How many minutes more."""

    minutes: int


class Ending(Back):
    """How the visit ended."""

    outcome: Outcome
    reason: Said = ""


M = TypeVar("M", bound=Back)


async def start(request: web.Request) -> web.Response:
    """Start a visit and let in everybody who waits."""
    typed = await _read(request, Back)
    await conduct.start(*_visit(request), **_who(request))
    return _done(request, typed, _("The visit has begun."))


async def admit(request: web.Request) -> web.Response:
    """Let in somebody who came late."""
    typed = await _read(request, Admitting)
    await conduct.admit(*_visit(request), typed.participant, **_who(request))
    return _done(request, typed, _("They have been let in."))


async def lower(request: web.Request) -> web.Response:
    """Take somebody's raised hand down."""
    typed = await _read(request, Lowering)
    await conduct.lower(*_visit(request), typed.participant, **_who(request))
    return _done(request, typed, _("Their hand is down."))


async def mute(request: web.Request) -> web.Response:
    """Silence somebody or turn off their picture, or undo it."""
    typed = await _read(request, Muting)
    muted = typed.muted == "on"
    await conduct.mute(
        *_visit(request),
        typed.participant,
        kind=typed.kind,
        muted=muted,
        **_who(request),
    )
    return _done(request, typed, _("They are muted.") if muted else _("Unmuted."))


async def take_out(request: web.Request) -> web.Response:
    """Take somebody out of the visit; everybody in it reads why."""
    typed = await _read(request, TakingOut)
    await conduct.take_out(
        *_visit(request), typed.participant, why=typed.reason, **_who(request)
    )
    return _done(request, typed, _("They were taken out of the visit."))


async def pause(request: web.Request) -> web.Response:
    """Let the visit stand still, or go on."""
    typed = await _read(request, Pausing)
    paused = typed.paused == "on"
    why = typed.reason.value if typed.reason else ""
    await conduct.pause(*_visit(request), paused=paused, reason=why, **_who(request))
    done = _("The visit is paused.") if paused else _("The visit goes on.")
    return _done(request, typed, done)


async def message(request: web.Request) -> web.Response:
    """Say something to everybody in the visit."""
    form = await forms.read(request, Saying)
    if not _says(form) and not wants_json(request):
        return _asked(request, form)
    typed = _typed(form)
    await conduct.message(
        *_visit(request), code=typed.code, text=typed.text, **_who(request)
    )
    return _done(request, typed, _("Everybody in the visit has been told."))


async def warn(request: web.Request) -> web.Response:
    """Warn everybody in the visit."""
    form = await forms.read(request, Saying)
    if not _says(form) and not wants_json(request):
        return _asked(request, form, warns=True)
    typed = _typed(form)
    await conduct.warn(
        *_visit(request), code=typed.code, text=typed.text, **_who(request)
    )
    return _done(request, typed, _("Everybody in the visit has been warned."))


async def extend(request: web.Request) -> web.Response:
    """Let the visit go on for longer, if the terminal and the people are free."""
    typed = await _read(request, Extending)
    await conduct.extend(*_visit(request), minutes=typed.minutes, **_who(request))
    return _done(request, typed, _("The visit was made longer."))


async def end(request: web.Request) -> web.Response:
    """End the visit for everybody."""
    typed = await _read(request, Ending)
    await conduct.end(
        *_visit(request),
        outcome=typed.outcome,
        reason=typed.reason,
        **_who(request),
    )
    return _done(request, typed, _("The visit has been ended."))


async def _read(request: web.Request, model: type[M]) -> M:
    return _typed(await forms.read(request, model))


def _says(form: Form[Saying]) -> bool:
    return form.ok and bool(form.value.code or form.value.text)


def _asked(
    request: web.Request, form: Form[Saying], *, warns: bool = False
) -> web.Response:
    """The form again, for whoever sent it empty or with too much in it."""
    return render(
        request,
        "warden/say.html",
        status=422,
        form=form.faulted("text", _("Fill this in.")) if form.ok else form,
        visit=gate.subject(request, Visit).reference,
        warns=warns,
        back=local_path(form.text("next")),
        longest=conduct.LONGEST_TEXT,
    )


def _typed(form: Form[M]) -> M:
    if not form.ok:
        # These are buttons and answers to scripts: what is wrong with one is told on
        # the error page, and nothing was typed that could be lost.
        name = next(iter(form.errors), "next")
        raise Invalid(name, "unusable")
    return form.value


def _visit(request: web.Request) -> tuple[Hub, str]:
    return live.hub(request), gate.subject(request, Visit).reference


def _who(request: web.Request) -> dict[str, Any]:
    return {"by": gate.staff(request).actor, "now": request.app[CLOCK]()}


def _done(request: web.Request, typed: Back, flash: str) -> web.Response:
    if wants_json(request):
        return web.json_response({"done": flash})
    return redirect_to(request, typed.next, flash=flash)


def _route(name: str, page: Page, act: Act) -> Route:
    return Route(
        method="POST",
        path=f"/visits/{{visit}}/{name}",
        page=page,
        allow=lifecycle.MAY[act],
        subject=subjects.visit,
    )


ROUTES = (
    _route("start", start, Act.START),
    _route("admit", admit, Act.CONDUCT),
    _route("lower", lower, Act.CONDUCT),
    _route("mute", mute, Act.CONDUCT),
    _route("take-out", take_out, Act.END),
    _route("pause", pause, Act.CONDUCT),
    _route("message", message, Act.CONDUCT),
    _route("warn", warn, Act.CONDUCT),
    _route("extend", extend, Act.EXTEND),
    _route("end", end, Act.END),
)
