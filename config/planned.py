"""The demonstration's planning: a village day, the line, a request, a visit to review.

Comes after the agenda, and like it through the use cases that pages call.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import agenda, cast
from config.agenda import Scene
from scheduler import attendance, calendar, covers, planning, requests, review, series
from scheduler.ranked import Place
from visitation import people, waiting
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.places import MobileDay, Site, mobile
from visitation.places.itinerary import Stop
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.waiting import Days
from visitation.words import AppointmentKind, Asker, Attendance, VisitKind

_HALF = timedelta(minutes=30)
_PLAN = timedelta(days=7)


async def fill(session: AsyncSession, keyring: Keyring, *, now: datetime) -> None:
    """Plan what is ahead."""
    scene = await agenda.scene_of(session)
    await _village_day(session, scene, keyring, now)
    await _standing_visit(session, scene, keyring, now)
    await _officials(session, scene, keyring, now)
    await _request(session, scene, keyring, now)
    await _line(session, scene, keyring, now)
    await _in_court(session, scene, now)


async def _village_day(
    session: AsyncSession, scene: Scene, keyring: Keyring, now: datetime
) -> None:
    """An office on the road, its families, and an official who sits beside them."""
    office = await _site(session, cast.TRAVELLING_OFFICE)
    village = await _village(session)
    opens = agenda.at_hour(scene, now, cast.MOBILE_DAY, cast.VILLAGE_OPENS)
    closes = agenda.at_hour(scene, now, cast.MOBILE_DAY, cast.VILLAGE_CLOSES)
    there = Timespan(opens, closes)
    day: MobileDay = await mobile.plan_day(
        session,
        office=office,
        day=opens.astimezone(ZoneInfo(office.zone)).date(),
        stops=[Stop(village_id=village.id, span=there, travel=timedelta(minutes=50))],
        reference=keyring.reference(),
        by=scene.scheduler,
        now=now,
    )
    kiosk = scene.stations[cast.KIOSKS[cast.TRAVELLING_OFFICE][0]]
    for later, number in enumerate(cast.VILLAGERS):
        await agenda.book(
            session,
            scene,
            keyring,
            number,
            opens + later * _HALF,
            kiosk_id=kiosk,
            official_wanted=True,
            now=now,
        )
    await covers.cover(
        session,
        official_id=scene.officials[cast.OTHER_OFFICIAL],
        mobile_day_id=day.id,
        span=there,
        attendance=Attendance.VILLAGE,
        keyring=keyring,
        by=scene.scheduler,
        now=now,
    )


async def _standing_visit(
    session: AsyncSession, scene: Scene, keyring: Keyring, now: datetime
) -> None:
    visit = await _next_of(session, cast.STANDING, now)
    await series.repeat(
        session,
        visit,
        every_weeks=cast.STANDING_WEEKS,
        times=cast.STANDING_TIMES,
        keyring=keyring,
        by=scene.scheduler,
        now=now,
    )


async def _officials(
    session: AsyncSession, scene: Scene, keyring: Keyring, now: datetime
) -> None:
    """A visit that still wants an official, and one that an official joined."""
    for number, days in (
        (cast.WANTING, cast.WANTING_DAYS),
        (cast.JOINED, cast.JOINED_DAYS),
    ):
        visit = await agenda.book(
            session,
            scene,
            keyring,
            number,
            agenda.at_hour(scene, now, days, 14),
            official_wanted=True,
            now=now,
        )
    await attendance.attend(
        session,
        visit,
        official_id=scene.officials[cast.OTHER_OFFICIAL],
        attendance=Attendance.PHONE,
        keyring=keyring,
        by=scene.scheduler,
        now=now,
    )


async def _request(
    session: AsyncSession, scene: Scene, keyring: Keyring, now: datetime
) -> None:
    prisoner = await agenda.prisoner_of(session, cast.ASKING)
    ranked = []
    for hour in cast.ASKING_HOURS:
        after = agenda.at_hour(scene, now, cast.ASKING_DAYS, hour)
        (slot,) = await calendar.free(
            session, site_id=scene.prison.id, after=after, limit=1
        )
        ranked.append(Place(terminal_id=slot.terminal_id, span=slot.span))
    await requests.submit(
        session,
        ranked=ranked,
        prison_id=scene.prison.id,
        terminal_id=ranked[0].terminal_id,
        span=ranked[0].span,
        kind=VisitKind.FAMILY,
        prisoner_id=prisoner.id,
        visitor_ids=await agenda.visitors(session, prisoner, VisitKind.FAMILY),
        asked_by=Asker.FAMILY,
        keyring=keyring,
        by=scene.scheduler,
        now=now,
    )


async def _line(
    session: AsyncSession, scene: Scene, keyring: Keyring, now: datetime
) -> None:
    """Families in line, and a plan for them that nobody has published yet."""
    village, office = await _village(session), await _site(session, cast.OFFICE)
    today = now.astimezone(ZoneInfo(scene.prison.zone)).date()
    for one in cast.WAITING:
        prisoner = await agenda.prisoner_of(session, one.prisoner)
        await waiting.join(
            session,
            prisoner_id=prisoner.id,
            visitor_ids=await agenda.visitors(session, prisoner, VisitKind.FAMILY),
            days=Days(first=today + timedelta(days=1), last=today + 3 * _PLAN),
            points=[village.id, office.id] if one.at_village else [office.id],
            distance_km=one.distance_km,
            since=now - timedelta(days=one.days),
            keyring=keyring,
            by=scene.scheduler,
            now=now,
        )
    await planning.propose(
        session,
        prison=scene.prison,
        first_day=today + timedelta(days=2),
        last_day=today + timedelta(days=2) + _PLAN,
        keyring=keyring,
        by=scene.scheduler,
        now=now,
    )


async def _in_court(session: AsyncSession, scene: Scene, now: datetime) -> None:
    """A day in court that came after the booking: the visit is to be looked at."""
    day = agenda.at_hour(scene, now, cast.IN_COURT_DAYS, 0)
    visit = await _next_of(session, cast.IN_COURT, day)
    await people.add_appointment(
        session,
        prisoner_id=visit.prisoner_id,
        kind=AppointmentKind.COURT,
        span=Timespan(visit.starts_at - _HALF, visit.ends_at + _HALF),
        by=scene.warden,
        now=now,
    )
    await review.judge(session, visit.id, now=now)


async def _next_of(session: AsyncSession, number: str, after: datetime) -> Visit:
    prisoner = await agenda.prisoner_of(session, number)
    rows = await session.exec(
        select(Visit)
        .where(
            Visit.prisoner_id == prisoner.id,
            Visit.state == VisitState.BOOKED,
            col(Visit.starts_at) > after,
        )
        .order_by(col(Visit.starts_at))
    )
    visit = rows.first()
    assert visit is not None
    return visit


async def _village(session: AsyncSession) -> Site:
    return await _site(session, cast.VILLAGE)


async def _site(session: AsyncSession, name: str) -> Site:
    return (await session.exec(select(Site).where(Site.name == name))).one()
