"""The ways in which a case gets its answer, loses it, or is handed on.

One step each, written where all steps are. Who may try is the route's business.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.cases import due as dates
from visitation.cases import kinds, lifecycle, steps
from visitation.cases.deciders import check_decides, check_receiver
from visitation.cases.refusing import SameJudge
from visitation.cases.steps import worded
from visitation.cases.tables import Case, CaseStep
from visitation.people.tables import Account
from visitation.words import CaseAction, Visibility


async def refer(
    session: AsyncSession,
    case: Case,
    *,
    text: str,
    by: Actor,
    now: datetime,
    to: Account | None = None,
    site_id: int | None = None,
    template: str = "",
    visit_id: int | None = None,
    tell: bool = True,
) -> CaseStep:
    """Hand a case on: to an account, or to a place or an office that is named.

    An account owns it from then on. Otherwise whoever hands it on stays its owner,
    so that nobody forgets it.

    Raises:
        Closed: if it has its answer already.
        Invalid: if nothing is said, or the receiver does not decide it.
        NotAllowed: if this role does not decide it.
    """
    check_decides(case, by)
    if to is not None:
        check_receiver(case, to)
    owner = to.id if to else (case.owner_id or by.account_id)
    return await steps.write(
        session,
        case,
        CaseAction.REFER,
        by=by,
        now=now,
        text=worded(text, prepared=True),
        template=template,
        visibility=Visibility.STAFF,
        facts={"to": to.id if to else None, "site": site_id},
        visit_id=visit_id,
        tell=tell,
        changes={"owner_id": owner},
    )


async def grant(
    session: AsyncSession,
    case: Case,
    *,
    text: str,
    by: Actor,
    now: datetime,
    template: str = "",
    visit_id: int | None = None,
    tell: bool = True,
) -> CaseStep:
    """Say yes.

    Raises:
        Changed: if somebody else did something to the case first.
        Closed: if it has its answer already.
        Invalid: if nothing is said, too much, or a blank is not filled in.
        NotAllowed: if this role does not decide it.
        SameJudge: if it is an appeal against this person's own answer.
    """
    return await _decide(
        session,
        case,
        CaseAction.GRANT,
        text=text,
        template=template,
        visit_id=visit_id,
        tell=tell,
        by=by,
        now=now,
    )


async def deny(
    session: AsyncSession,
    case: Case,
    *,
    text: str,
    by: Actor,
    now: datetime,
    template: str = "",
    visit_id: int | None = None,
    tell: bool = True,
) -> CaseStep:
    """Say no, and why; refuses what granting refuses."""
    return await _decide(
        session,
        case,
        CaseAction.DENY,
        text=text,
        template=template,
        visit_id=visit_id,
        tell=tell,
        by=by,
        now=now,
    )


async def withdraw(
    session: AsyncSession, case: Case, *, by: Actor, now: datetime, text: str = ""
) -> CaseStep:
    """Take a request back.

    Raises:
        Closed: if it has its answer already.
    """
    return await steps.write(
        session,
        case,
        CaseAction.WITHDRAW,
        by=by,
        now=now,
        text=worded(text, needed=False),
        visibility=_for_whom(by),
        # Whoever takes their own request back knows it.
        tell=by.visitor_id is None,
        changes={"decided_at": now},
    )


async def reopen(
    session: AsyncSession, case: Case, *, text: str, by: Actor, now: datetime
) -> CaseStep:
    """Look at a case anew that had its answer.

    Raises:
        IllegalStep: if it is open.
        Invalid: if nothing is said.
        NotAllowed: if this role does not decide it.
        OpenAlready: if the same is asked for in a newer case that is open.
    """
    check_decides(case, by)
    return await steps.write(
        session,
        case,
        CaseAction.REOPEN,
        by=by,
        now=now,
        text=worded(text),
        changes=await _afresh(session, case, now),
    )


async def appeal(
    session: AsyncSession, case: Case, *, text: str, by: Actor, now: datetime
) -> CaseStep:
    """Ask for somebody else to look at what was denied.

    Raises:
        IllegalStep: if it was not denied.
        Invalid: if nothing is said.
        OpenAlready: if the same is asked for in a newer case that is open.
    """
    return await steps.write(
        session,
        case,
        CaseAction.APPEAL,
        by=by,
        now=now,
        text=worded(text),
        visibility=_for_whom(by),
        changes={**await _afresh(session, case, now), "owner_id": None},
    )


def _for_whom(by: Actor) -> Visibility:
    """Who reads why; what staff write down of a family is for staff."""
    return Visibility.STAFF if by.account_id is not None else Visibility.FAMILY


async def _decide(
    session: AsyncSession,
    case: Case,
    action: CaseAction,
    *,
    text: str,
    template: str,
    visit_id: int | None,
    tell: bool,
    by: Actor,
    now: datetime,
) -> CaseStep:
    check_decides(case, by)
    if lifecycle.allows(case.state, action) and await _denied_this(session, case, by):
        raise SameJudge(case.reference)
    return await steps.write(
        session,
        case,
        action,
        by=by,
        now=now,
        text=worded(text, prepared=True),
        template=template,
        visibility=Visibility.FAMILY,
        visit_id=visit_id,
        tell=tell,
        changes={"decided_at": now, "owner_id": case.owner_id or by.account_id},
    )


async def _denied_this(session: AsyncSession, case: Case, by: Actor) -> bool:
    """Whether a case waits for an appeal against this person's own answer."""
    rows = await session.exec(
        select(CaseStep)
        .where(
            CaseStep.case_id == case.id,
            col(CaseStep.action).in_((CaseAction.DENY, CaseAction.APPEAL)),
        )
        .order_by(col(CaseStep.number).desc())
        .limit(2)
    )
    last = rows.all()
    if not last or last[0].action is not CaseAction.APPEAL:
        return False
    return last[-1].account_id == by.account_id


async def _afresh(
    session: AsyncSession, case: Case, now: datetime
) -> Mapping[str, Any]:
    prison = await dates.prison_of(session, case.prisoner_id)
    days = kinds.KINDS[case.kind].days
    return {
        "due_at": await dates.in_days(session, prison=prison, days=days, now=now),
        "decided_at": None,
    }
