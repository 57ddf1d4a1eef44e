"""A small world whose every number was counted by hand, and how to count it.

The month is Azar 1405: 22 November to 21 December 2026. All that matters of a row is
said where it is made.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from visitation import statistics
from visitation.calls import Presence
from visitation.calls.tables import Feedback, LostTime
from visitation.calls.words import Mood
from visitation.cases.tables import Case
from visitation.database import Database
from visitation.lifecycle import MessageState, VisitState
from visitation.lines import LineRecord
from visitation.messages import Message
from visitation.people import Prisoner
from visitation.places import MobileDay, MobileStop, Province, Site, Station
from visitation.services.tables import ServiceRecord
from visitation.statistics import Month, Period, Source, Tallies, Where
from visitation.visits import Participant, Visit
from visitation.wording import Template
from visitation.words import (
    CaseKind,
    CaseSource,
    CaseState,
    Fault,
    Outcome,
    Part,
    ServiceChannel,
    ServiceKind,
    SiteKind,
    VisitKind,
)

AZAR = Month(1405, 9)
#: 12:00 in Tehran on 25 Azar 1405.
NOW = datetime(2026, 12, 16, 8, 30, tzinfo=UTC)
DAY = timedelta(days=1)
_numbers = count(1)


def noon(day: int, month: int = 12) -> datetime:
    """Noon in Tehran on a day of 2026."""
    return datetime(2026, month, day, 8, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Two provinces, each with a prison; an office and a village in the first."""

    here: Province
    there: Province
    prison: Site
    far: Site
    office: Site
    village: Site
    mobile: Site
    terminal: Station
    prisoner: Prisoner
    other: Prisoner


async def ground(session: AsyncSession) -> Ground:
    here = await make.province(session)
    there = await make.province(session, name="یزد")
    prison = await make.prison(session, here)
    far = await make.prison(session, there)
    return Ground(
        here=here,
        there=there,
        prison=prison,
        far=far,
        office=await make.point(session, here, kind=SiteKind.OFFICE),
        village=await make.point(session, here, kind=SiteKind.VILLAGE, name="ده بالا"),
        mobile=await make.point(session, here, name="دفتر سیار"),
        terminal=await make.terminal(session, prison),
        prisoner=await make.prisoner(session, prison),
        other=await make.prisoner(session, far, name="علی احمدی"),
    )


async def visit(
    session: AsyncSession,
    at: Ground,
    starts_at: datetime,
    *,
    came: int = 0,
    waited: int = 3,
    **columns: Any,
) -> Visit:
    """A completed family visit at the office, booked some days before."""
    number = next(_numbers)
    row = Visit(
        **{
            "reference": f"v{number}",
            "kind": VisitKind.FAMILY,
            "state": VisitState.COMPLETED,
            "outcome": Outcome.COMPLETED,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=30),
            "booked_end_at": starts_at + timedelta(minutes=30),
            "prison_id": at.prison.id,
            "terminal_id": at.terminal.id,
            "point_id": at.office.id,
            "prisoner_id": at.prisoner.id,
            "started_at": starts_at,
            "created_at": starts_at - waited * DAY,
            "changed_at": starts_at,
        }
        | columns
    )
    session.add(row)
    await session.flush()
    for _ in range(came):
        await participant(session, row, arrived_at=starts_at)
    return row


async def participant(session: AsyncSession, of: Visit, **columns: Any) -> Participant:
    row = Participant(
        reference=f"p{next(_numbers)}", visit_id=of.id, part=Part.VISITOR, **columns
    )
    session.add(row)
    await session.flush()
    return row


async def service(
    session: AsyncSession, at: Site, day: date, **columns: Any
) -> ServiceRecord:
    """A petition by staff for one."""
    done = datetime(day.year, day.month, day.day, 8, 30, tzinfo=UTC)
    row = ServiceRecord(
        **{
            "reference": f"s{next(_numbers)}",
            "point_id": at.id,
            "day": day,
            "kind": ServiceKind.PETITION,
            "channel": ServiceChannel.STAFF,
            "done_at": done,
            "entered_at": done,
        }
        | columns
    )
    session.add(row)
    await session.flush()
    return row


async def case(
    session: AsyncSession, of: Prisoner, raised_at: datetime, **columns: Any
) -> Case:
    """A request for furlough that is due after ten days."""
    number = next(_numbers)
    row = Case(
        **{
            "reference": f"c{number}",
            "tracking_sealed": b"",
            "tracking_fingerprint": f"c{number}",
            "kind": CaseKind.FURLOUGH,
            "state": CaseState.SUBMITTED,
            "source": CaseSource.FAMILY,
            "prisoner_id": of.id,
            "raised_at": raised_at,
            "due_at": raised_at + 10 * DAY,
            "changed_at": raised_at,
        }
        | columns
    )
    session.add(row)
    await session.flush()
    return row


async def message(
    session: AsyncSession, created_at: datetime, of: Visit | None, **columns: Any
) -> Message:
    """A delivered message of two segments."""
    row = Message(
        **{
            "dedup_key": f"m{next(_numbers)}",
            "template": Template.BOOKED,
            "language": "fa",
            "phone": "",
            "visit_id": of.id if of else None,
            "state": MessageState.DELIVERED,
            "segments": 2,
            "not_before": created_at,
            "expires_at": created_at + DAY,
            "created_at": created_at,
        }
        | columns
    )
    session.add(row)
    await session.flush()
    return row


async def stop(session: AsyncSession, at: Ground, day: date) -> MobileDay:
    """The mobile office stands in the village on a day."""
    noon_there = datetime(day.year, day.month, day.day, 8, 30, tzinfo=UTC)
    planned = MobileDay(
        reference=f"d{next(_numbers)}",
        site_id=at.mobile.id,
        day=day,
        changed_at=noon_there,
    )
    session.add(planned)
    await session.flush()
    session.add(
        MobileStop(
            mobile_day_id=planned.id,
            village_id=at.village.id,
            starts_at=noon_there,
            ends_at=noon_there + timedelta(hours=3),
        )
    )
    await session.flush()
    return planned


async def broke(session: AsyncSession, of: Visit, who: Participant) -> None:
    """Somebody's line broke, and a minute and a half was lost."""
    session.add_all(
        [
            Presence(
                visit_id=of.id,
                participant_id=who.id,
                joined_at=of.starts_at,
                left_at=of.ends_at,
                reason="lost",
            ),
            LostTime(visit_id=of.id, fault=Fault.FAMILY, seconds=90),
        ]
    )
    await session.flush()


async def line(
    session: AsyncSession, who: Participant, down: float, audio_only: float
) -> None:
    session.add(
        LineRecord(
            participant_id=who.id,
            visit_id=who.visit_id,
            measured_at=NOW,
            seconds_down=down,
            seconds_audio_only=audio_only,
        )
    )
    await session.flush()


async def felt(session: AsyncSession, who: Participant, mood: Mood) -> None:
    session.add(
        Feedback(participant_id=who.id, visit_id=who.visit_id, mood=mood, at=NOW)
    )
    await session.flush()


async def count_months(database: Database, *months: Month, now: datetime = NOW) -> None:
    for month in months or (AZAR,):
        for source in Source:
            async with database.write() as session:
                await statistics.wait_for_turn(session)
                period = Period.months(month)
                await statistics.recount(session, source, period, now=now)


async def read(
    database: Database,
    where: Where | None = None,
    month: Month = AZAR,
    period: Period | None = None,
) -> Tallies:
    async with database.read() as session:
        return await statistics.tallies(
            session,
            where or Where(everywhere=True),
            period or Period.months(month),
        )
