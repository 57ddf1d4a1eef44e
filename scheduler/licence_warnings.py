"""Warning professionals that a licence runs out, thirty days before, once."""

from datetime import datetime, timedelta

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import each
from scheduler.means import Means
from visitation import wording
from visitation.database import Database
from visitation.people import Visitor
from visitation.professionals import Licence, rights
from visitation.professionals.telling import tell
from visitation.wording import Template
from visitation.words import LicenceState

AHEAD = timedelta(days=30)
_AT_ONCE = 200


async def warn_of_ends(database: Database, *, now: datetime, means: Means) -> int:
    """Write to everybody whose licence runs out soon; how many that were."""
    first = rights.today(now)
    async with database.read() as session:
        rows = await session.exec(
            select(Licence.id)
            .where(
                Licence.state == LicenceState.VERIFIED,
                col(Licence.valid_until) >= first,
                col(Licence.valid_until) <= first + AHEAD,
                or_(
                    col(Licence.warned_for).is_(None),
                    col(Licence.warned_for) != col(Licence.valid_until),
                ),
            )
            .order_by(col(Licence.valid_until), col(Licence.id))
            .limit(_AT_ONCE)
        )
        due = rows.all()

    async def warn(session: AsyncSession, licence_id: int) -> bool:
        return await _warn(session, licence_id, now)

    return await each.changed(database, due, warn)


async def _warn(session: AsyncSession, licence_id: int, now: datetime) -> bool:
    licence = await session.get_one(Licence, licence_id, with_for_update=True)
    until = licence.valid_until
    if until is None or licence.warned_for == until:
        return False
    if not rights.is_in_force(licence, now):
        return False
    licence.warned_for = until
    session.add(licence)
    visitor = await session.get_one(Visitor, licence.visitor_id)
    await tell(
        session,
        visitor.id,
        Template.LICENCE_ENDS,
        about=f"licence:{licence.id}:{until}",
        now=now,
        variables={"day": wording.spoken_day(until, visitor.language)},
    )
    return True
