"""Reminders: the day before, and shortly before.

A reminder is due at a time computed from the visit and the prison's policy, never
from "a job fired": a late sweep writes it late, and a second one writes nothing.
Whoever was told of the visit after a reminder was due gets none; they know.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, exists, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import notices
from scheduler.means import Means
from visitation.database import Database, is_conflict
from visitation.lifecycle import VisitState
from visitation.messages import Message
from visitation.people.tables import Account, Visitor
from visitation.places import Policy, Site, SitePolicy
from visitation.places.policy import LIMITS
from visitation.visits import Participant, Visit
from visitation.wording import Template

_BATCH = 500
_EARLIEST = timedelta(hours=LIMITS["reminder_hours"][1])


async def remind(database: Database, *, now: datetime, means: Means) -> int:
    """Write every reminder that is due; return for how many visits."""
    reminded = 0
    for template in (Template.REMINDER_DAY, Template.REMINDER_SOON):
        async with database.read() as session:
            due = await _due(session, template, now)
        for visit_id in due:
            try:
                async with database.write() as session:
                    visit = await session.get_one(Visit, visit_id)
                    if visit.state is VisitState.BOOKED:
                        await notices.tell(session, visit, template, now=now)
                        reminded += 1
            except IntegrityError as error:
                # Another process wrote the same reminder a moment ago.
                if not is_conflict(error):
                    raise
    return reminded


async def _due(
    session: AsyncSession, template: Template, now: datetime
) -> Sequence[int]:
    written = exists().where(
        col(Message.visit_id) == col(Visit.id),
        col(Message.template).in_([template, notices.FOR_OFFICIALS[template]]),
        col(Message.created_at) > col(Visit.changed_at),
    )
    visitor = exists().where(
        col(Participant.visit_id) == col(Visit.id),
        col(Participant.visitor_id) == col(Visitor.id),
        col(Visitor.phone).is_not(None),
    )
    official = exists().where(
        col(Account.id) == col(Visit.official_id), col(Account.phone).is_not(None)
    )
    rows = await session.exec(
        select(Visit, Site.zone, SitePolicy)
        .join(Site, col(Site.id) == col(Visit.prison_id))
        .outerjoin(SitePolicy, col(SitePolicy.site_id) == col(Visit.prison_id))
        .where(
            Visit.state == VisitState.BOOKED,
            col(Visit.starts_at) > now,
            col(Visit.starts_at) <= now + _EARLIEST,
            or_(visitor, official),
            ~written,
        )
        .order_by(col(Visit.starts_at))
    )
    due = [
        visit.id
        for visit, zone, policy in rows.all()
        if visit.changed_at < _due_at(visit, template, zone, policy) <= now
    ]
    return due[:_BATCH]


def _due_at(
    visit: Visit, template: Template, zone: str, row: SitePolicy | None
) -> datetime:
    policy = row or Policy()
    if template is Template.REMINDER_DAY:
        return visit.starts_at - timedelta(hours=policy.reminder_hours)
    soon = visit.starts_at - timedelta(minutes=policy.reminder_soon_minutes)
    # It says "today", so it waits for that day to begin.
    wall = visit.starts_at.astimezone(ZoneInfo(zone))
    return max(soon, wall.replace(hour=0, minute=0, second=0, microsecond=0))
