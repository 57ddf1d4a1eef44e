"""The page of a request: what is asked, by whom, its history, and what may be done.

Draws only the acts that the state and the role allow; the domain refuses the rest too.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from markupsafe import Markup
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import cases, lifecycle
from visitation.cases import Case, Ordered, ordered, reading
from visitation.people import Prisoner
from visitation.places import Site
from visitation.visits import Visit
from visitation.words import (
    CaseAction,
    CaseKind,
    OrderState,
    Role,
    Visibility,
)
from web import (
    case_answers,
    case_papers,
    case_reach,
    case_rows,
    case_story,
    gate,
    i18n,
    message_views,
    present,
)
from web.case_forms import Change, Correction, Remark
from web.case_words import ORDER_TONES
from web.forms import Fields, Form, blank
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.labels import label, options
from web.pages.sites import PLANNERS
from web.principals import StaffPrincipal
from web.render import render, url

#: Acts that are a text and a button: what they are called, ask, and make sure of.
_ENDS = (
    (
        CaseAction.APPEAL,
        N_("Ask to look at it once more"),
        N_("Why it should be looked at once more"),
        "",
    ),
    (CaseAction.REOPEN, N_("Open it again"), N_("Reason"), ""),
    (
        CaseAction.WITHDRAW,
        N_("Note that it is withdrawn"),
        N_("Who says so, and why"),
        N_("Nobody works on it any more then. Note it?"),
    ),
)
#: Orders are ended where they stand, and nothing is raised from here.
_ELSEWHERE = frozenset({"raise", "repeat", "carry_out", "cancel_order"})
_DECISIONS = (CaseAction.GRANT, CaseAction.DENY, CaseAction.REFER)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A request with what belongs to it, as it was read.

    Attributes:
        own: whether the reader has a say in it, not only an order to carry out.
    """

    own: bool
    case: Case
    prisoner: Prisoner
    prison: Site
    values: dict[str, Any]


async def page(
    request: web.Request,
    *,
    form: Form[Any] | None = None,
    opened: str = "",
    status: int = 200,
) -> web.Response:
    """The page of the request, with what was typed in the part that is opened."""
    me, here = gate.staff(request), gate.subject(request, Case)
    async with request.app[DATABASE].read() as session:
        file = await read(session, request, here.id)
        offers = _offers(file, me)
        receivers = (
            await case_reach.receivers(session, file.case, file.prison)
            if "assign" in offers
            else ()
        )
    nothing = "" if offers else _("You can read it; others answer it.")
    return render(
        request,
        "cases/case.html",
        status=status,
        **file.values,
        form=form or blank(Fields),
        opened=opened,
        offers=offers,
        nothing=nothing,
        ends=_ends(offers),
        receivers=[
            (one.id, present.parted(one.name, label(one.role)))
            for one in receivers
            if one.id != file.case.owner_id
        ],
        visibilities=visibilities(me),
        kinds=options(CaseKind, but=(file.case.kind,)),
        blank=blank(Change),
        blank_note=blank(Remark, visibility=Visibility.STAFF),
        blank_kind=blank(Correction),
        example=_example(request, file),
        may_print=file.own and me.role in case_reach.may(CaseAction.RAISE),
    )


def _ends(offers: frozenset[str]) -> list[tuple[str, str, str, str]]:
    return [
        (act.value, _(words), _(ask), _(sure) if sure else "")
        for act, words, ask, sure in _ENDS
        if act.value in offers
    ]


def visibilities(me: StaffPrincipal) -> list[tuple[str, str]]:
    """Who may read what somebody writes, out of those who include the writer."""
    sight = case_reach.reader(me).sight
    return [(one.value, label(one)) for one in Visibility if reading.reads(one, sight)]


async def read(session: AsyncSession, request: web.Request, case_id: int) -> File:
    """Everything about one request that its page shows."""
    me, now = gate.staff(request), request.app[CLOCK]()
    case = await session.get_one(Case, case_id)
    own = await case_reach.is_own(session, case, me)
    prisoner = await session.get_one(Prisoner, case.prisoner_id)
    prison = await session.get_one(Site, prisoner.site_id)
    zone, kind = ZoneInfo(prison.zone), cases.KINDS[case.kind]
    sight = case_reach.reader(me).sight
    steps = await cases.history(session, case, sight=sight)
    [listed] = await cases.boards.rows(
        session, col(Case.id) == case.id, order=(col(Case.id),), limit=1
    )
    point = await session.get(Site, case.point_id) if case.point_id else None
    values = {
        "case": asdict(case_rows.row(listed, now=now))
        | {
            "source": case.source,
            "visitor": listed.visitor,
            "point": point.name if point else "",
            "raised": present.moment(case.raised_at, zone),
            "text": case.text,
        },
        "prisoner_link": _prisoner_link(request, me, prisoner),
        "visit_link": await _visit_link(session, request, me, case),
        "answers": _answers(case),
        "note": kind.eligibility(i18n.language()),
        "orders": [
            await _order(session, request, case, one, zone, own=own)
            for one in await cases.orders_of(session, case)
        ],
        "documents": await case_papers.listed(session, request, case, zone=zone),
        "steps": await case_story.told(session, steps, zone=zone),
        "messages": await message_views.shown(
            session, await cases.telling.told(session, case), keyring=None, link=""
        ),
        "zone": zone,
        "untold": await _untold(session, case),
    }
    return File(own=own, case=case, prisoner=prisoner, prison=prison, values=values)


