"""The boards of requests: mine, due soon, late, nobody's, by prison, all that is open.

Handlers read an address and show rows; which request stands where, the domain says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import cases, people
from visitation.cases import Board, Wanted, boards, reading
from visitation.errors import Invalid, NotFound
from visitation.people import Prisoner, Scope
from visitation.words import CaseAction, CaseKind, CaseState, Role
from web import case_reach, case_rows, forms, gate, prison_reach, sealed, subjects
from web.fields import Line
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.labels import options
from web.picks import Pick
from web.render import redirect, render, url
from web.routing import Route

_MAY_RAISE = case_reach.may(CaseAction.RAISE)
#: Who reads them by prisoner: whoever reaches the prison.
OF_PRISONER = case_reach.READERS - {Role.CLERK}
#: How many prisoners a search looks at.
_MANY = 200


class View(StrEnum):
    """What part of the board is shown."""

    MINE = "mine"
    DUE = "due"
    OVERDUE = "overdue"
    UNOWNED = "unowned"
    UNTOLD = "untold"
    PRISONS = "prisons"
    OPEN = "open"
    ALL = "all"


_WORDS: Mapping[View, str] = {
    View.MINE: N_("Mine"),
    View.DUE: N_("Due soon"),
    View.OVERDUE: N_("Overdue"),
    View.UNOWNED: N_("Nobody has them"),
    View.UNTOLD: N_("Family not told"),
    View.PRISONS: N_("By prison"),
    View.OPEN: N_("All that is open"),
    View.ALL: N_("Answered too"),
}
_NOTHING: Mapping[View, str] = {
    View.MINE: N_("You have none in hand. Look among those that nobody has."),
    View.DUE: N_("No answer is due in the next days."),
    View.OVERDUE: N_("Nothing is late."),
    View.UNOWNED: N_("Everything that you may decide is in somebody’s hands."),
    View.UNTOLD: N_("Every family knows its answer, as far as messages tell."),
    View.OPEN: N_("No request is open."),
    View.ALL: N_("Nothing was asked for yet."),
}
#: Boards of those who decide; others see what is late and what is open.
_DECIDING = frozenset({View.MINE, View.UNOWNED})


class Asked(forms.Fields):
    """What part of a board, and of what kind."""

    view: View | None = None
    kind: CaseKind | None = Field(default=None, title=N_("Kind"))
    state: CaseState | None = Field(default=None, title=N_("State"))
    prison: Pick | None = Field(default=None, title=N_("Prison"))
    text: Line = ""
    after: Line = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A part of the board to turn to."""

    words: str
    href: str
    count: int | None
    current: bool
    late: bool


async def index(request: web.Request) -> web.Response:
    """The requests of one part of the board."""
    form = forms.from_query(request, Asked)
    asked = form.value if form.ok else Asked()
    me, now = gate.staff(request), request.app[CLOCK]()
    reader, view = case_reach.reader(me), asked.view or _first(me.role)
    async with request.app[DATABASE].read() as session:
        found = await _by_code(session, request, asked)
        if found is not None:
            return redirect(request, "cases.show", case=found)
        counts = await boards.counts(session, reader, now=now)
        prisons = await prison_reach.within(session, me.scope)
        at = await boards.by_prison(session, reader, now=now)
        page = await _rows(session, request, asked, view)
    return render(
        request,
        "cases/board.html",
        form=form,
        view=view,
        views=_tabs(request, me.role, view, counts),
        rows=[case_rows.row(one, now=now) for one in page.rows],
        nothing=_(_NOTHING[view]) if view in _NOTHING else "",
        sifted=bool(asked.kind or asked.state or asked.prison or asked.text),
        pages=_pages(request, asked, view, page.onward),
        prisons=[
            (one, _to(request, View.OPEN, {"prison": str(one.site_id)})) for one in at
        ],
        kinds=options(CaseKind),
        states=options(CaseState),
        prison_choices=[(one.id, one.name) for one in prisons],
        find=request.query.get(sealed.PARAMETER, ""),
        here_to=_to(request, View.ALL, {}),
        may_raise=me.role in _MAY_RAISE,
    )


