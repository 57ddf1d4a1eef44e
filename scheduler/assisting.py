"""Law graduates who helped somebody with a request, and put their name to it.

The family gave them its code, on the day it asked. Whatever code opens nothing gets one
and the same answer.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import attempts, cases, professionals
from visitation.attempts import Limit
from visitation.audit import Actor
from visitation.cases import Case, CaseStep, steps
from visitation.cases.lifecycle import OPEN
from visitation.keyring import Keyring
from visitation.people import Visitor
from visitation.professionals import Licence, NotInForce
from visitation.professionals.groups import RIGHTS
from visitation.words import CaseAction, Visibility

#: How often somebody may give a code in a day, rightly or wrongly.
A_DAY = Limit(name="assisted", most=60, window=timedelta(days=1))
#: How long after a request was made somebody may say that they helped.
LATELY = timedelta(days=1)


async def may_assist(
    session: AsyncSession, visitor_ids: Collection[int], *, now: datetime
) -> Licence | None:
    """The licence in force by which one of some visitors helps others, if any."""
    for one in await professionals.licences_of(session, visitor_ids):
        if RIGHTS[one.profession].assists and professionals.is_in_force(one, now):
            return one
    return None


async def assisted(
    session: AsyncSession,
    code: str,
    *,
    visitor_ids: Collection[int],
    words: Callable[[str], str],
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Case | None:
    """Note on a request who helped with it; None if the code opens none of today.

    Noted twice, it is noted once. Commit whatever the answer: each try is counted.

    Args:
        session: the transaction.
        code: as the family gave it.
        visitor_ids: one of whom helped.
        words: what staff read, from the name of who helped.
        keyring: finds the request.
        by: who signed in.
        now: the moment.

    Raises:
        NotInForce: if none of them has a licence in force by which they may.
        TooMany: if too many codes were given today.
        Closed: if the request has its answer already.
    """
    licence = await may_assist(session, visitor_ids, now=now)
    if licence is None:
        raise NotInForce(str(by.visitor_id))
    visitor_id = licence.visitor_id
    await attempts.hit(session, A_DAY, f"visitor:{visitor_id}", now=now)
    case = await cases.by_tracking(session, code, keyring=keyring)
    if case is None or case.state not in OPEN or case.raised_at < now - LATELY:
        return None
    rows = await session.exec(
        select(CaseStep.id).where(
            CaseStep.case_id == case.id,
            CaseStep.action == CaseAction.NOTE,
            CaseStep.visitor_id == visitor_id,
        )
    )
    if rows.first() is None:
        visitor = await session.get_one(Visitor, visitor_id)
        await steps.write(
            session,
            case,
            CaseAction.NOTE,
            by=by,
            now=now,
            text=words(visitor.name),
            visibility=Visibility.STAFF,
            facts={"assisted_under": licence.id},
            visitor_id=visitor_id,
            tell=False,
        )
    return case
