"""Importing a file: it is looked at first, row by row, and goes in when somebody says.

A dry run does everything and undoes it; its report is what the import would say.
"""

import asyncio
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from aiohttp import web
from aiohttp.web_request import FileField
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import bulk
from visitation import imports
from visitation.imports import (
    COLUMNS,
    BadSheet,
    Desk,
    Doubles,
    Kind,
    Line,
    Pace,
    Row,
    RowOutcome,
    counted,
)
from visitation.words import Role
from web import gate, import_words
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import render
from web.routing import Door, Page, Route
from web.uploads import UPLOADS

KEEPERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
LARGEST = 5 * 1024 * 1024
#: What a page can wait for; the command line takes any number.
MOST_ROWS, MOST_VISITS = 5000, 200
_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShown:
    """A row of the file that people should look at."""

    number: int
    outcome: str
    field: str
    why: str
    other: int | None


async def index(request: web.Request) -> web.Response:
    """The form for a file."""
    return _page(request)


async def look(request: web.Request) -> web.Response:
    """Say what a file would do, row by row, without doing it."""
    posted = await request.clone(client_max_size=LARGEST + 4096).post()
    file, kind = posted.get("file"), _kind(posted.get("kind"))
    if kind is None or not isinstance(file, FileField):
        return _page(request, problem=_("Choose what is in the file, and the file."))
    with file.file as sent:
        content = sent.read()
    try:
        lines = await _run(request, kind, content, dry_run=True)
    except BadSheet as bad:
        return _page(request, kind=kind, problem=_said(bad))
    name = request.app[KEYRING].token()
    request.app[UPLOADS].keep(
        name,
        account_id=gate.staff(request).account_id,
        kind=kind,
        content=content,
        now=request.app[CLOCK](),
    )
    return _page(request, kind=kind, lines=lines, waiting=name)


async def do(request: web.Request) -> web.Response:
    """Import the file that was looked at."""
    name = str((await request.post()).get("upload", ""))
    upload = request.app[UPLOADS].take(
        name,
        account_id=gate.staff(request).account_id,
        now=request.app[CLOCK](),
    )
    if upload is None or upload.kind is None:
        gone = _("The file is not kept any more. Choose it again.")
        return _page(request, problem=gone)
    lines = await _run(request, upload.kind, upload.content, dry_run=False)
    return _page(request, kind=upload.kind, lines=lines)


async def _run(
    request: web.Request, kind: Kind, content: bytes, *, dry_run: bool
) -> list[Line]:
    most, size = MOST_ROWS, imports.BATCH
    if kind is Kind.VISITS:
        most, size = MOST_VISITS, bulk.BATCH
    if imports.count(io.BytesIO(content), kind, given={}) > most:
        raise BadSheet("too_many_rows")
    take = bulk.book_each if kind is Kind.VISITS else partial(_take_in, kind)
    by = gate.staff(request)
    rows = imports.rows_of(io.BytesIO(content), kind)
    doubles, lines, pace = Doubles(kind), list[Line](), Pace(size)
    while batch := list(islice(rows, pace.rows)):
        begun = time.monotonic()
        desk = Desk(
            scope=by.scope,
            keyring=request.app[KEYRING],
            by=by.actor,
            now=request.app[CLOCK](),
        )
        async with request.app[DATABASE].write() as session:
            lines += await take(
                session, batch, desk=desk, doubles=doubles, dry_run=dry_run
            )
        pace.took(len(batch), time.monotonic() - begun)
        # Whoever waited for the database is let in before the next batch.
        await asyncio.sleep(0)
    return lines


async def _take_in(
    kind: Kind,
    session: AsyncSession,
    rows: Sequence[Row],
    *,
    desk: Desk,
    doubles: Doubles,
    dry_run: bool,
) -> tuple[Line, ...]:
    return await imports.take_in(
        session, kind, rows, desk=desk, doubles=doubles, dry_run=dry_run
    )


def _kind(posted: object) -> Kind | None:
    known = isinstance(posted, str) and posted in set(Kind)
    return Kind(str(posted)) if known else None


def _said(bad: BadSheet) -> str:
    told = import_words.whole(bad)
    if bad.row is None:
        return told
    where = _("Row %(row)s", row=bad.row)
    return f"{told} {where}"


def _page(
    request: web.Request,
    *,
    kind: Kind | None = None,
    lines: Sequence[Line] = (),
    waiting: str = "",
    problem: str = "",
) -> web.Response:
    noted = [line for line in lines if line.reasons]
    counts = counted(lines)
    return render(
        request,
        "admin/imports.html",
        status=422 if problem else 200,
        kinds=[(one.value, _(word)) for one, word in import_words.KINDS.items()],
        kind=kind.value if kind else "",
        guide=[
            (_(word), ", ".join(column.name for column in COLUMNS[one]))
            for one, word in import_words.KINDS.items()
        ],
        counts=[(_(import_words.OUTCOMES[one]), counts[one]) for one in RowOutcome]
        if lines
        else [],
        rows=[_shown(line) for line in noted[:_SHOWN]],
        more=len(noted) > _SHOWN,
        waiting=waiting,
        problem=problem,
    )


def _shown(line: Line) -> RowShown:
    return RowShown(
        number=line.row,
        outcome=_(import_words.OUTCOMES[line.outcome]),
        field=line.field,
        why=" ".join(import_words.sentences(line)),
        other=line.other_row,
    )


def _route(method: str, path: str, page: Page, menu: str = "") -> Route:
    return Route(method=method, path=path, page=page, allow=KEEPERS, menu=menu)


ROUTES = (
    _route("GET", "/imports", index, N_("Import a file")),
    _route("POST", "/imports", look),
    _route("POST", "/imports/do", do),
)
