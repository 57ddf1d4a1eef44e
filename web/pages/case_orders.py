"""Orders that come of requests: giving one, the board of those to do, ending one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from aiohttp import web
from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import cases
from visitation.cases import (
    Case,
    CaseOrder,
    OrderListed,
    Reader,
    ordered,
    orders,
)
from visitation.errors import Invalid, NotAllowed, VisitationError
from visitation.people import Prisoner
from visitation.places import Site
from visitation.words import CaseAction, Role, SiteKind
from web import (
    case_reach,
    case_rows,
    forms,
    gate,
    present,
    prison_reach,
    row_acts,
)
from web.case_forms import Answer, Cancelling, Short
from web.fields import Count, Line
from web.forms import Fields, Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, SUBJECT
from web.labels import label
from web.render import redirect, render, url
from web.routing import Route

_GIVERS = case_reach.may(CaseAction.ORDER)
_DOERS = case_reach.may(CaseAction.CARRY_OUT)
#: Orders go to people of these roles; to places, whoever answers for them.
_WORKERS = (Role.OFFICIAL, Role.WARDEN, Role.CLERK)
_USUAL_DAYS = 5
_MANY, _SHOWN = 200, 50
_READERS = case_reach.READERS


class NewOrder(Fields):
    """Who is to do what, and in how many working days."""

    to: Line = Field(title=N_("Whom it is for"), min_length=1)
    text: Short = Field(title=N_("What is to be done"), min_length=1)
    days: Count = Field(ge=1, le=orders.MOST_DAYS, title=N_("Working days"))


class View(StrEnum):
    """Which orders are shown."""

    TO_DO = "to_do"
    GIVEN = "given"
    ENDED = "ended"


class Listed(Fields):
    """Which orders to show."""

    view: View = View.TO_DO


async def _ended(session: AsyncSession, reader: Reader) -> Sequence[OrderListed]:
    return await cases.orders_for(session, reader, is_open=False, limit=_SHOWN)


_LISTS: Mapping[
    View, Callable[[AsyncSession, Reader], Awaitable[Sequence[OrderListed]]]
] = {View.TO_DO: cases.orders_for, View.GIVEN: cases.orders_by, View.ENDED: _ended}
_WORDS: Mapping[View, str] = {
    View.TO_DO: N_("To be done here"),
    View.GIVEN: N_("Given to others"),
    View.ENDED: N_("Ended lately"),
}
_NOTHING: Mapping[View, str] = {
    View.TO_DO: N_("Nothing is ordered from you or your places."),
    View.GIVEN: N_("Nothing that you ordered is still to be done."),
    View.ENDED: N_("No order has ended yet."),
}


async def index(request: web.Request) -> web.Response:
    """Orders that are to be carried out here, those given to others, and the ended."""
    return await _board(request, forms.blank(Answer))


async def new(request: web.Request) -> web.Response:
    """The form for an order."""
    return await _new(request, forms.blank(NewOrder, days=_USUAL_DAYS))


async def give(request: web.Request) -> web.Response:
    """Give an order: read back first, then sent."""
    form = await forms.read(request, NewOrder)
    step = str((await request.post()).get("step", "read"))
    if not form.ok:
        return await _new(request, form, status=422)
    here, me = gate.subject(request, Case), gate.staff(request)
    if step != "send":
        return await _new(request, form, reading=step == "read")
    try:
        async with request.app[DATABASE].write() as session:
            case = await session.get_one(Case, here.id)
            offered = dict(await _receivers(session, case))
            if form.value.to not in offered:
                raise Invalid("to", "not_a_choice")
            kind, _dash, number = form.value.to.partition("-")
            await orders.make(
                session,
                case,
                text=form.value.text,
                due_days=form.value.days,
                site_id=int(number) if kind == "site" else None,
                account_id=int(number) if kind == "person" else None,
                keyring=request.app[KEYRING],
                by=me.actor,
                now=request.app[CLOCK](),
            )
    except NotAllowed:
        raise
    except VisitationError as refused:
        return await _new(request, form.refused(refused), status=409)
    flash = _("The order is given.")
    return redirect(request, "cases.show", case=here.reference, flash=flash)


async def carry_out(request: web.Request) -> web.Response:
    """Report an order as done."""
    form = await forms.read(request, Answer)
    return await row_acts.done(
        request,
        form,
        orders.carry_out,
        of=CaseOrder,
        again=_board,
        then="case_orders.index",
        said=_("The order is reported as done."),
    )


async def cancel(request: web.Request) -> web.Response:
    """Take an order back."""
    form = await forms.read(request, Cancelling)
    if not form.ok:
        return await _board(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            order = await session.get_one(
                CaseOrder, gate.subject(request, CaseOrder).id
            )
            await orders.cancel(
                session,
                order,
                reason=form.value.reason,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
            case = await session.get_one(Case, order.case_id)
    except NotAllowed:
        raise
    except VisitationError as refused:
        return await _board(request, form.refused(refused), status=409)
    flash = _("The order is cancelled.")
    return redirect(request, "cases.show", case=case.reference, flash=flash)


async def _board(
    request: web.Request, form: Form[Any], *, status: int = 200
) -> web.Response:
    me, now = gate.staff(request), request.app[CLOCK]()
    asked = forms.from_query(request, Listed)
    view = asked.value.view if asked.ok else View.TO_DO
    reader = case_reach.reader(me)
    async with request.app[DATABASE].read() as session:
        found = await _LISTS[view](session, reader)
        waiting, late = await ordered.order_counts(session, reader, now=now)
    gives = me.role in _GIVERS
    typed = request.get(SUBJECT)
    return render(
        request,
        "cases/orders.html",
        status=status,
        form=form,
        clean=forms.blank(Answer),
        typed=typed.reference if isinstance(typed, CaseOrder) else "",
        views=_tabs(request, view, waiting, late, gives=gives),
        orders=[
            case_rows.order_row(
                one,
                now=now,
                may_carry_out=view is View.TO_DO and me.role in _DOERS,
                may_cancel=view is View.GIVEN and gives,
                href=url(request, "cases.show", case=one.case),
            )
            for one in found
        ],
        nothing=_(_NOTHING[view]),
    )


def _tabs(
    request: web.Request, view: View, waiting: int, late: int, *, gives: bool
) -> list[dict[str, object]]:
    return [
        {
            "words": _(words),
            "href": url(request, "case_orders.index", query={"view": one.value}),
            "count": waiting if one is View.TO_DO else None,
            "current": one is view,
            "late": bool(late),
        }
        for one, words in _WORDS.items()
        if gives or one is not View.GIVEN
    ]


async def _new(
    request: web.Request,
    form: Form[NewOrder],
    *,
    reading: bool = False,
    status: int = 200,
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        case = await session.get_one(Case, gate.subject(request, Case).id)
        prisoner = await session.get_one(Prisoner, case.prisoner_id)
        offered = await _receivers(session, case)
    return render(
        request,
        "cases/order_new.html",
        status=status,
        form=form,
        case={"reference": case.reference, "kind": case.kind},
        prisoner=prisoner.name,
        receivers=offered,
        whom=dict(offered).get(form.text("to"), ""),
        reading=reading,
        most=orders.MOST_DAYS,
    )


async def _receivers(session: AsyncSession, case: Case) -> list[tuple[str, str]]:
    """The prison first, then other places of its province, then people there."""
    prisoner = await session.get_one(Prisoner, case.prisoner_id)
    prison = await session.get_one(Site, prisoner.site_id)
    places = await session.exec(
        select(Site)
        .where(
            Site.province_id == prison.province_id,
            col(Site.kind) != SiteKind.VILLAGE,
            col(Site.closed_at).is_(None),
        )
        .order_by(col(Site.id) != prison.id, col(Site.name), col(Site.id))
        .limit(_MANY)
    )
    people = await prison_reach.people_of(session, prison, _WORKERS, limit=_MANY)
    return [(f"site-{one.id}", one.name) for one in places] + [
        (f"person-{one.id}", present.parted(one.name, label(one.role)))
        for one in people
    ]


ROUTES = (
    Route(
        method="GET",
        path="/orders",
        page=index,
        allow=_READERS,
        menu=N_("Orders"),
    ),
    Route(
        method="GET",
        path="/cases/{case}/order",
        page=new,
        allow=_GIVERS,
        subject=case_reach.own,
    ),
    Route(
        method="POST",
        path="/cases/{case}/order",
        page=give,
        allow=_GIVERS,
        subject=case_reach.own,
    ),
    Route(
        method="POST",
        path="/orders/{order}/done",
        page=carry_out,
        allow=_DOERS,
        subject=case_reach.own_order,
    ),
    Route(
        method="POST",
        path="/orders/{order}/cancel",
        page=cancel,
        allow=_GIVERS,
        subject=case_reach.given_order,
    ),
)
