"""The demonstration's visits: some that were, and some to come.

Booked, held and cancelled through the use cases that pages call; only the clock is
told other times, for what is past.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import cast
from scheduler import booking, calendar, closures
from visitation import calls, people, visits
from visitation.audit import SYSTEM, Actor
from visitation.keyring import Keyring
from visitation.lifecycle import ParticipantState
from visitation.people import Contact, Prisoner, Visitor
from visitation.places import Site, Station
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import ContactState, Outcome, Relation, Role, VisitKind

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where and by whom visits are booked, found by the names in `cast`."""

    prison: Site
    stations: dict[str, int]
    officials: dict[str, int]
    scheduler: Actor
    warden: Actor


async def fill(session: AsyncSession, keyring: Keyring, *, now: datetime) -> None:
    """Book a week of visits, play the past ones, and shut one terminal for a while."""
    scene = await scene_of(session)
    await _close_a_terminal(session, scene, now)
    for days_ago, (number, hour) in enumerate(cast.PLAYED, start=2):
        then = at_hour(scene, now, -days_ago, hour)
        visit = await book(session, scene, keyring, number, then)
        await _play(session, scene, visit)
    then = at_hour(scene, now, -2, cast.CANCELLED_HOUR)
    cancelled = await book(session, scene, keyring, cast.CANCELLED, then)
    await booking.cancel(
        session,
        visit=cancelled,
        outcome=Outcome.CANCELLED_BY_FAMILY,
        reason=cast.CANCEL_REASON,
        by=scene.scheduler,
        now=cancelled.starts_at - timedelta(hours=2),
    )
    for booked in cast.COMING:
        await book(
            session,
            scene,
            keyring,
            booked.prisoner,
            max(now, at_hour(scene, now, booked.days, booked.hour)),
            kiosk_id=scene.stations.get(booked.kiosk),
            official_id=scene.officials.get(booked.official),
            kind=booked.kind,
            now=now,
        )


async def book(
    session: AsyncSession,
    scene: Scene,
    keyring: Keyring,
    number: str,
    after: datetime,
    *,
    kind: VisitKind = VisitKind.FAMILY,
    kiosk_id: int | None = None,
    official_id: int | None = None,
    official_wanted: bool = False,
    now: datetime | None = None,
) -> Visit:
    """Book the first free slot after an instant; the past is booked a day before."""
    slot, *_ = await calendar.free(
        session, site_id=scene.prison.id, after=after, limit=1, kiosk_id=kiosk_id
    )
    return await book_at(
        session,
        scene,
        keyring,
        number,
        terminal_id=slot.terminal_id,
        span=slot.span,
        kind=kind,
        kiosk_id=kiosk_id,
        official_id=official_id,
        official_wanted=official_wanted,
        now=now or slot.span.start - _DAY,
    )


async def book_at(
    session: AsyncSession,
    scene: Scene,
    keyring: Keyring,
    number: str,
    *,
    terminal_id: int,
    span: Timespan,
    kind: VisitKind = VisitKind.FAMILY,
    **more: Any,
) -> Visit:
    """Book everybody who may visit the prisoner of a number."""
    prisoner = await prisoner_of(session, number)
    return await booking.book(
        session,
        prison_id=scene.prison.id,
        terminal_id=terminal_id,
        span=span,
        kind=kind,
        prisoner_id=prisoner.id,
        visitor_ids=await visitors(session, prisoner, kind),
        keyring=keyring,
        by=scene.scheduler,
        **more,
    )


async def prisoner_of(session: AsyncSession, number: str) -> Prisoner:
    """The prisoner of a number."""
    rows = await session.exec(select(Prisoner).where(Prisoner.number == number))
    return rows.one()


async def visitors(
    session: AsyncSession, prisoner: Prisoner, kind: VisitKind
) -> Sequence[int]:
    """Everybody who may come to a visit of a kind."""
    if kind is VisitKind.OFFICIAL:
        return ()
    lawyer = col(Contact.relation) == Relation.LAWYER
    rows = await session.exec(
        select(Visitor.id)
        .join(Contact, col(Contact.visitor_id) == col(Visitor.id))
        .where(
            Contact.prisoner_id == prisoner.id,
            Contact.state == ContactState.APPROVED,
            lawyer if kind is VisitKind.LEGAL else ~lawyer,
        )
    )
    return rows.all()


async def _play(session: AsyncSession, scene: Scene, visit: Visit) -> None:
    """Everyone comes, speaks until nearly the end, and leaves."""
    there = visit.starts_at + timedelta(minutes=1)
    over = visit.ends_at - timedelta(minutes=1)
    everyone = await visits.participants(session, visit.id)
    for participant in everyone:
        await calls.tick(
            session,
            participant,
            ParticipantState.IDENTIFIED,
            by=scene.warden,
            now=visit.starts_at,
        )
    await calls.start(session, visit, by=scene.warden, now=there)
    for participant in everyone:
        await calls.joined(session, participant, by=SYSTEM, now=there)
    for participant in everyone:
        await calls.left(session, participant, reason="ended", by=SYSTEM, now=over)
    await calls.finish(
        session, visit, outcome=Outcome.COMPLETED, by=scene.warden, now=over
    )


async def _close_a_terminal(session: AsyncSession, scene: Scene, now: datetime) -> None:
    noon = at_hour(scene, now, 1, 12)
    await closures.close(
        session,
        site_id=scene.prison.id,
        station_id=scene.stations[cast.CLOSED_TERMINAL],
        span=Timespan(noon, noon + timedelta(hours=2)),
        reason=cast.CLOSURE_REASON,
        by=scene.scheduler,
        now=now,
    )


def at_hour(scene: Scene, now: datetime, days: int, hour: int) -> datetime:
    """The prison's wall time, so many days from now."""
    day = now.astimezone(ZoneInfo(scene.prison.zone)) + days * _DAY
    return day.replace(hour=hour, minute=0, second=0, microsecond=0).astimezone(UTC)


async def scene_of(session: AsyncSession) -> Scene:
    """The scene, as it was seeded."""
    prison = (await session.exec(select(Site).where(Site.name == cast.PRISON))).one()
    stations = await session.exec(
        select(Station)
        .join(Site, col(Site.id) == col(Station.site_id))
        .where(Site.province_id == prison.province_id)
    )
    accounts = {
        staff.username: await people.account_named(session, staff.username)
        for staff in cast.ACCOUNTS
    }
    known = {name: account for name, account in accounts.items() if account}
    return Scene(
        prison=prison,
        stations={station.name: station.id for station in stations},
        officials={
            name: account.id
            for name, account in known.items()
            if account.role is Role.OFFICIAL
        },
        scheduler=Actor.account(known["scheduler"].id, Role.SCHEDULER),
        warden=Actor.account(known["warden"].id, Role.WARDEN),
    )
