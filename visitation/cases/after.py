"""What a family asks for when its visit is over: a case each, said in passing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.calls import after
from visitation.cases import kinds
from visitation.cases.lifecycle import OPEN
from visitation.cases.raising import Raised, raise_case
from visitation.cases.tables import Case, CaseStep
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people import Prisoner, Scope, Visitor
from visitation.places import Site
from visitation.visits.tables import Participant, Visit
from visitation.words import CaseAction, CaseKind, CaseSource, CaseState, Role

#: What is offered after a visit, each with its picture.
WISHES = (
    CaseKind.FURLOUGH,
    CaseKind.RELEASE,
    CaseKind.MEDICAL,
    CaseKind.TRANSFER,
    CaseKind.VISIT,
    CaseKind.OTHER,
)
#: The longest of what is said in passing, in characters.
LONGEST = 300
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A case as it stands beside a visit.

    Attributes:
        reference: of the case.
        visitor: empty where it was not a family that asked.
        zone: the prison's wall clock.
        is_new: whether nobody has taken it up.
    """

    reference: str
    kind: CaseKind
    state: CaseState
    text: str
    visitor: str
    prisoner: str
    at: datetime
    zone: str
    is_new: bool


async def wish(
    session: AsyncSession,
    *,
    participant_id: int,
    kind: CaseKind,
    text: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Raised:
    """Ask for something in or after a visit; the same asked twice is one case.

    Raises:
        Invalid: if it is not offered here, something else and nobody said what, or
            too long.
        NotFound: if there is no such visitor in a visit.
    """
    if kind not in WISHES:
        raise Invalid("kind", "not_a_choice")
    if len(text.strip()) > LONGEST:
        raise Invalid("text", "too_long")
    person = await after.family_of(session, participant_id)
    visit = await session.get_one(Visit, person.visit_id)
    return await raise_case(
        session,
        kind=kind,
        prisoner_id=visit.prisoner_id,
        source=CaseSource.FAMILY,
        text=text,
        visitor_id=person.visitor_id,
        visit_id=visit.id,
        point_id=visit.point_id,
        brief=True,
        keyring=keyring,
        by=by,
        now=now,
    )


async def wishes_of(
    session: AsyncSession, *, visit_id: int, participant_id: int | None = None
) -> Sequence[Heard]:
    """What was asked for before, in or after one visit, the oldest first.

    Of one participant alone, if one is named: what others asked is not theirs to read.
    """
    asked = select(CaseStep.case_id).where(
        CaseStep.visit_id == visit_id,
        col(CaseStep.action).in_((CaseAction.RAISE, CaseAction.REPEAT)),
    )
    conditions = [col(Case.source) == CaseSource.FAMILY]
    if participant_id is not None:
        me = select(Participant.visitor_id).where(Participant.id == participant_id)
        conditions.append(col(Case.visitor_id).in_(me))
    return await _read(session, col(Case.id).in_(asked), *conditions)


async def undecided(session: AsyncSession, *, prisoner_id: int) -> Sequence[Heard]:
    """What officials have still to answer for a prisoner, but for lawyers' requests."""
    return await _read(
        session,
        col(Case.prisoner_id) == prisoner_id,
        col(Case.state).in_(OPEN),
        col(Case.source) != CaseSource.PROFESSIONAL,
        col(Case.kind).in_(kinds.decided_by(Role.OFFICIAL)),
    )


async def untaken(session: AsyncSession, *, prisoner_id: int) -> Sequence[Heard]:
    """What families asked for a prisoner in visits, and nobody has taken up."""
    return await _read(session, col(Case.prisoner_id) == prisoner_id, *_waits())


async def unheard(session: AsyncSession, *, scope: Scope) -> Sequence[Heard]:
    """What nobody has taken up yet of visits at the prisons and points of a scope."""
    sites = select(Site.id).where(scope.of_sites())
    inside = select(Visit.id).where(
        or_(col(Visit.prison_id).in_(sites), col(Visit.point_id).in_(sites))
    )
    return await _read(session, col(Case.visit_id).in_(inside), *_waits())


def _waits() -> tuple[ColumnElement[bool], ...]:
    return (
        col(Case.kind).in_(WISHES),
        col(Case.source) == CaseSource.FAMILY,
        col(Case.visit_id).is_not(None),
        col(Case.state) == CaseState.SUBMITTED,
        col(Case.owner_id).is_(None),
    )


async def _read(
    session: AsyncSession, *conditions: ColumnElement[bool]
) -> Sequence[Heard]:
    rows = await session.exec(
        select(Case, Prisoner.name, Visitor.name, Site.zone)
        .join(Prisoner, col(Prisoner.id) == col(Case.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .outerjoin(Visitor, col(Visitor.id) == col(Case.visitor_id))
        .where(*conditions)
        .order_by(col(Case.raised_at), col(Case.id))
        .limit(_MOST)
    )
    return [
        Heard(
            reference=case.reference,
            kind=case.kind,
            state=case.state,
            text=case.text,
            visitor=visitor or "",
            prisoner=prisoner,
            at=case.raised_at,
            zone=zone,
            is_new=case.state is CaseState.SUBMITTED and case.owner_id is None,
        )
        for case, prisoner, visitor, zone in rows.all()
    ]
