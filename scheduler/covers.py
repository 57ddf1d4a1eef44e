"""An official's attendance: over a whole session or village day, or of single visits.

A cover holds the official once, and the visits inside refer to it; an official who
takes a single visit is held by that visit. Either way a second attendance at the same
time is a clash. Knows no page.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import notices
from visitation import audit, messages, visits
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound, VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.people import Account, Scope
from visitation.places import Site
from visitation.places.tables import MobileDay
from visitation.timespan import Timespan, on_quantum
from visitation.visits import Cover, Participant, Visit
from visitation.wording import Template
from visitation.words import Attendance, MobileDayState, Role, SiteKind, VisitKind

LONGEST = timedelta(hours=14)


class AttendsElsewhere(VisitationError):
    """The official attends something else in that time."""


class NoOfficialWanted(VisitationError):
    """The visit has its official, or none may attend it."""


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
        Invalid: if the span is over, too long or not on five minutes, the day is
            cancelled, or the account is no official's.
        NotFound: if there is no such prison, day or account.
        AttendsElsewhere: if the official attends something else in that time.
        NoLongerThere: if somebody else changed a visit inside at the same moment.
    """
    _check(span, now)
    site = await _site(session, prison_id, mobile_day_id)
    await _unless_cancelled(session, mobile_day_id)
    official = await _official(session, official_id)
    made = Cover(
        reference=keyring.reference(),
        official_id=official_id,
        attendance=attendance,
        prison_id=prison_id,
        mobile_day_id=mobile_day_id,
        starts_at=span.start,
        ends_at=span.end,
    )
    try:
        async with session.begin_nested():
            session.add(made)
            await session.flush()
            there = await visits.inside(session, made)
            for visit in there:
                if visit.official_id == official_id:
                    await visits.free_official(session, visit, official_id)
            await visits.take(
                session, {f"official:{official_id}"}, span, cover_id=made.id
            )
    except visits.Taken:
        raise AttendsElsewhere(str(official_id)) from None
    for visit in there:
        if visit.official_id == official_id or visit.official_wanted:
            await _attach(session, visit, made, keyring, now)
    audit.note(
        session,
        by,
        "cover",
        f"cover:{made.id}",
        now=now,
        official=official_id,
        site=site.id,
        starts=span.start.isoformat(),
        ends=span.end.isoformat(),
    )
    await _tell(session, made, official, site, Template.COVER_BOOKED, now=now)
    return made


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
        _note(session, "official_leaves", visit, cover.official_id, by=by, now=now)
    await visits.release(session, cover_id=cover.id)
    audit.note(session, by, "uncover", f"cover:{cover.id}", now=now, visits=len(there))
    site = await _site(session, cover.prison_id, cover.mobile_day_id)
    official = await session.get_one(Account, cover.official_id)
    await _tell(session, cover, official, site, Template.COVER_CANCELLED, now=now)
    return len(there)


