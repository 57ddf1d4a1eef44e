"""Reading one case: who reads it, its history, its orders and documents' names.

Knows who may see what; which list a case stands on is for `boards` to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases import tracking
from visitation.cases.kinds import KEPT_FROM_PRISON
from visitation.cases.tables import Case, CaseOrder, CaseStep
from visitation.errors import NotFound
from visitation.keyring import Keyring
from visitation.people import Account, Prisoner, Scope, Visitor
from visitation.places import Site
from visitation.words import CaseAction, CaseSource, CaseState, Role, Visibility

#: No history shows more steps than this, the newest.
LONGEST_HISTORY = 200
#: How many cases of one person are shown, the newest.
MOST_OF_ONE = 50
_SIGHT = {
    Role.OFFICIAL: Visibility.OFFICIALS,
    Role.AUDITOR: Visibility.OFFICIALS,
    Role.ADMINISTRATOR: Visibility.OFFICIALS,
    Role.WARDEN: Visibility.STAFF,
    Role.CLERK: Visibility.STAFF,
}
_READ = {
    Visibility.FAMILY: frozenset({Visibility.FAMILY}),
    Visibility.STAFF: frozenset({Visibility.FAMILY, Visibility.STAFF}),
    Visibility.OFFICIALS: frozenset(Visibility),
}
#: What a family learns of without its text.
_BARE = frozenset(
    {
        *(CaseAction.TAKE, CaseAction.REFER, CaseAction.POSTPONE, CaseAction.REOPEN),
        *(CaseAction.APPEAL, CaseAction.WITHDRAW),
    }
)
_WIDE = frozenset({Role.OFFICIAL, Role.ADMINISTRATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A member of staff who reads cases.

    Attributes:
        scope: the provinces and sites they reach.
    """

    account_id: int
    role: Role
    scope: Scope

    @property
    def sight(self) -> Visibility:
        """How much of a case's notes and documents they read."""
        return _SIGHT.get(self.role, Visibility.FAMILY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One step of a case as it is read.

    Attributes:
        by: the name of whoever did it; empty for the service itself.
        text: empty where the reader does not read it.
    """

    number: int
    action: CaseAction
    state: CaseState
    visibility: Visibility
    text: str
    facts: dict[str, Any]
    at: datetime
    by: str
    by_role: Role | None
    visit_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """An order as its case shows it.

    Attributes:
        to: the name of the site or of the person.
        by: who made it.
        ended_by: who carried it out or cancelled it; empty while it is open.
    """

    id: int
    reference: str
    to: str
    site_id: int | None
    account_id: int | None
    text: str
    state: str
    due_at: datetime
    made_at: datetime
    by: str
    ended_at: datetime | None
    ended_by: str
    answer: str


def reads(visibility: Visibility, sight: Visibility) -> bool:
    """Whether somebody with that sight reads what is marked so."""
    return visibility in _READ[sight]


def readable(reader: Reader) -> ColumnElement[bool]:
    """The condition on `Case` that keeps what somebody may read.

    A prison does not read complaints about it, nor what a lawyer asks, unless it is
    told to do something for them.
    """
    if reader.role not in _SIGHT:
        return false()
    sites = select(Site.id).where(reader.scope.of_sites())
    told = or_(col(CaseOrder.site_id).in_(sites), _to_me(reader))
    ordered = exists().where(col(CaseOrder.case_id) == col(Case.id), told)
    return or_(within(reader), ordered)


def within(reader: Reader) -> ColumnElement[bool]:
    """The condition on `Case` that keeps what is somebody's own to work on.

    Whoever reads a case only because of an order has no say in it.
    """
    sites = select(Site.id).where(reader.scope.of_sites())
    prison = col(Case.prisoner_id).in_(
        select(Prisoner.id).where(col(Prisoner.site_id).in_(sites))
    )
    point = col(Case.point_id).in_(sites)
    mine = col(Case.owner_id) == reader.account_id
    if reader.role in _WIDE:
        return or_(prison, point, mine)
    private = col(Case.source) == CaseSource.PROFESSIONAL
    if reader.role is Role.WARDEN:
        kept = or_(private, col(Case.kind).in_(KEPT_FROM_PRISON))
        return or_(and_(prison, ~kept), mine)
    if reader.role is Role.CLERK:
        return or_(and_(point, ~private), mine)
    return false()


async def by_reference(
    session: AsyncSession, reference: str, *, reader: Reader | None = None
) -> Case:
    """The case of that reference.

    Raises:
        NotFound: if there is none, or none that the reader may read.
    """
    query = select(Case).where(Case.reference == reference)
    if reader is not None:
        query = query.where(readable(reader))
    case = (await session.exec(query)).first()
    if case is None:
        raise NotFound(reference)
    return case


async def by_tracking(
    session: AsyncSession, code: str, *, keyring: Keyring
) -> Case | None:
    """The case that a code as it was typed follows, if there is one."""
    fingerprint = tracking.fingerprint(code, keyring=keyring)
    if fingerprint is None:
        return None
    rows = await session.exec(
        select(Case).where(Case.tracking_fingerprint == fingerprint)
    )
    return rows.first()


async def of_visitor(
    session: AsyncSession, *, visitor_id: int, prisoner_id: int | None = None
) -> Sequence[Case]:
    """What a visitor has asked for, the newest first."""
    query = select(Case).where(Case.visitor_id == visitor_id)
    if prisoner_id is not None:
        query = query.where(Case.prisoner_id == prisoner_id)
    newest = query.order_by(col(Case.id).desc()).limit(MOST_OF_ONE)
    return (await session.exec(newest)).all()


async def history(
    session: AsyncSession, case: Case, *, sight: Visibility
) -> Sequence[Done]:
    """What was done to a case, the oldest first, as far as one reads it."""
    readable_ = col(CaseStep.visibility).in_(_READ[sight])
    rows = await session.exec(
        select(CaseStep, Account.name, Account.role, Visitor.name)
        .outerjoin(Account, col(Account.id) == col(CaseStep.account_id))
        .outerjoin(Visitor, col(Visitor.id) == col(CaseStep.visitor_id))
        .where(
            CaseStep.case_id == case.id,
            or_(readable_, col(CaseStep.action).in_(_BARE)),
        )
        .order_by(col(CaseStep.number).desc())
        .limit(LONGEST_HISTORY)
    )
    return [
        Done(
            number=step.number,
            action=step.action,
            state=step.state,
            visibility=step.visibility,
            text=step.text if reads(step.visibility, sight) else "",
            facts=step.facts,
            at=step.at,
            by=staff or visitor or "",
            by_role=Role(role) if role else None,
            visit_id=step.visit_id,
        )
        for step, staff, role, visitor in rows.all()[::-1]
    ]


async def orders_of(session: AsyncSession, case: Case) -> Sequence[Ordered]:
    """The orders of a case, the oldest first."""
    rows = await session.exec(
        select(CaseOrder)
        .where(CaseOrder.case_id == case.id)
        .order_by(col(CaseOrder.id))
        .limit(LONGEST_HISTORY)
    )
    found = rows.all()
    people = {
        one
        for order in found
        for one in (order.account_id, order.made_by_id, order.ended_by_id)
    }
    accounts = select(Account.id, Account.name).where(col(Account.id).in_(people))
    names: dict[int | None, str] = dict((await session.exec(accounts)).all())
    places = select(Site.id, Site.name).where(
        col(Site.id).in_({one.site_id for one in found})
    )
    sites: dict[int | None, str] = dict((await session.exec(places)).all())
    return [
        Ordered(
            id=one.id,
            reference=one.reference,
            to=names.get(one.account_id, "") or sites.get(one.site_id, ""),
            site_id=one.site_id,
            account_id=one.account_id,
            text=one.text,
            state=one.state,
            due_at=one.due_at,
            made_at=one.made_at,
            by=names.get(one.made_by_id, ""),
            ended_at=one.ended_at,
            ended_by=names.get(one.ended_by_id, ""),
            answer=one.answer,
        )
        for one in found
    ]


def _to_me(reader: Reader) -> ColumnElement[bool]:
    return col(CaseOrder.account_id) == reader.account_id