async def _untold(session: AsyncSession, case: Case) -> list[Markup]:
    """Where to ring up a family that does not know its answer; empty if it does."""
    if not await cases.untold.waits(session, case):
        return []
    numbers = [present.phone(one) for one in await cases.untold.phones(session, case)]
    return numbers or [Markup("{}").format(_("no number is known"))]


def _answers(case: Case) -> list[tuple[str, str]]:
    """What was answered, and what was before the request was of this kind."""
    kind = cases.KINDS[case.kind]
    said = [
        (asked, present.isolated(words))
        for asked, words in case_answers.shown(kind, case.answers)
    ]
    before = case_answers.left_over(kind, case.answers)
    return said + [(_("Said before"), one) for one in before]


def _offers(file: File, me: StaffPrincipal) -> frozenset[str]:
    """What the page offers: the acts themselves, and "decide" for any decision."""
    case = file.case
    found = {
        act.value
        for act in (CaseAction if file.own else case_reach.BY_ORDER)
        if case_reach.allowed(case, act, me)
    }
    if found & {act.value for act in _DECISIONS}:
        found.add("decide")
    if not file.values["untold"]:
        found.discard("tell")
    if case.owner_id is not None and case.state.value == "in_progress":
        found.discard("take")
    return frozenset(found - _ELSEWHERE)


async def _order(
    session: AsyncSession,
    request: web.Request,
    case: Case,
    one: Ordered,
    zone: ZoneInfo,
    *,
    own: bool,
) -> case_rows.OrderRow:
    me, now = gate.staff(request), request.app[CLOCK]()
    row = await session.get_one(cases.CaseOrder, one.id)
    site = await session.get(Site, one.site_id) if one.site_id else None
    is_open = row.state is OrderState.OPEN
    left = case_rows.left(one.due_at, zone, now) if is_open else ("", "plain")
    return case_rows.OrderRow(
        reference=one.reference,
        kind=case.kind,
        prisoner="",
        text=one.text,
        to=one.to,
        by=one.by,
        due=present.day(one.due_at, zone, weekday=False),
        left=left[0],
        left_tone=left[1],
        state=row.state,
        tone=ORDER_TONES[row.state],
        answer=one.answer,
        ended=present.moment(one.ended_at, zone) if one.ended_at else "",
        ended_by=one.ended_by,
        may_carry_out=is_open and ordered.is_for(row, case_reach.reader(me), site),
        may_cancel=case_reach.may_cancel(row, case, me, own=own),
    )


def _prisoner_link(
    request: web.Request, me: StaffPrincipal, prisoner: Prisoner
) -> Markup:
    name = present.bdi(prisoner.name)
    if me.role not in PLANNERS:
        return name
    href = url(request, "prisoners.show", prisoner=prisoner.id)
    return Markup('<a href="{}">{}</a>').format(href, name)


async def _visit_link(
    session: AsyncSession, request: web.Request, me: StaffPrincipal, case: Case
) -> Markup | None:
    """The visit it was raised at, for those who open visits of the prison."""
    visit = await session.get(Visit, case.visit_id) if case.visit_id else None
    if visit is None:
        return None
    prison = await session.get_one(Site, visit.prison_id)
    when = present.moment(visit.starts_at, ZoneInfo(prison.zone))
    opens = me.role in lifecycle.MAY[lifecycle.Act.READ_HISTORY] - {Role.OFFICIAL}
    if not opens or not me.scope.reaches(prison):
        return Markup("{}").format(when)
    href = url(request, "visits.show", visit=visit.reference)
    return Markup('<a href="{}">{}</a>').format(href, when)


def _example(request: web.Request, file: File) -> str:
    """A day later than the one that was promised, as it is typed."""
    later = max(file.case.due_at, request.app[CLOCK]()) + timedelta(days=7)
    return present.short_day(later, ZoneInfo(file.prison.zone))
