"""What waits for whoever plans or decides: how much, and since when the oldest.

One query for each kind. Counts and instants only: nothing of whom it is about.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases import Case, CaseOrder, lifecycle, ordered, reading
from visitation.cases.kinds import decided_by
from visitation.lifecycle import VisitState
from visitation.messages import CallTask, Message
from visitation.people import Scope
from visitation.people.tables import LinkRequest
from visitation.places import Site
from visitation.visits import Visit
from visitation.visits.tables import Flag
from visitation.waiting import Plan, WaitingEntry
from visitation.words import LinkState, PlanState, Role, WaitingState
from web import case_reach, gate, message_views, present, review_rows
from web.i18n import N_, _, ngettext
from web.keys import CLOCK, DATABASE
from web.principals import StaffPrincipal
from web.render import url

_PLANNERS = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
_DECIDERS = frozenset({Role.OFFICIAL, Role.WARDEN})
_IN_LINE = (WaitingState.WAITING, WaitingState.OFFERED)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
#: From this age on what waits is marked.
_LONG = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A kind of work: how much of it waits, and since when, in words."""

    name: str
    words: str
    href: str
    count: str
    oldest: str
    waits: bool
    long: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind is counted, and where it is worked on."""

    name: str
    words: str
    page: str
    counted: Callable[[StaffPrincipal, datetime], Any]
    query: dict[str, str] = field(default_factory=dict)
    roles: frozenset[Role] = _PLANNERS


async def of(request: web.Request) -> list[Tile]:
    """What waits for whoever asks; nothing for roles that neither plan nor decide."""
    me, now = gate.staff(request), request.app[CLOCK]()
    kinds = [one for one in _KINDS if me.role in one.roles and _may_see(one, me.role)]
    async with request.app[DATABASE].read() as session:
        return [await _tile(request, session, kind, me, now) for kind in kinds]


def _may_see(kind: _Kind, role: Role) -> bool:
    return kind.name != "unclosed" or role is Role.SCHEDULER


async def _tile(
    request: web.Request,
    session: AsyncSession,
    kind: _Kind,
    me: StaffPrincipal,
    now: datetime,
) -> Tile:
    count, oldest = (await session.exec(kind.counted(me, now))).one()
    return Tile(
        name=kind.name,
        words=_(kind.words),
        href=url(request, kind.page, query=kind.query),
        count=present.digits(count),
        oldest=age(now - oldest) if oldest is not None else "",
        waits=bool(count),
        long=oldest is not None and now - oldest >= _LONG,
    )


def age(waited: timedelta) -> str:
    """How long something has waited, in whole days or hours."""
    if waited >= _DAY:
        days = waited // _DAY
        words = ngettext("The oldest: %(num)s day", "The oldest: %(num)s days", days)
        return present.digits(words)
    hours = max(waited, timedelta(0)) // _HOUR
    if not hours:
        return _("The oldest: under an hour")
    words = ngettext("The oldest: %(num)s hour", "The oldest: %(num)s hours", hours)
    return present.digits(words)


def _sites(scope: Scope) -> Any:
    return select(Site.id).where(scope.of_sites())


def _at_prison(scope: Scope) -> ColumnElement[bool]:
    return col(Visit.prison_id).in_(_sites(scope))


def _requests(me: StaffPrincipal, _now: datetime) -> Any:
    return select(func.count(), func.min(Visit.created_at)).where(
        Visit.state == VisitState.REQUESTED, _at_prison(me.scope)
    )


def _reviews(me: StaffPrincipal, now: datetime) -> Any:
    return (
        select(func.count(col(Visit.id).distinct()), func.min(Flag.raised_at))
        .join(Flag, col(Flag.visit_id) == col(Visit.id))
        .where(
            Visit.state == VisitState.BOOKED,
            col(Flag.gone_at).is_(None),
            col(Flag.kept_at).is_(None),
            *review_rows.within(me, now),
        )
    )


def _undelivered(me: StaffPrincipal, now: datetime) -> Any:
    inside = select(Visit.id).where(
        or_(_at_prison(me.scope), col(Visit.point_id).in_(_sites(me.scope)))
    )
    return select(func.count(), func.min(Message.created_at)).where(
        col(Message.visit_id).in_(inside), *message_views.lost(now)
    )


def _calls(me: StaffPrincipal, _now: datetime) -> Any:
    return select(func.count(), func.min(CallTask.created_at)).where(
        col(CallTask.done_at).is_(None), col(CallTask.site_id).in_(_sites(me.scope))
    )


def _unclosed(me: StaffPrincipal, _now: datetime) -> Any:
    return select(func.count(), func.min(Visit.ends_at)).where(
        Visit.state == VisitState.UNCLOSED, _at_prison(me.scope)
    )


def _waiting(me: StaffPrincipal, _now: datetime) -> Any:
    return select(func.count(), func.min(WaitingEntry.created_at)).where(
        col(WaitingEntry.state).in_(_IN_LINE),
        col(WaitingEntry.prison_id).in_(_sites(me.scope)),
    )


def _plans(me: StaffPrincipal, _now: datetime) -> Any:
    return select(func.count(), func.min(Plan.made_at)).where(
        Plan.state == PlanState.DRAFT, col(Plan.prison_id).in_(_sites(me.scope))
    )


def _links(me: StaffPrincipal, _now: datetime) -> Any:
    return select(func.count(), func.min(LinkRequest.asked_at)).where(
        LinkRequest.state == LinkState.ASKED,
        col(LinkRequest.prison_id).in_(_sites(me.scope)),
    )


def _unowned(me: StaffPrincipal, _now: datetime) -> Any:
    return _open_cases(me).where(
        col(Case.owner_id).is_(None), col(Case.kind).in_(decided_by(me.role))
    )


def _late_cases(me: StaffPrincipal, now: datetime) -> Any:
    return _open_cases(me).where(
        col(Case.due_at) < now, col(Case.kind).in_(decided_by(me.role))
    )


def _open_cases(me: StaffPrincipal) -> Any:
    return select(func.count(), func.min(Case.raised_at)).where(
        reading.within(case_reach.reader(me)), col(Case.state).in_(lifecycle.OPEN)
    )


def _orders(me: StaffPrincipal, _now: datetime) -> Any:
    return select(func.count(), func.min(CaseOrder.made_at)).where(
        ordered.to_do(case_reach.reader(me)),
    )


_KINDS = (
    _Kind("requests", N_("Requests to decide"), "requests.index", _requests),
    _Kind("reviews", N_("Visits to review"), "review.index", _reviews),
    _Kind(
        "undelivered",
        N_("Text messages that did not arrive"),
        "messages.listing",
        _undelivered,
        query={"lost": "on"},
    ),
    _Kind("calls", N_("People to ring"), "call_list.index", _calls),
    _Kind("unclosed", N_("Visits that nobody closed"), "warden.unclosed", _unclosed),
    _Kind("waiting", N_("Families on the waiting list"), "waiting.index", _waiting),
    _Kind("plans", N_("Plans not yet published"), "plans.drafts", _plans),
    _Kind("links", N_("Families who ask to be linked"), "link_requests.index", _links),
    _Kind(
        "unowned",
        N_("Requests of prisoners that nobody has"),
        "cases.index",
        _unowned,
        query={"view": "unowned"},
        roles=_DECIDERS,
    ),
    _Kind(
        "late",
        N_("Requests of prisoners that are late"),
        "cases.index",
        _late_cases,
        query={"view": "overdue"},
        roles=_DECIDERS,
    ),
    _Kind(
        "orders",
        N_("Orders to carry out"),
        "case_orders.index",
        _orders,
        roles=_DECIDERS,
    ),
)
