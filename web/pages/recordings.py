"""Recordings of visits: the list of them, and the page of one.

Handlers read an address and show what there is; nothing is played or changed here.
"""

from collections.abc import Sequence

from aiohttp import web
from pydantic import Field

from visitation.errors import NotFound
from visitation.recordings import listing
from visitation.recordings.listing import Row, Wanted
from visitation.words import RecordingState
from web import (
    forms,
    gate,
    paging,
    picks,
    prison_reach,
    recording_page,
    recording_reach,
    recording_words,
)
from web.fields import Day, Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import DATABASE, SETTINGS
from web.labels import options
from web.midnights import midnight
from web.paging import PER_PAGE
from web.picks import Pick
from web.recording_reach import MAY, Deed
from web.render import render, url
from web.routing import Route


class Search(forms.Fields):
    """Which recordings; `after` is the place of the last one seen."""

    prison: Pick | None = Field(default=None, title=N_("Prison"))
    state: RecordingState | None = Field(default=None, title=N_("State"))
    since: Day | None = Field(default=None, title=N_("From the day"))
    until: Day | None = Field(default=None, title=N_("To the day"))
    after: Line = ""


async def index(request: web.Request) -> web.Response:
    """The recordings within reach, the newest first."""
    form, scope = forms.from_query(request, Search), gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        prisons = await prison_reach.within(session, scope)
        form = _sound(picks.among(form, "prison", [one.id for one in prisons]))
        asked = form.value if form.ok else Search()
        before = paging.read_moment(asked.after) if asked.after else None
        if asked.after and before is None:
            raise NotFound("page")
        rows = await listing.newest(
            session,
            _wanted(request, asked),
            scope=scope,
            before=before,
            limit=PER_PAGE + 1,
        )
    return render(
        request,
        "recordings/list.html",
        status=200 if form.ok else 422,
        form=form,
        rows=[_row(one) for one in rows[:PER_PAGE]] if form.ok else [],
        pages=_pages(request, form, asked, rows),
        sifted=any(form.text(name) for name in ("prison", "state", "since", "until")),
        states=options(RecordingState),
        prisons=[(one.id, one.name) for one in prisons],
        zone=request.app[SETTINGS].zone,
    )


async def show(request: web.Request) -> web.Response:
    """One recording: what it is, and what may be done with it."""
    return await recording_page.page(request)


def _sound(form: Form[Search]) -> Form[Search]:
    if not form.ok:
        return form
    asked = form.value
    if asked.since and asked.until and asked.until < asked.since:
        return form.faulted("until", _("This day is before the first one."))
    return form


def _wanted(request: web.Request, asked: Search) -> Wanted:
    return Wanted(
        site_id=asked.prison,
        state=asked.state,
        since=midnight(request, asked.since),
        until=midnight(request, asked.until, days=1),
    )


def _row(one: Row) -> dict[str, object]:
    recording = one.recording
    return {
        "reference": recording.reference,
        "at": recording.started_at,
        "prisoner": one.prisoner,
        "prison": one.prison,
        "kind": recording.visit_kind,
        "state": recording.state,
        "tone": recording_words.tone(recording.state),
        "length": recording_words.length(recording.seconds * 1000)
        if recording.seconds
        else "–",
        "size": recording_words.size(recording.size_bytes)
        if recording.size_bytes
        else "–",
        "keep_until": recording.keep_until,
        "held": recording.held,
    }


def _pages(
    request: web.Request, form: Form[Search], asked: Search, rows: Sequence[Row]
) -> dict[str, str | None]:
    typed = {name: texts[0] for name, texts in form.typed.items() if texts[0]}
    query = {name: text for name, text in typed.items() if name != "after"}
    last = None
    if len(rows) > PER_PAGE:
        end = rows[PER_PAGE - 1].recording
        last = paging.moment(end.started_at, end.id)
    return {
        "first": url(request, "recordings.index", query=query) if asked.after else None,
        "next": url(request, "recordings.index", query={**query, "after": last})
        if last
        else None,
    }


ROUTES = (
    Route(
        method="GET",
        path="/recordings",
        page=index,
        allow=MAY[Deed.LIST],
        menu=N_("Recordings"),
    ),
    Route(
        method="GET",
        path="/recordings/{recording}",
        page=show,
        allow=MAY[Deed.LIST],
        subject=recording_reach.recording,
    ),
)
