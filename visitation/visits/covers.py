"""Covers: an official's hours over a whole session, and the visits that refer to them.

A cover holds the official by one set of claims; the visits inside it hold none of
their own. Knows no rule of booking and tells nobody.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, String, cast, literal
from sqlmodel import and_, col, delete, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.errors import VisitationError
from visitation.lifecycle import TO_COME, MessageState
from visitation.messages import Message
from visitation.people import Scope
from visitation.places.tables import MobileDay, Site, Station
from visitation.timespan import Timespan
from visitation.visits.tables import Claim, Cover, Participant, Visit
from visitation.wording import Template
from visitation.words import Attendance, Part

_OFFICIAL_PARTS = (Part.OFFICIAL, Part.COMPANION)


class NoLongerThere(VisitationError):
    """The visit is not to come any more, or another official has it by now."""


async def covers_between(
    session: AsyncSession,
    span: Timespan,
    *,
    official_id: int | None = None,
    prison_id: int | None = None,
    mobile_day_id: int | None = None,
    scope: Scope | None = None,
) -> Sequence[Cover]:
    """The covers in force that touch a span.

    Those of an official, at a prison, on a village day, or at the prisons and mobile
    offices of a scope.
    """
    query = select(Cover).where(
        col(Cover.cancelled_at).is_(None),
        col(Cover.starts_at) < span.end,
        col(Cover.ends_at) > span.start,
    )
    if official_id is not None:
        query = query.where(Cover.official_id == official_id)
    if prison_id is not None:
        query = query.where(Cover.prison_id == prison_id)
    if mobile_day_id is not None:
        query = query.where(Cover.mobile_day_id == mobile_day_id)
    if scope is not None:
        sites = select(Site.id).where(scope.of_sites())
        days = select(MobileDay.id).where(col(MobileDay.site_id).in_(sites))
        query = query.where(
            or_(col(Cover.prison_id).in_(sites), col(Cover.mobile_day_id).in_(days))
        )
    rows = await session.exec(query.order_by(col(Cover.starts_at), col(Cover.id)))
    return rows.all()


async def holds(
    session: AsyncSession,
    cover: Cover,
    *,
    prison_id: int,
    kiosk_id: int | None,
    span: Timespan,
) -> bool:
    """Whether a visit at these places and in this time lies within a cover."""
    if cover.cancelled_at is not None:
        return False
    if not Timespan(cover.starts_at, cover.ends_at).contains(span):
        return False
    if cover.mobile_day_id is None:
        return cover.prison_id == prison_id
    day = await session.get_one(MobileDay, cover.mobile_day_id)
    kiosk = await session.get(Station, kiosk_id) if kiosk_id else None
    return kiosk is not None and kiosk.site_id == day.site_id


async def covering(
    session: AsyncSession,
    *,
    official_id: int,
    prison_id: int,
    kiosk_id: int | None,
    span: Timespan,
) -> Cover | None:
    """The cover by which an official attends at these places in this time, if any."""
    for cover in await covers_between(session, span, official_id=official_id):
        if await holds(
            session, cover, prison_id=prison_id, kiosk_id=kiosk_id, span=span
        ):
            return cover
    return None


async def inside(session: AsyncSession, cover: Cover) -> Sequence[Visit]:
    """The visits to come that lie within a cover, whoever attends them."""
    if cover.mobile_day_id is None:
        here = col(Visit.prison_id) == cover.prison_id
    else:
        day = await session.get_one(MobileDay, cover.mobile_day_id)
        kiosks = select(Station.id).where(Station.site_id == day.site_id)
        here = col(Visit.kiosk_id).in_(kiosks)
    rows = await session.exec(
        select(Visit)
        .where(
            here,
            col(Visit.state).in_(TO_COME),
            col(Visit.starts_at) >= cover.starts_at,
            col(Visit.ends_at) <= cover.ends_at,
        )
        .order_by(col(Visit.starts_at), col(Visit.id))
    )
    return rows.all()


async def referring(session: AsyncSession, cover: Cover) -> Sequence[Visit]:
    """The visits to come that an official attends by a cover."""
    rows = await session.exec(
        select(Visit)
        .where(Visit.cover_id == cover.id, col(Visit.state).in_(TO_COME))
        .order_by(col(Visit.starts_at), col(Visit.id))
    )
    return rows.all()


async def attach(
    session: AsyncSession,
    visit: Visit,
    *,
    official_id: int,
    attendance: Attendance,
    cover_id: int | None,
    reference: str,
    now: datetime,
) -> Participant:
    """Give a visit its official, whom it holds itself unless a cover does.

    What the official held for this very visit until now goes over to the cover.

    Raises:
        NoLongerThere: if the visit is over, or has another official by now.
    """
    await _set(
        session,
        visit,
        or_(col(Visit.official_id).is_(None), col(Visit.official_id) == official_id),
        official_id=official_id,
        attendance=attendance,
        cover_id=cover_id,
        official_wanted=False,
        changed_at=now,
    )
    rows = await session.exec(
        select(Participant).where(
            Participant.visit_id == visit.id,
            Participant.account_id == official_id,
            col(Participant.part).in_(_OFFICIAL_PARTS),
        )
    )
    participant = rows.first() or Participant(
        reference=reference,
        visit_id=visit.id,
        part=Part.OFFICIAL,
        account_id=official_id,
    )
    beside_family = attendance is Attendance.VILLAGE
    participant.part = Part.COMPANION if beside_family else Part.OFFICIAL
    session.add(participant)
    await session.flush()
    return participant


async def detach(
    session: AsyncSession,
    visit: Visit,
    *,
    wanted: bool,
    now: datetime,
    note: str | None = None,
) -> None:
    """Take a visit's official away, with whatever the visit held of them.

    A note takes the place of the visit's own.

    Raises:
        NoLongerThere: if the visit is over, or its official changed meanwhile.
    """
    official_id = visit.official_id
    await _set(
        session,
        visit,
        col(Visit.official_id) == official_id,
        official_id=None,
        attendance=None,
        cover_id=None,
        official_wanted=wanted,
        note=visit.note if note is None else note,
        changed_at=now,
    )
    await free_official(session, visit, official_id)
    gone = (
        select(Participant.id)
        .where(
            Participant.visit_id == visit.id,
            Participant.account_id == official_id,
            col(Participant.part).in_(_OFFICIAL_PARTS),
        )
        .scalar_subquery()
    )
    await _silence(session, gone)
    await session.exec(
        delete(Participant)
        .where(col(Participant.id).in_(gone))
        .execution_options(synchronize_session=False)
    )


async def _silence(session: AsyncSession, gone: ScalarSelect[int]) -> None:
    """Let those who are taken away hear that they need not come, and nothing else."""
    await session.exec(
        update(Message)
        .where(
            col(Message.participant_id).in_(gone),
            col(Message.state) == MessageState.PENDING,
            col(Message.template) != Template.OFFICIAL_CANCELLED,
        )
        .values(state=MessageState.SUPPRESSED)
        .execution_options(synchronize_session=False)
    )
    await session.exec(
        update(Message)
        .where(col(Message.participant_id).in_(gone))
        .values(
            participant_id=None,
            # SQLite may give their number to whoever comes next, who is told anew.
            dedup_key=col(Message.dedup_key)
            + literal(":gone:")
            + cast(col(Message.id), String),
        )
        .execution_options(synchronize_session=False)
    )


async def free_official(
    session: AsyncSession, visit: Visit, official_id: int | None
) -> None:
    """Give back what a visit itself holds of an official's time."""
    await session.exec(
        delete(Claim).where(
            and_(
                col(Claim.visit_id) == visit.id,
                col(Claim.resource) == f"official:{official_id}",
            )
        )
    )


async def _set(
    session: AsyncSession, visit: Visit, condition: Any, **changes: Any
) -> None:
    updated = await session.exec(
        update(Visit)
        .where(
            col(Visit.id) == visit.id,
            col(Visit.state).in_(TO_COME),
            col(Visit.version) == visit.version,
            condition,
        )
        .values(**changes)
        .execution_options(synchronize_session=False)
    )
    if updated.rowcount != 1:
        raise NoLongerThere(visit.reference)
    await session.refresh(visit)
