"""What staff and families do to a case: one step each, written where all steps are.

Who may try is the route's business; who decides a kind is the kind's, and checked here.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.cases import due as dates
from visitation.cases import kinds, steps
from visitation.cases.deciders import check_decides, check_receiver, may_decide
from visitation.cases.deciding import appeal, deny, grant, refer, reopen, withdraw
from visitation.cases.refusing import Changed
from visitation.cases.steps import worded
from visitation.cases.tables import Case, CaseStep
from visitation.errors import Invalid
from visitation.people.tables import Account
from visitation.words import CaseAction, CaseKind, CaseState, Role, Visibility

__all__ = [
    "LONGEST_WAIT",
    "appeal",
    "assign",
    "correct_kind",
    "deny",
    "give_back",
    "grant",
    "may_decide",
    "note",
    "postpone",
    "refer",
    "reopen",
    "take",
    "withdraw",
]

#: Nobody is told to wait longer than this, in days.
LONGEST_WAIT = 366


async def take(
    session: AsyncSession, case: Case, *, by: Actor, now: datetime
) -> CaseStep:
    """Begin to work on a case; its owner is whoever takes it.

    Raises:
        Changed: if somebody else has it in hand.
        Closed: if it has its answer already.
        NotAllowed: if this role does not decide it.
    """
    check_decides(case, by)
    if case.state is CaseState.IN_PROGRESS and case.owner_id is not None:
        raise Changed(await steps.name_of(session, case.owner_id))
    owner = col(Case.owner_id)
    mine_or_nobodys: ColumnElement[bool] = or_(owner.is_(None), owner == by.account_id)
    return await steps.write(
        session,
        case,
        CaseAction.TAKE,
        by=by,
        now=now,
        changes={"owner_id": by.account_id},
        only_if=(mine_or_nobodys,),
    )


async def assign(
    session: AsyncSession, case: Case, *, to: Account, by: Actor, now: datetime
) -> CaseStep:
    """Give a case to somebody, who has still to take it.

    Raises:
        Closed: if it has its answer already.
        Invalid: if they do not decide it, or were shut out.
        NotAllowed: if this role does not decide it.
    """
    check_decides(case, by)
    check_receiver(case, to)
    return await steps.write(
        session,
        case,
        CaseAction.ASSIGN,
        by=by,
        now=now,
        facts={"from": case.owner_id, "to": to.id},
        changes={"owner_id": to.id},
    )


async def give_back(
    session: AsyncSession, case: Case, *, by: Actor, now: datetime
) -> CaseStep:
    """Make a case nobody's again, so that it stands on everybody's board.

    Raises:
        Changed: if somebody else has it meanwhile.
        Closed: if it has its answer already.
    """
    return await steps.write(
        session,
        case,
        CaseAction.ASSIGN,
        by=by,
        now=now,
        facts={"from": case.owner_id, "to": None},
        changes={"owner_id": None},
        only_if=(col(Case.owner_id) == case.owner_id,),
    )


async def note(
    session: AsyncSession,
    case: Case,
    *,
    text: str,
    visibility: Visibility,
    by: Actor,
    now: datetime,
    visit_id: int | None = None,
) -> CaseStep:
    """Write something down for whoever reads that much.

    Raises:
        Invalid: if nothing is said, or too much.
    """
    return await steps.write(
        session,
        case,
        CaseAction.NOTE,
        by=by,
        now=now,
        text=worded(text),
        visibility=visibility,
        visit_id=visit_id,
    )


async def postpone(
    session: AsyncSession,
    case: Case,
    *,
    due: date,
    reason: str,
    by: Actor,
    now: datetime,
) -> CaseStep:
    """Promise an answer for a later day.

    Raises:
        Closed: if it has its answer already.
        Invalid: if nothing is said, or the day is no later one, or too far ahead.
        NotAllowed: if this role does not decide it.
    """
    check_decides(case, by)
    prison = await dates.prison_of(session, case.prisoner_id)
    zone = ZoneInfo(prison.zone)
    was, today = case.due_at.astimezone(zone).date(), now.astimezone(zone).date()
    if due < today or due <= was:
        raise Invalid("due", "not_later")
    if (due - today).days > LONGEST_WAIT:
        raise Invalid("due", "too_far")
    return await steps.write(
        session,
        case,
        CaseAction.POSTPONE,
        by=by,
        now=now,
        text=worded(reason),
        facts={"from": was.isoformat(), "to": due.isoformat()},
        changes={"due_at": dates.end_of(due, zone=prison.zone)},
        only_if=(col(Case.due_at) == case.due_at,),
    )


async def correct_kind(
    session: AsyncSession,
    case: Case,
    *,
    kind: CaseKind,
    by: Actor,
    now: datetime,
    text: str = "",
) -> CaseStep:
    """Say that a case is of another kind; its answers stay.

    Who had it keeps it only if they decide that kind. A prison makes nothing its own
    to decide that it does not decide.

    Raises:
        Closed: if it has its answer already.
        Invalid: if it is of that kind.
        NotAllowed: if a warden says so who does not decide it.
        OpenAlready: if the same is asked for in another case that is open.
    """
    if by.role is Role.WARDEN:
        check_decides(case, by)
    if kind is case.kind:
        raise Invalid("kind", "same_kind")
    owner = await session.get(Account, case.owner_id) if case.owner_id else None
    keeps = owner is not None and owner.role in kinds.KINDS[kind].deciders
    return await steps.write(
        session,
        case,
        CaseAction.CORRECT_KIND,
        by=by,
        now=now,
        text=worded(text, needed=False),
        facts={"was": case.kind.value, "is": kind.value},
        changes={"kind": kind, "owner_id": case.owner_id if keeps else None},
        only_if=(col(Case.kind) == case.kind,),
    )
