"""Rosters of graduates: looked at first, row by row, and taken in as a whole.

A dry run does everything and undoes it; its report is what taking it in would say.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from aiohttp import web
from aiohttp.web_request import FileField
from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import imports
from visitation.errors import VisitationError
from visitation.imports import BadSheet, Desk, Line, RowOutcome, counted
from visitation.people import Scope
from visitation.places import Province
from visitation.professionals import rosters
from visitation.professionals.rosters import Taken
from web import forms, gate, import_words, picks
from web.fields import Name
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages.licences import VERIFIERS
from web.picks import Pick
from web.render import render
from web.routing import Page, Route
from web.uploads import UPLOADS

LARGEST = 2 * 1024 * 1024
_SHOWN = 200


class Sent(forms.Fields):
    """Whose roster it is."""

    province: Pick = Field(title=N_("Province"))
    issuer: Name = Field(title=N_("Who issued the licences"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    taken: Taken
    waiting: str = ""


async def index(request: web.Request) -> web.Response:
    """The rosters there are, and the form for a file."""
    return await _page(request, forms.blank(Sent))


async def look(request: web.Request) -> web.Response:
    """Say what a roster would do, row by row, without doing it."""
    posted = await request.clone(client_max_size=LARGEST + 4096).post()
    pairs = [(name, text) for name, text in posted.items() if isinstance(text, str)]
    form = await _offered(request, forms.parse(Sent, pairs))
    file = posted.get("file")
    if not isinstance(file, FileField):
        return await _page(request, form.failed(_("Choose the file.")), status=422)
    with file.file as sent:
        content = sent.read()
    if not form.ok:
        return await _page(request, form, status=422)
    try:
        taken = await _take(request, form.value, content, dry_run=True)
    except VisitationError as refused:
        return await _page(request, _refused(form, refused), status=422)
    name = request.app[KEYRING].token()
    request.app[UPLOADS].keep(
        name,
        account_id=gate.staff(request).account_id,
        kind=None,
        content=content,
        now=request.app[CLOCK](),
    )
    return await _page(request, form, _Report(taken=taken, waiting=name))


async def do(request: web.Request) -> web.Response:
    """Take the roster in that was looked at."""
    name = str((await request.post()).get("upload", ""))
    form = await _offered(request, await forms.read(request, Sent))
    upload = request.app[UPLOADS].take(
        name, account_id=gate.staff(request).account_id, now=request.app[CLOCK]()
    )
    if upload is None or upload.kind is not None or not form.ok:
        gone = _("The file is not kept any more. Choose it again.")
        return await _page(request, form.failed(gone), status=409)
    try:
        taken = await _take(request, form.value, upload.content, dry_run=False)
    except VisitationError as refused:
        return await _page(request, _refused(form, refused), status=409)
    return await _page(request, form, _Report(taken=taken))


async def _take(
    request: web.Request, typed: Sent, content: bytes, *, dry_run: bool
) -> Taken:
    found = imports.rows_of(io.BytesIO(content), rosters.COLUMNS)
    rows = list(islice(found, rosters.MOST_ROWS + 1))
    by = gate.staff(request)
    async with request.app[DATABASE].write() as session:
        return await rosters.take_in(
            session,
            rows,
            province_id=typed.province,
            issuer=typed.issuer,
            desk=Desk(
                scope=by.scope,
                keyring=request.app[KEYRING],
                by=by.actor,
                now=request.app[CLOCK](),
            ),
            dry_run=dry_run,
        )


def _refused(form: Form[Sent], refused: VisitationError) -> Form[Sent]:
    if isinstance(refused, BadSheet):
        told = import_words.whole(refused)
        where = _("Row %(row)s", row=refused.row) if refused.row else ""
        return form.failed(f"{told} {where}".strip())
    return form.refused(refused)


async def _offered(request: web.Request, form: Form[Sent]) -> Form[Sent]:
    async with request.app[DATABASE].read() as session:
        provinces = await _provinces(session, gate.staff(request).scope)
    return picks.among(form, "province", [one for one, _name in provinces])


async def _provinces(session: AsyncSession, scope: Scope) -> list[tuple[int, str]]:
    query = select(Province).order_by(col(Province.name), col(Province.id))
    if not scope.everywhere:
        query = query.where(col(Province.id).in_(scope.provinces))
    return [(one.id, one.name) for one in (await session.exec(query)).all()]


async def _page(
    request: web.Request,
    form: Form[Sent],
    report: _Report | None = None,
    *,
    status: int = 200,
) -> web.Response:
    scope = gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        provinces = await _provinces(session, scope)
        known = await rosters.known(
            session, within=None if scope.everywhere else scope.provinces
        )
    return render(
        request,
        "professionals/rosters.html",
        status=status,
        form=form,
        provinces=provinces,
        known=[
            {
                "issuer": roster.issuer,
                "province": province.name,
                "at": roster.imported_at,
                "count": count,
            }
            for roster, province, count in known
        ],
        report=_said(report, form) if report else None,
        columns=", ".join(column.name for column in rosters.COLUMNS),
    )


def _said(report: _Report, form: Form[Sent]) -> dict[str, object]:
    lines = report.taken.lines
    counts = counted(lines)
    noted = [line for line in lines if line.reasons]
    return {
        "counts": [(_(import_words.OUTCOMES[one]), counts[one]) for one in RowOutcome],
        "ended": report.taken.ended,
        "spared": report.taken.spared,
        "rows": _rows(noted[:_SHOWN]),
        "more": len(noted) > _SHOWN,
        "waiting": report.waiting,
        "province": form.text("province"),
        "issuer": form.text("issuer"),
    }


def _rows(lines: Sequence[Line]) -> list[dict[str, object]]:
    return [
        {
            "number": line.row,
            "outcome": _(import_words.OUTCOMES[line.outcome]),
            "field": line.field,
            "why": " ".join(import_words.sentences(line)),
            "other": line.other_row,
        }
        for line in lines
    ]


def _route(method: str, path: str, page: Page, menu: str = "") -> Route:
    return Route(method=method, path=path, page=page, allow=VERIFIERS, menu=menu)


ROUTES = (
    _route("GET", "/rosters", index, N_("Rosters of graduates")),
    _route("POST", "/rosters", look),
    _route("POST", "/rosters/do", do),
)
