"""Erasing what was written for a case that ended long ago; that it was, stays.

What was asked and answered, by whom and when, stays for the figures and the record; the
words, the answers, and the documents go. Knows no number of days.
"""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, delete, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.cases import steps
from visitation.cases.lifecycle import FINAL
from visitation.cases.refusing import Changed
from visitation.cases.tables import Case, CaseDocument, CaseOrder, CaseStep
from visitation.words import CaseAction, OrderState

_ERASED = exists().where(
    col(CaseStep.case_id) == col(Case.id),
    col(CaseStep.number) == col(Case.steps),
    col(CaseStep.action) == CaseAction.ERASE,
)
_ORDERED = exists().where(
    col(CaseOrder.case_id) == col(Case.id), col(CaseOrder.state) == OrderState.OPEN
)
#: Ended, with nothing left to be done, and not erased since.
WRITTEN: ColumnElement[bool] = and_(col(Case.state).in_(FINAL), ~_ORDERED, ~_ERASED)


async def due(session: AsyncSession, *, before: datetime, limit: int) -> list[int]:
    """Cases that ended by then and have not changed since, the oldest first."""
    rows = await session.exec(
        select(Case.id)
        .where(WRITTEN, Case.changed_at <= before)
        .order_by(col(Case.changed_at), col(Case.id))
        .limit(limit)
    )
    return list(rows)


async def erase(
    session: AsyncSession, case: Case, *, before: datetime, by: Actor, now: datetime
) -> None:
    """Erase the words, answers and documents of a case, and write down that it was.

    Raises:
        Changed: if something was done to it since `before`.
        IllegalStep: if it is open.
    """
    if case.changed_at > before:
        raise Changed("")
    gone = await session.exec(
        delete(CaseDocument).where(col(CaseDocument.case_id) == case.id)
    )
    done = await session.exec(select(CaseStep).where(CaseStep.case_id == case.id))
    for step in done:
        step.text = ""
        # What was answered before it was asked once more.
        step.facts = {name: it for name, it in step.facts.items() if name != "was"}
    ordered = await session.exec(select(CaseOrder).where(CaseOrder.case_id == case.id))
    for order in ordered:
        order.text = order.answer = ""
    await steps.write(
        session,
        case,
        CaseAction.ERASE,
        by=by,
        now=now,
        facts={"documents": gone.rowcount},
        changes={"text": "", "answers": {}},
        only_if=(col(Case.changed_at) <= before,),
    )
