"""Reminders: the day before, and shortly before.

A reminder is due at a time computed from the visit and the prison's policy, never
from "a job fired": a late sweep writes it late, and a second one writes nothing.
Whoever was told of the visit after a reminder was due gets none; they know.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import and_, col, exists, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import each, notices
from scheduler.means import Means
from visitation.database import Database
from visitation.lifecycle import VisitState
from visitation.messages import Message
from visitation.people.tables import Account, Visitor
from visitation.places import Policy, Site, SitePolicy
from visitation.visits import Participant, Visit
from visitation.wording import Template

_BATCH = 500
_BOTH = (Template.REMINDER_DAY, Template.REMINDER_SOON)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A visit of which somebody should have been reminded since some time."""

    since: datetime
    visit_id: int
    version: int


async def remind(database: Database, *, now: datetime, means: Means) -> int:
    """Write every reminder that is due; return for how many visits."""
    reminded = 0
    for template in _BOTH:
        async with database.read() as session:
            due = await _due(session, template, now)

        async def write(session: AsyncSession, one: _Due, said: Template) -> bool:
            visit = await _as_it_was(session, one, said)
            if visit is not None:
                await notices.tell(session, visit, said, now=now)
            return visit is not None

        change = partial(write, said=template)
        reminded += await each.changed(database, due[:_BATCH], change)
    return reminded


async def _as_it_was(
    session: AsyncSession, due: _Due, template: Template
) -> Visit | None:
    """The visit, kept from being moved or cancelled until it is written of.

    None if that happened meanwhile, if another wrote of it, or has it just now.
    """
    rows = await session.exec(
        select(Visit)
        .where(
            Visit.id == due.visit_id,
            Visit.version == due.version,
            Visit.state == VisitState.BOOKED,
            ~_written(template),
        )
        .with_for_update(key_share=True, skip_locked=True)
    )
    return rows.first()


async def oldest(session: AsyncSession, *, now: datetime) -> datetime | None:
    """Since when a reminder has been due that is not written; None if none is."""
    due = [one.since for said in _BOTH for one in await _due(session, said, now)]
    return min(due, default=None)


async def _due(session: AsyncSession, template: Template, now: datetime) -> list[_Due]:
    """For which visits it is due and not written; the soonest visits first."""
    visitor = exists().where(
        col(Participant.visit_id) == col(Visit.id),
        col(Participant.visitor_id) == col(Visitor.id),
        or_(col(Visitor.phone).is_not(None), col(Visitor.helper_phone).is_not(None)),
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
            await _near(session, template, now),
            or_(visitor, official),
            ~_written(template),
        )
        .order_by(col(Visit.starts_at))
    )
    due = (
        (visit, _due_at(visit, template, zone, policy))
        for visit, zone, policy in rows.all()
    )
    return [
        _Due(since=since, visit_id=visit.id, version=visit.version)
        for visit, since in due
        if visit.changed_at < since <= now
    ]


def _written(template: Template) -> Any:
    return exists().where(
        col(Message.visit_id) == col(Visit.id),
        col(Message.template).in_([template, notices.FOR_OFFICIALS[template]]),
        col(Message.created_at) > col(Visit.changed_at),
    )


async def _near(session: AsyncSession, template: Template, now: datetime) -> Any:
    """That a visit begins within its prison's time for a reminder, or soon after."""
    if template is Template.REMINDER_DAY:
        column, unit = col(SitePolicy.reminder_hours), timedelta(hours=1)
        without = Policy().reminder_hours
    else:
        column, unit = col(SitePolicy.reminder_soon_minutes), timedelta(minutes=1)
        without = Policy().reminder_soon_minutes
    in_use = (await session.exec(select(column).distinct())).all()
    return or_(
        and_(column.is_(None), col(Visit.starts_at) <= now + without * unit),
        *(
            and_(column == lead, col(Visit.starts_at) <= now + lead * unit)
            for lead in in_use
        ),
    )


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
