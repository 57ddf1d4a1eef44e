"""Photos of prisoners and visitors: kept by planners, seen by staff of a visit.

A browser is told to keep none of them.
"""

from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField
from sqlmodel import select

from visitation.errors import NotFound
from visitation.people import Prisoner, Visitor, jpeg, photos
from visitation.visits import Participant, Visit
from visitation.words import Part, Role
from web import gate, reach, subjects
from web.forms import Fields, Form, blank
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, SUBJECT
from web.present import digits
from web.render import redirect, render, url
from web.routing import Route

_KEEPERS = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
_LOOKERS = _KEEPERS | {Role.WARDEN, Role.CLERK, Role.OFFICIAL}
_ROOM = 4096
_TITLES = {
    "prisoner": N_("Photo of the prisoner"),
    "visitor": N_("Photo of the visitor"),
}


class Choosing(Fields):
    """A photo to keep; read from the upload itself."""


async def show(request: web.Request) -> web.Response:
    """The photo there is, and the form for another."""
    return await _page(request, blank(Choosing))


async def save(request: web.Request) -> web.Response:
    """Keep another photo."""
    person = _person(request)
    larger = request.clone(client_max_size=jpeg.LARGEST_BYTES + _ROOM)
    sent = (await larger.post()).get("photo")
    if not isinstance(sent, FileField):
        form = blank(Choosing).faulted("photo", _("Choose a photo first."))
        return await _page(request, form, status=422)
    with sent.file as file:
        content = file.read()
    try:
        async with request.app[DATABASE].write() as session:
            await photos.keep(
                session,
                person,
                content,
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except jpeg.NotAPicture:
        wrong = _(
            "This is no JPEG photo, or it is larger than %(most)s kilobytes. Take it "
            "again with the camera, or save it as JPEG.",
            most=digits(jpeg.LARGEST_BYTES // 1024),
        )
        return await _page(request, blank(Choosing).faulted("photo", wrong), status=422)
    return _back(request, _("The photo is kept."))


async def remove(request: web.Request) -> web.Response:
    """Keep no photo any more."""
    async with request.app[DATABASE].write() as session:
        await photos.remove(
            session,
            _person(request),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return _back(request, _("The photo is removed."))


async def picture(request: web.Request) -> web.Response:
    """The photo itself."""
    return await _picture(request, **_key(_person(request)))


async def face(request: web.Request) -> web.Response:
    """The photo of somebody in a visit, for whoever may see the visit."""
    visit = gate.subject(request, Visit)
    async with request.app[DATABASE].read() as session:
        rows = await session.exec(
            select(Participant).where(
                Participant.visit_id == visit.id,
                Participant.reference == request.match_info["participant"],
            )
        )
        person = rows.first()
    if person is None:
        raise NotFound("participant")
    if person.part is Part.PRISONER:
        return await _picture(request, prisoner_id=visit.prisoner_id)
    return await _picture(request, visitor_id=person.visitor_id)


async def _picture(
    request: web.Request,
    *,
    prisoner_id: int | None = None,
    visitor_id: int | None = None,
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        found = await photos.of(
            session,
            keyring=request.app[KEYRING],
            prisoner_id=prisoner_id,
            visitor_id=visitor_id,
        )
    if found is None:
        raise NotFound("photo")
    return web.Response(body=found, content_type="image/jpeg")


def _person(request: web.Request) -> Prisoner | Visitor:
    found = request.get(SUBJECT)
    if not isinstance(found, Prisoner | Visitor):
        raise NotFound("person")
    return found


def _key(person: Prisoner | Visitor) -> dict[str, int]:
    is_held = isinstance(person, Prisoner)
    return {"prisoner_id" if is_held else "visitor_id": person.id}


def _kind(person: Prisoner | Visitor) -> str:
    return "prisoner" if isinstance(person, Prisoner) else "visitor"


def _back(request: web.Request, flash: str) -> web.Response:
    person = _person(request)
    kind = _kind(person)
    own: dict[str, Any] = {kind: person.id}
    return redirect(request, f"{kind}s.show", flash=flash, **own)


async def _page(
    request: web.Request, form: Form[Choosing], *, status: int = 200
) -> web.Response:
    person = _person(request)
    kind = _kind(person)
    async with request.app[DATABASE].read() as session:
        known = await photos.of(session, keyring=request.app[KEYRING], **_key(person))
    own: dict[str, Any] = {kind: person.id}
    return render(
        request,
        "people/photo.html",
        form=form,
        title=_(_TITLES[kind]),
        name=person.name,
        has_photo=known is not None,
        picture=url(request, f"photos.picture_of_{kind}", **own),
        back=url(request, f"{kind}s.show", **own),
        remove=url(request, f"photos.remove_of_{kind}", **own),
        status=status,
    )


def _of(kind: str) -> tuple[Route, ...]:
    subject = subjects.prisoner if kind == "prisoner" else reach.visitor
    path = f"/{kind}s/{{{kind}}}/photo"
    return tuple(
        Route(
            method=method,
            path=path + end,
            page=page,
            allow=_KEEPERS,
            subject=subject,
            name=f"photos.{page.__name__}_of_{kind}",
        )
        for method, end, page in (
            ("GET", "", show),
            ("POST", "", save),
            ("POST", "/remove", remove),
            ("GET", "/picture", picture),
        )
    )


ROUTES = (
    *_of("prisoner"),
    *_of("visitor"),
    Route(
        method="GET",
        path="/visits/{visit}/faces/{participant}",
        page=face,
        allow=_LOOKERS,
        subject=subjects.visit,
    ),
)
