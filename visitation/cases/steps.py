"""Writing a step of a case: the one place that changes a case at all.

One conditional UPDATE moves the case, counts the step and locks the row, so that the
numbers of a case's steps have no gap and follow each other; then come the step and its
audit entry. Knows what may follow what, and nothing of why.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, database
from visitation.audit import Actor
from visitation.cases import lifecycle, telling
from visitation.cases.refusing import Changed, Closed, OpenAlready
from visitation.cases.tables import Case, CaseStep
from visitation.database import is_conflict
from visitation.errors import Invalid, NotFound
from visitation.people.tables import Account
from visitation.words import CaseAction, Visibility

#: The longest text of a step, in characters.
LONGEST = 2000
#: What a prepared text has where something is still to be filled in.
BLANK = "…"
_CASE = SQLModel.metadata.tables["legal_case"]


async def write(
    session: AsyncSession,
    case: Case,
    action: CaseAction,
    *,
    by: Actor,
    now: datetime,
    text: str = "",
    template: str = "",
    visibility: Visibility = Visibility.STAFF,
    facts: Mapping[str, Any] | None = None,
    kept: Mapping[str, Any] | None = None,
    visit_id: int | None = None,
    visitor_id: int | None = None,
    tell: bool = True,
    changes: Mapping[str, Any] | None = None,
    only_if: Collection[ColumnElement[bool]] = (),
) -> CaseStep:
    """Do one thing to a case, and write it down.

    Args:
        session: the transaction.
        case: as it was read; what changes is changed in it too.
        action: what is done.
        by: who does it.
        now: the moment.
        text: what they wrote.
        template: the prepared text that it began as.
        visibility: who reads the text.
        facts: ids and codes, for the step and the audit entry.
        kept: more for the step alone, which the audit does not hold.
        visit_id: in which visit it is done.
        visitor_id: the visitor who does it, if `by` does not say.
        tell: whether the family is told, where it is news.
        changes: other columns of the case that get a value.
        only_if: what else must hold of the row.

    Returns:
        The step.

    Raises:
        Changed: if somebody else did something to the case first.
        Closed: if it has its answer already.
        IllegalStep: if its state does not allow the action.
        OpenAlready: if it would be the second open case of its kind.
    """
    await _move(session, case, action, {**(changes or {}), "changed_at": now}, only_if)
    step = CaseStep(
        case_id=case.id,
        number=case.steps,
        action=action,
        state=case.state,
        visibility=visibility,
        text=text,
        template=template,
        facts={**(facts or {}), **(kept or {})},
        at=now,
        account_id=by.account_id,
        visitor_id=visitor_id or by.visitor_id,
        visit_id=visit_id,
    )
    await record(session, case, step, by=by, facts=facts or {}, tell=tell)
    return step


async def record(
    session: AsyncSession,
    case: Case,
    step: CaseStep,
    *,
    by: Actor,
    facts: Mapping[str, Any],
    tell: bool = True,
) -> None:
    """Write a step whose number was counted, with its audit entry and its messages."""
    session.add(step)
    await session.flush()
    audit.note(
        session,
        by,
        f"case_{step.action.value}",
        f"case:{case.id}",
        now=step.at,
        visit_id=step.visit_id,
        step=step.number,
        kind=case.kind.value,
        state=step.state.value,
        **facts,
    )
    if tell:
        await telling.tell(session, case, step)


def worded(
    text: str, *, needed: bool = True, prepared: bool = False, longest: int = LONGEST
) -> str:
    """A text as it is kept; one that began as a prepared text leaves no blank.

    Raises:
        Invalid: if nothing is said, too much, or a blank is not filled in.
    """
    words = text.strip()
    if needed and not words:
        raise Invalid("text", "missing")
    if len(words) > longest:
        raise Invalid("text", "too_long")
    if prepared and BLANK in words:
        raise Invalid("text", "blank_left")
    return words


async def name_of(session: AsyncSession, account_id: int | None) -> str:
    """What an account's person is called; empty for nobody."""
    if account_id is None:
        return ""
    rows = await session.exec(select(Account.name).where(Account.id == account_id))
    return rows.first() or ""


async def _move(
    session: AsyncSession,
    case: Case,
    action: CaseAction,
    changes: Mapping[str, Any],
    only_if: Collection[ColumnElement[bool]],
) -> None:
    if not lifecycle.allows(case.state, action):
        await _refuse(session, case, action)
    then = lifecycle.after(case.state, action)
    stays = lifecycle.STAYS.get(action)
    # What leaves the state as it is need not mind what others do to it meanwhile.
    new = changes if stays else {**changes, "state": then}
    moving = (
        update(_CASE)
        .where(
            _CASE.c.id == case.id, _CASE.c.state.in_(stays or {case.state}), *only_if
        )
        .values(steps=_CASE.c.steps + 1, **new)
        .returning(*_CASE.c)
    )
    await session.flush()
    try:
        async with session.begin_nested():
            moved = await database.rows(session, moving)
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise OpenAlready(case.reference) from None
    if not moved:
        await _refuse(session, case, action)
        raise Changed(await name_of(session, case.owner_id))
    for column in _CASE.c:
        set_committed_value(case, column.name, getattr(moved[0], column.name))


async def _refuse(session: AsyncSession, case: Case, action: CaseAction) -> None:
    """Say why a case, as it is now, does not take an action, if its state does not.

    Raises:
        Closed: if it has its answer.
        IllegalStep: if it is open.
        NotFound: if it is gone.
    """
    rows = await session.exec(
        select(Case).where(Case.id == case.id).execution_options(populate_existing=True)
    )
    if rows.first() is None:
        raise NotFound(case.reference)
    if lifecycle.allows(case.state, action):
        return
    if case.state in lifecycle.OPEN:
        raise lifecycle.IllegalStep(case.state, action)
    closing = await closing_of(session, case)
    raise Closed(
        case.state,
        closing.at if closing else case.changed_at,
        await name_of(session, closing.account_id if closing else None),
    )


async def closing_of(session: AsyncSession, case: Case) -> CaseStep | None:
    """The last step that gave a case its answer."""
    rows = await session.exec(
        select(CaseStep)
        .where(
            CaseStep.case_id == case.id,
            col(CaseStep.action).in_(
                (CaseAction.GRANT, CaseAction.DENY, CaseAction.WITHDRAW)
            ),
        )
        .order_by(col(CaseStep.number).desc())
        .limit(1)
    )
    return rows.first()
