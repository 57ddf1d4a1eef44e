"""An official's attendance over a whole session or a village day.

A cover holds the official once, and the visits inside refer to it. A second attendance
at the same time is a clash. Knows no page.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import attendance as single
from scheduler import calendar, notices
from scheduler.attendance import AttendsElsewhere
from visitation import audit, messages, visits
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.people import Account
from visitation.places import Site, mobile
from visitation.places.tables import MobileDay, MobileStop
from visitation.timespan import Timespan, on_quantum
from visitation.visits import Cover, Visit
from visitation.wording import Template
from visitation.words import Attendance, MobileDayState, SiteKind

LONGEST = timedelta(hours=14)


async def cover(
    session: AsyncSession,
    *,
    official_id: int,
    span: Timespan,
    attendance: Attendance,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    prison_id: int | None = None,
    mobile_day_id: int | None = None,
) -> Cover:
    """Let an official attend a whole session of a prison, or a village day.

    Visits inside that want an official get this one, and those that this official
    attends already become part of the cover. The official is told once.

    Raises:
        Invalid: if the span is over, too long, not on five minutes or on another day
            than the village's, the day is cancelled, the official would sit beside the
            families of a prison, or the account is no official's.
        NotFound: if there is no such prison, day or account.
        AttendsElsewhere: if the official attends something else in that time.
        NoLongerThere: if somebody else changed a visit inside at the same moment.
    """
    _check(span, now)
    site = await _site(session, prison_id, mobile_day_id)
    _check_beside(attendance, mobile_day_id)
    if mobile_day_id is not None:
        await _check_day(session, mobile_day_id, site, span)
    official = await single.official_in_use(session, official_id)
    made = Cover(
        reference=keyring.reference(),
        official_id=official_id,
        attendance=attendance,
        prison_id=prison_id,
        mobile_day_id=mobile_day_id,
        starts_at=span.start,
        ends_at=span.end,
    )
    there = await _put(session, made, span)
    await _take_in(session, made, there, keyring, by=by, now=now)
    _note(session, made, site, by=by, now=now)
    await _tell(session, made, official, site, Template.COVER_BOOKED, now=now)
    return made


async def _put(session: AsyncSession, made: Cover, span: Timespan) -> Sequence[Visit]:
    """Write a cover with its claims; the visits inside hold its official no more.

    Raises:
        AttendsElsewhere: if the official attends something else in that time.
    """
    try:
        async with session.begin_nested():
            session.add(made)
            await session.flush()
            there = await visits.inside(session, made)
            for visit in there:
                if visit.official_id == made.official_id:
                    await visits.free_official(session, visit, made.official_id)
            held = {f"official:{made.official_id}"}
            await visits.take(session, held, span, cover_id=made.id)
    except visits.Taken:
        raise AttendsElsewhere(made.official_id, span) from None
    return there


async def _take_in(
    session: AsyncSession,
    made: Cover,
    there: Iterable[Visit],
    keyring: Keyring,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Let the visits that have the cover's official, or want one, refer to it."""
    official_id = made.official_id
    for visit in there:
        comes = visit.official_wanted
        if comes or visit.official_id == official_id:
            await single.attach(session, visit, made, keyring, now)
        if comes:
            single.note(session, "official_comes", visit, official_id, by=by, now=now)


def _note(
    session: AsyncSession, made: Cover, site: Site, *, by: Actor, now: datetime
) -> None:
    audit.note(
        session,
        by,
        "cover",
        f"cover:{made.id}",
        now=now,
        official=made.official_id,
        site=site.id,
        starts=made.starts_at.isoformat(),
        ends=made.ends_at.isoformat(),
    )


async def uncover(
    session: AsyncSession, cover: Cover, *, by: Actor, now: datetime
) -> int:
    """Cancel a cover; its visits want an official again. How many those are.

    Cancelling twice changes nothing.

    Raises:
        NoLongerThere: if somebody else changed a visit inside at the same moment.
    """
    cancelled = await session.exec(
        update(Cover)
        .where(col(Cover.id) == cover.id, col(Cover.cancelled_at).is_(None))
        .values(cancelled_at=now)
        .execution_options(synchronize_session=False)
    )
    if cancelled.rowcount != 1:
        return 0
    await session.refresh(cover)
    there = await visits.referring(session, cover)
    for visit in there:
        await visits.detach(session, visit, wanted=True, now=now)
        single.note(
            session, "official_leaves", visit, cover.official_id, by=by, now=now
        )
    await visits.release(session, cover_id=cover.id)
    audit.note(session, by, "uncover", f"cover:{cover.id}", now=now, visits=len(there))
    site = await _site(session, cover.prison_id, cover.mobile_day_id)
    official = await session.get_one(Account, cover.official_id)
    await _tell(session, cover, official, site, Template.COVER_CANCELLED, now=now)
    return len(there)


