"""The waiting list of a prison: who waits, since when, and what is offered to whom.

Who comes first, and who is offered what, is decided by sweeps and plans.
"""

from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from scheduler import offers
from visitation import lifecycle, waiting
from visitation.lifecycle import Act
from visitation.waiting import WaitingEntry as Entry
from visitation.words import Role, WaitingState
from web import forms, gate, prison_reach, queue_reach, queue_rows
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.picks import Pick
from web.render import redirect, render
from web.routing import Page, Route

WRITERS = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR, Role.CLERK})
_READERS = WRITERS | {Role.AUDITOR}
_PLANNERS = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
_ON_IT = (WaitingState.WAITING, WaitingState.OFFERED)


class Choice(forms.Fields):
    """Which prison's list."""

    site: Pick | None = Field(default=None, title=N_("Prison"))


async def index(request: web.Request) -> web.Response:
    """The families that wait for a prison, in the order of the line."""
    me, now = gate.staff(request), request.app[CLOCK]()
    form = forms.from_query(request, Choice)
    async with request.app[DATABASE].read() as session:
        prisons = await prison_reach.asked_for(session, me)
        wanted = form.value.site if form.ok else None
        chosen = next((p for p in prisons if p.id == wanted), None) or (
            prisons[0] if prisons else None
        )
        if chosen is None:
            return render(request, "schedule/nowhere.html")
        line = await waiting.line(session, chosen.id, now=now, states=_ON_IT)
        seen = [one for one in line if await queue_reach.sees(session, me, one.entry)]
        rows = await queue_rows.rows(session, seen, ZoneInfo(chosen.zone))
    return render(
        request,
        "waiting/index.html",
        form=forms.blank(Choice, site=chosen.id),
        prisons=[(one.id, one.name) for one in prisons],
        prison={"id": chosen.id, "name": chosen.name},
        zone=ZoneInfo(chosen.zone),
        rows=rows,
        may_change=me.role in WRITERS,
        may_plan=me.role in _PLANNERS,
        today=now.astimezone(ZoneInfo(chosen.zone)).date(),
    )


async def withdraw(request: web.Request) -> web.Response:
    """Take a family off the list."""
    entry = gate.subject(request, Entry)
    async with request.app[DATABASE].write() as session:
        await waiting.withdraw(
            session,
            await session.get_one(Entry, entry.id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return _back(request, entry.prison_id, _("The family is off the list."))


async def accept(request: web.Request) -> web.Response:
    """Take what is offered, for a family that said so by mouth."""
    entry = gate.subject(request, Entry)
    async with request.app[DATABASE].write() as session:
        visit = await offers.accept(
            session,
            await queue_reach.open_offer(session, entry),
            keyring=request.app[KEYRING],
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    may_book = gate.staff(request).role in lifecycle.MAY[Act.BOOK]
    page = "visits.booked" if may_book else "slip.show"
    return redirect(request, page, visit=visit.reference)


async def decline(request: web.Request) -> web.Response:
    """Let what is offered go to the next, for a family that said so by mouth."""
    entry = gate.subject(request, Entry)
    async with request.app[DATABASE].write() as session:
        await offers.decline(
            session,
            await queue_reach.open_offer(session, entry),
            reason=_("The slot that was offered was left to others."),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return _back(request, entry.prison_id, _("The next family is asked now."))


def _back(request: web.Request, prison_id: int, flash: str) -> web.Response:
    query = {"site": str(prison_id)}
    return redirect(request, "waiting.index", query=query, flash=flash)


def _of_entry(path: str, page: Page) -> Route:
    return Route(
        method="POST",
        path=f"/waiting/{{entry}}/{path}",
        page=page,
        allow=WRITERS,
        subject=queue_reach.entry,
    )


ROUTES = (
    Route(
        method="GET",
        path="/waiting",
        page=index,
        allow=_READERS,
        menu=N_("Waiting list"),
    ),
    _of_entry("withdraw", withdraw),
    _of_entry("accept", accept),
    _of_entry("decline", decline),
)