async def join(
    session: AsyncSession,
    visit: Visit,
    cover: Cover,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Let the official of a cover attend one more visit inside it.

    Raises:
        NoOfficialWanted: if the visit has another official, is none for officials, or
            does not lie within the cover.
        NoLongerThere: if somebody else changed it at the same moment.
    """
    span = Timespan(visit.starts_at, visit.ends_at)
    fits = await visits.holds(
        session, cover, prison_id=visit.prison_id, kiosk_id=visit.kiosk_id, span=span
    )
    if not fits or visit.official_id is not None or visit.kind is VisitKind.LEGAL:
        raise NoOfficialWanted(visit.reference)
    await _attach(session, visit, cover, keyring, now)
    _note(session, "official_comes", visit, cover.official_id, by=by, now=now)


async def attend(
    session: AsyncSession,
    visit: Visit,
    *,
    official_id: int,
    attendance: Attendance,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Let an official attend a visit that wants one, by a cover of theirs if it fits.

    Raises:
        NotFound: if there is no such official.
        Invalid: if the account is no official's in use.
        NoOfficialWanted: if the visit has its official, or none may attend it.
        AttendsElsewhere: if the official attends something else in that time.
        NoLongerThere: if somebody else changed it at the same moment.
    """
    await _official(session, official_id)
    if visit.official_id is not None or visit.kind is VisitKind.LEGAL:
        raise NoOfficialWanted(visit.reference)
    span = Timespan(visit.starts_at, visit.ends_at)
    over = await visits.covering(
        session,
        official_id=official_id,
        prison_id=visit.prison_id,
        kiosk_id=visit.kiosk_id,
        span=span,
    )
    if over is not None:
        await join(session, visit, over, keyring=keyring, by=by, now=now)
        return
    try:
        await visits.take(session, {f"official:{official_id}"}, span, visit_id=visit.id)
    except visits.Taken:
        raise AttendsElsewhere(str(official_id)) from None
    participant = await visits.attach(
        session,
        visit,
        official_id=official_id,
        attendance=attendance,
        cover_id=None,
        reference=keyring.reference(),
        now=now,
    )
    _note(session, "official_comes", visit, official_id, by=by, now=now)
    await _told(session, visit, participant, now)


async def leave(
    session: AsyncSession, visit: Visit, *, by: Actor, now: datetime
) -> None:
    """Take a visit's official away; it wants one again, and the official is told.

    Raises:
        NoOfficialWanted: if it has none.
        NoLongerThere: if somebody else changed it at the same moment.
    """
    official_id = visit.official_id
    if official_id is None:
        raise NoOfficialWanted(visit.reference)
    scene = await notices.scene_of(session, visit)
    if visit.state is VisitState.BOOKED:
        for one in await notices.recipients(session, visit.id):
            if one.part in notices.OFFICIALS:
                gone = Template.OFFICIAL_CANCELLED
                await notices.put(session, visit, one, gone, scene=scene, now=now)
    await visits.detach(session, visit, wanted=True, now=now)
    _note(session, "official_leaves", visit, official_id, by=by, now=now)


async def want(
    session: AsyncSession, visit: Visit, *, wanted: bool, by: Actor, now: datetime
) -> None:
    """Say whether an official is still to be found for a visit.

    Raises:
        NoOfficialWanted: if it has one, or none may attend it.
    """
    if visit.official_id is not None or visit.kind is VisitKind.LEGAL:
        raise NoOfficialWanted(visit.reference)
    if visit.official_wanted is wanted:
        return
    said = await session.exec(
        update(Visit)
        .where(col(Visit.id) == visit.id, col(Visit.official_id).is_(None))
        .values(official_wanted=wanted)
        .execution_options(synchronize_session=False)
    )
    if said.rowcount != 1:
        raise NoOfficialWanted(visit.reference)
    await session.refresh(visit)
    action = "official_wanted" if wanted else "official_not_wanted"
    audit.note(session, by, action, f"visit:{visit.id}", now=now, visit_id=visit.id)


async def wanting(
    session: AsyncSession, *, scope: Scope, now: datetime
) -> Sequence[Visit]:
    """The visits to come at a scope's prisons and points that want an official."""
    inside = select(Site.id).where(scope.of_sites())
    rows = await session.exec(
        select(Visit)
        .where(
            col(Visit.official_wanted),
            col(Visit.state).in_([VisitState.BOOKED, VisitState.REQUESTED]),
            col(Visit.starts_at) > now,
            or_(col(Visit.prison_id).in_(inside), col(Visit.point_id).in_(inside)),
        )
        .order_by(col(Visit.starts_at), col(Visit.id))
    )
    return rows.all()


async def _attach(
    session: AsyncSession, visit: Visit, cover: Cover, keyring: Keyring, now: datetime
) -> None:
    await visits.attach(
        session,
        visit,
        official_id=cover.official_id,
        attendance=cover.attendance,
        cover_id=cover.id,
        reference=keyring.reference(),
        now=now,
    )


async def _told(
    session: AsyncSession, visit: Visit, participant: Participant, now: datetime
) -> None:
    if visit.state is not VisitState.BOOKED:
        return
    scene = await notices.scene_of(session, visit)
    for one in await notices.recipients(session, visit.id):
        if one.participant_id == participant.id:
            said = Template.OFFICIAL_BOOKED
            await notices.put(session, visit, one, said, scene=scene, now=now)


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


async def _unless_cancelled(session: AsyncSession, mobile_day_id: int | None) -> None:
    if mobile_day_id is None:
        return
    day = await session.get_one(MobileDay, mobile_day_id)
    if day.state is MobileDayState.CANCELLED:
        raise Invalid("mobile_day", "day_cancelled")


async def _official(session: AsyncSession, official_id: int) -> Account:
    account = await session.get(Account, official_id)
    if account is None:
        raise NotFound("official")
    if account.role is not Role.OFFICIAL or account.disabled_at is not None:
        raise Invalid("official", "not_an_official")
    return account


def _check(span: Timespan, now: datetime) -> None:
    if span.end <= now:
        raise Invalid("ends", "over")
    if span.length > LONGEST:
        raise Invalid("ends", "cover_too_long")
    if not (on_quantum(span.start) and on_quantum(span.end)):
        raise Invalid("starts", "odd_times")


def _note(
    session: AsyncSession,
    action: str,
    visit: Visit,
    official_id: int,
    *,
    by: Actor,
    now: datetime,
) -> None:
    audit.note(
        session,
        by,
        action,
        f"visit:{visit.id}",
        now=now,
        visit_id=visit.id,
        official=official_id,
    )