async def of_prisoner(request: web.Request) -> web.Response:
    """Everything that was asked for one prisoner, the newest first."""
    prisoner, now = gate.subject(request, Prisoner), request.app[CLOCK]()
    me = gate.staff(request)
    async with request.app[DATABASE].read() as session:
        found = await boards.of_prisoner(
            session, prisoner_id=prisoner.id, reader=case_reach.reader(me)
        )
    return render(
        request,
        "cases/of_prisoner.html",
        prisoner={"id": prisoner.id, "name": prisoner.name},
        rows=[case_rows.row(one, now=now) for one in found],
        may_raise=me.role in _MAY_RAISE,
    )


async def _rows(
    session: AsyncSession, request: web.Request, asked: Asked, view: View
) -> boards.Page:
    if view is View.PRISONS:
        return boards.Page(rows=(), onward="")
    me = gate.staff(request)
    wanted = Wanted(
        kinds=[asked.kind] if asked.kind else (),
        states=[asked.state] if asked.state else (),
        prison_id=asked.prison,
        prisoner_ids=await _prisoners(session, request, asked.text),
    )
    try:
        return await boards.listed(
            session,
            Board(view.value),
            case_reach.reader(me),
            now=request.app[CLOCK](),
            wanted=wanted,
            after=asked.after,
        )
    except Invalid:
        raise NotFound("page") from None


async def _prisoners(
    session: AsyncSession, request: web.Request, text: str
) -> Sequence[int] | None:
    if not text:
        return None
    me = gate.staff(request)
    # A clerk reads requests of prisons out of reach; only those readable are shown.
    scope = Scope(everywhere=True) if me.role is Role.CLERK else me.scope
    found = await people.find_prisoners(
        session, scope=scope, text=text, after=None, limit=_MANY
    )
    return [one.id for one in found]


async def _by_code(
    session: AsyncSession, request: web.Request, asked: Asked
) -> str | None:
    """The request that the words are the tracking code of, if the reader reads it."""
    keyring = request.app[KEYRING]
    found = asked.text and await cases.by_tracking(session, asked.text, keyring=keyring)
    if not found:
        return None
    reader = case_reach.reader(gate.staff(request))
    try:
        return (
            await reading.by_reference(session, found.reference, reader=reader)
        ).reference
    except NotFound:
        return None


def _first(role: Role) -> View:
    """What somebody of a role looks at first."""
    return View.OPEN if role in {Role.CLERK, Role.AUDITOR} else View.MINE


def _tabs(
    request: web.Request, role: Role, view: View, counts: Mapping[Board, int]
) -> list[Tab]:
    decides = role in case_reach.may(CaseAction.TAKE)
    numbers = {View(board.value): count for board, count in counts.items()}
    return [
        Tab(
            words=_(words),
            href=_to(request, one, {}),
            count=numbers.get(one),
            current=one is view,
            late=one is View.OVERDUE,
        )
        for one, words in _WORDS.items()
        if decides or one not in _DECIDING
    ]


def _pages(
    request: web.Request, asked: Asked, view: View, onward: str
) -> dict[str, str | None]:
    query = _query(request, asked)
    return {
        "first": _to(request, view, query) if asked.after else None,
        "next": _to(request, view, {**query, "after": onward}) if onward else None,
    }


def _query(request: web.Request, asked: Asked) -> dict[str, str]:
    chosen = {"kind": asked.kind, "state": asked.state, "prison": asked.prison}
    return {name: str(value) for name, value in chosen.items() if value} | sealed.query(
        request, asked.text
    )


def _to(request: web.Request, view: View, query: Mapping[str, str]) -> str:
    return url(request, "cases.index", query={"view": view.value, **query})


ROUTES = (
    Route(
        method="GET",
        path="/cases",
        page=index,
        allow=case_reach.READERS,
        menu=N_("Requests of prisoners"),
    ),
    Route(
        method="GET",
        path="/prisoners/{prisoner}/cases",
        page=of_prisoner,
        allow=OF_PRISONER,
        subject=subjects.prisoner,
    ),
)
