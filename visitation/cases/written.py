"""What officials wrote of requests and of visits: answers, referrals and notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases.lifecycle import FINAL
from visitation.cases.tables import Case, CaseStep
from visitation.people import Account
from visitation.rulings.tables import Ruling
from visitation.rulings.words import RulingKind
from visitation.visits.tables import Visit
from visitation.words import CaseAction, CaseKind, CaseSource, Role

_STEPS = {
    CaseAction.GRANT: RulingKind.GRANTED,
    CaseAction.DENY: RulingKind.DENIED,
    CaseAction.REFER: RulingKind.REFERRED,
}
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One thing that an official wrote.

    Attributes:
        reference: of the case, or of the note itself.
        answered: whether the case has its answer meanwhile.
    """

    reference: str
    kind: RulingKind
    about: CaseKind
    text: str
    at: datetime
    by: str
    answered: bool


async def in_visit(session: AsyncSession, *, visit_id: int) -> Sequence[Written]:
    """What was written in one visit, the oldest first."""
    notes = await _notes(session, col(Ruling.visit_id) == visit_id, limit=_MOST)
    steps = await _steps(session, col(CaseStep.visit_id) == visit_id, limit=_MOST)
    newest_last = [*reversed(notes), *reversed(steps)]
    return sorted(newest_last, key=lambda one: one.at)


async def of_prisoner(
    session: AsyncSession, *, prisoner_id: int, limit: int
) -> Sequence[Written]:
    """What was written of a prisoner, the newest first, but for lawyers' requests."""
    visits = select(Visit.id).where(Visit.prisoner_id == prisoner_id)
    steps = await _steps(
        session,
        col(Case.prisoner_id) == prisoner_id,
        col(Case.source) != CaseSource.PROFESSIONAL,
        limit=limit,
    )
    notes = await _notes(session, col(Ruling.visit_id).in_(visits), limit=limit)
    found = sorted([*steps, *notes], key=lambda one: one.at, reverse=True)
    return found[:limit]


async def _steps(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int
) -> Sequence[Written]:
    rows = await session.exec(
        select(CaseStep, Case, Account.name)
        .join(Case, col(Case.id) == col(CaseStep.case_id))
        .join(Account, col(Account.id) == col(CaseStep.account_id))
        .where(
            *conditions,
            col(CaseStep.action).in_(_STEPS),
            Account.role == Role.OFFICIAL,
        )
        .order_by(col(CaseStep.id).desc())
        .limit(limit)
    )
    return [
        Written(
            reference=case.reference,
            kind=_STEPS[step.action],
            about=case.kind,
            text=step.text,
            at=step.at,
            by=name,
            answered=case.state in FINAL,
        )
        for step, case, name in rows.all()
    ]


async def _notes(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int
) -> Sequence[Written]:
    rows = await session.exec(
        select(Ruling, Account.name)
        .join(Account, col(Account.id) == col(Ruling.account_id))
        .where(*conditions)
        .order_by(col(Ruling.id).desc())
        .limit(limit)
    )
    return [
        Written(
            reference=one.reference,
            kind=RulingKind.NOTED,
            about=one.about,
            text=one.text,
            at=one.at,
            by=name,
            answered=False,
        )
        for one, name in rows.all()
    ]
