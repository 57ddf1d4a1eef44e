"""What time does to cases: families hear that they are late, old ones are erased.

Knows no page; what is done to a case is done where all steps are.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import each
from scheduler.means import Means
from visitation import retention
from visitation.audit import SYSTEM
from visitation.cases import Case, Changed, Closed, acts, erasing, telling, untold
from visitation.cases.lifecycle import OPEN, IllegalStep
from visitation.cases.untold import Missed
from visitation.database import Database
from visitation.errors import NotFound
from visitation.messages import Message
from visitation.people import Account, Visitor
from visitation.retention import Kept

#: Who is late for longer than this was told before, or never can be.
_NEWS = timedelta(days=3)
_AT_ONCE = 200
_OVERTAKEN = (Changed, Closed, NotFound)


async def tell_late(database: Database, *, now: datetime, means: Means) -> int:
    """Tell families once that there is no answer yet on the day it was promised for."""
    async with database.read() as session:
        rows = await session.exec(
            select(Case)
            .join(Visitor, col(Visitor.id) == col(Case.visitor_id))
            .where(
                col(Case.state).in_(OPEN),
                col(Case.due_at) < now,
                col(Case.due_at) >= now - _NEWS,
                # Whom nobody can write to would stand in the way of those behind.
                or_(
                    col(Visitor.phone).is_not(None),
                    col(Visitor.helper_phone).is_not(None),
                ),
                col(Case.tracking_sealed) != b"",
            )
            .order_by(col(Case.due_at), col(Case.id))
        )
        keys = {telling.late_key(case): case.id for case in rows}
        untold = await _untold(session, keys)

    async def tell(session: AsyncSession, case_id: int) -> bool:
        case = await session.get_one(Case, case_id)
        if case.state not in OPEN or case.due_at >= now:
            return False
        return await telling.tell_late(session, case, now=now) > 0

    return await each.changed(database, untold, tell)


async def _untold(session: AsyncSession, keys: Mapping[str, int]) -> list[int]:
    """The first cases whose message was not written yet, as many as go at once."""
    found, names = list[int](), list(keys)
    for begin in range(0, len(names), _AT_ONCE):
        some = names[begin : begin + _AT_ONCE]
        told = await session.exec(
            select(Message.dedup_key).where(col(Message.dedup_key).in_(some))
        )
        known = set(told)
        found += [keys[key] for key in some if key not in known]
        if len(found) >= _AT_ONCE:
            break
    return found[:_AT_ONCE]


async def give_back(database: Database, *, now: datetime, means: Means) -> int:
    """Make open cases nobody's whose owner's account was closed."""
    async with database.read() as session:
        rows = await session.exec(
            select(Case.id)
            .join(Account, col(Account.id) == col(Case.owner_id))
            .where(col(Case.state).in_(OPEN), col(Account.disabled_at).is_not(None))
            .order_by(col(Case.id))
            .limit(_AT_ONCE)
        )
        orphans = rows.all()

    async def free(session: AsyncSession, case_id: int) -> bool:
        case = await session.get_one(Case, case_id)
        owner = await session.get(Account, case.owner_id) if case.owner_id else None
        if case.state not in OPEN or owner is None or owner.disabled_at is None:
            return False
        await acts.give_back(session, case, by=SYSTEM, now=now)
        return True

    return await each.changed(database, orphans, free, overtaken=_OVERTAKEN)


async def erase(database: Database, *, now: datetime, means: Means) -> int:
    """Erase what was written for cases that ended longer ago than was chosen."""
    async with database.read() as session:
        days = retention.in_force(await retention.chosen(session), means.keeps)
        before = now - timedelta(days=days[Kept.CASES])
        old = await erasing.due(session, before=before, limit=_AT_ONCE)

    async def wipe(session: AsyncSession, case_id: int) -> bool:
        case = await session.get_one(Case, case_id)
        await erasing.erase(session, case, before=before, by=SYSTEM, now=now)
        return True

    overtaken = (*_OVERTAKEN, IllegalStep)
    return await each.changed(database, old, wipe, overtaken=overtaken)


async def note_unreached(database: Database, *, now: datetime, means: Means) -> int:
    """Put on a board whose family no message of the answer reached."""
    async with database.read() as session:
        missed = await untold.missed(session, now=now)

    async def note(session: AsyncSession, one: Missed) -> bool:
        if one not in await untold.missed(session, now=now):
            return False
        await untold.note(session, one, by=SYSTEM, now=now)
        return True

    return await each.changed(database, missed[:_AT_ONCE], note, overtaken=_OVERTAKEN)
