"""Texts that were meant otherwise than they were taken, for the next training.

What families chose is kept here when they hand it in; what officials corrected is in
the steps of cases, and read from there. Nothing of it says who wrote it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases.tables import Case, CaseStep
from visitation.filing.personal import without
from visitation.filing.tables import FilingCorrection
from visitation.people.tables import Prisoner, Visitor
from visitation.words import CaseAction, CaseKind

#: No export holds more, the newest.
_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A text, what it was taken for, and what was meant."""

    text: str
    taken: CaseKind
    meant: CaseKind


def keep(
    session: AsyncSession,
    *,
    text: str,
    names: Iterable[str],
    suggested: CaseKind,
    meant: CaseKind,
    now: datetime,
) -> None:
    """Keep a text that its writer meant otherwise."""
    plain = without(text, names)
    session.add(FilingCorrection(text=plain, suggested=suggested, meant=meant, at=now))


async def exported(session: AsyncSession) -> list[Correction]:
    """All there are: of families first, then of officials, each by age."""
    return [*await _of_families(session), *await _of_officials(session)]


async def _of_families(session: AsyncSession) -> list[Correction]:
    rows = await session.exec(
        select(FilingCorrection).order_by(col(FilingCorrection.id).desc()).limit(_MOST)
    )
    return [
        Correction(text=one.text, taken=one.suggested, meant=one.meant)
        for one in reversed(rows.all())
    ]


async def _of_officials(session: AsyncSession) -> list[Correction]:
    rows = await session.exec(
        select(CaseStep.facts, Case.text, Prisoner.name, Visitor.name)
        .join(Case, col(Case.id) == col(CaseStep.case_id))
        .join(Prisoner, col(Prisoner.id) == col(Case.prisoner_id))
        .outerjoin(Visitor, col(Visitor.id) == col(Case.visitor_id))
        .where(CaseStep.action == CaseAction.CORRECT_KIND, Case.text != "")
        .order_by(col(CaseStep.id).desc())
        .limit(_MOST)
    )
    return [
        Correction(
            text=without(text, [name for name in names if name]),
            taken=CaseKind(facts["was"]),
            meant=CaseKind(facts["is"]),
        )
        for facts, text, *names in reversed(rows.all())
    ]