async def change(
    session: AsyncSession,
    cover: Cover,
    *,
    attendance: Attendance,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Let an official attend all visits of a cover from elsewhere.

    From where they do already, nothing changes.

    Raises:
        Invalid: if the official would sit beside the families of a prison.
        NoLongerThere: if it was cancelled, or somebody else changed a visit inside at
            the same moment.
    """
    _check_beside(attendance, cover.mobile_day_id)
    if cover.cancelled_at is None and cover.attendance is attendance:
        return
    changed = await session.exec(
        update(Cover)
        .where(col(Cover.id) == cover.id, col(Cover.cancelled_at).is_(None))
        .values(attendance=attendance)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        raise visits.NoLongerThere(cover.reference)
    await session.refresh(cover)
    for visit in await visits.referring(session, cover):
        await single.attach(session, visit, cover, keyring, now)
    audit.note(
        session,
        by,
        "cover_from",
        f"cover:{cover.id}",
        now=now,
        attendance=attendance.value,
    )


async def usual_span(
    session: AsyncSession,
    *,
    place: Site | MobileDay,
    day: date,
    now: datetime,
) -> Timespan | None:
    """When a prison is open on a day, or a mobile office stands in villages.

    None if it is not at all.
    """
    if isinstance(place, MobileDay):
        stops = await session.exec(
            select(MobileStop).where(MobileStop.mobile_day_id == place.id)
        )
        spans = [Timespan(stop.starts_at, stop.ends_at) for stop in stops.all()]
    else:
        slots = await calendar.day(session, site_id=place.id, day=day, now=now)
        spans = [slot.span for slot in slots if slot.kinds]
    if not spans:
        return None
    return Timespan(min(s.start for s in spans), max(s.end for s in spans))


async def _tell(
    session: AsyncSession,
    cover: Cover,
    official: Account,
    site: Site,
    template: Template,
    *,
    now: datetime,
) -> None:
    if official.phone is None:
        return
    wall = cover.starts_at.astimezone(ZoneInfo(site.zone))
    await messages.put(
        session,
        template,
        dedup_key=f"cover:{cover.id}:{template}",
        phone=official.phone,
        language=official.language,
        channel=messages.channel_to(official.phone),
        variables={
            "day": notices.spoken_day(wall, official.language),
            "time": notices.spoken_time(wall, official.language),
            "place": site.name,
        },
        now=now,
        expires_at=max(cover.starts_at, now + notices.CANCELLATION_LASTS),
    )


async def _site(
    session: AsyncSession, prison_id: int | None, mobile_day_id: int | None
) -> Site:
    if (prison_id is None) == (mobile_day_id is None):
        raise Invalid("place", "prison_or_day")
    if mobile_day_id is not None:
        day = await session.get(MobileDay, mobile_day_id)
        if day is None:
            raise NotFound("mobile_day")
        return await session.get_one(Site, day.site_id)
    site = await session.get(Site, prison_id)
    if site is None or site.kind is not SiteKind.PRISON:
        raise NotFound("prison")
    return site


def _check_beside(attendance: Attendance, mobile_day_id: int | None) -> None:
    if attendance is Attendance.VILLAGE and mobile_day_id is None:
        raise Invalid("attendance", "beside_on_village_days")


async def _check_day(
    session: AsyncSession, mobile_day_id: int, office: Site, span: Timespan
) -> None:
    day = await session.get_one(MobileDay, mobile_day_id)
    if day.state is MobileDayState.CANCELLED:
        raise Invalid("place", "day_cancelled")
    if not mobile.whole_day(office, day.day).contains(span):
        raise Invalid("day", "another_day")


def _check(span: Timespan, now: datetime) -> None:
    if span.end <= now:
        raise Invalid("ends", "over")
    if span.length > LONGEST:
        raise Invalid("ends", "cover_too_long")
    if not (on_quantum(span.start) and on_quantum(span.end)):
        raise Invalid("starts", "odd_times")
