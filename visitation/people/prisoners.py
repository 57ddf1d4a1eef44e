"""Prisoners: adding, editing, finding, transferring, releasing.

What is booked for somebody who is moved or released stays booked: others judge it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import tuple_
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, persian
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people import called
from visitation.people.identity import sealed_id
from visitation.people.scope import Scope
from visitation.people.tables import Prisoner
from visitation.places.tables import Site
from visitation.words import SiteKind, TransferReason


async def add_prisoner(
    session: AsyncSession,
    *,
    site_id: int,
    number: str,
    name: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    national_id: str | None = None,
    ward: str = "",
    visited_on: date | None = None,
) -> Prisoner:
    """Add a prisoner to a prison.

    Raises:
        Invalid: for a wrong national ID, a number or ID that somebody has, or a last
            visit that is still to come.
    """
    if visited_on is not None:
        await _refuse_to_come(session, visited_on, site_id, now)
    await _refuse_known_id(session, national_id, keyring=keyring)
    sealed, fingerprint = sealed_id(national_id, keyring=keyring)
    prisoner = Prisoner(
        site_id=site_id,
        number="",
        name="",
        name_folded="",
        ward=ward.strip(),
        visited_on=visited_on,
        national_id_sealed=sealed,
        national_id_fingerprint=fingerprint,
    )
    await _keep(session, prisoner, number, name)
    audit.note(session, by, "add_prisoner", f"prisoner:{prisoner.id}", now=now)
    return prisoner


async def edit_prisoner(
    session: AsyncSession,
    prisoner: Prisoner,
    *,
    number: str,
    name: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    national_id: str | None = None,
    ward: str | None = None,
    visited_on: date | None = None,
) -> None:
    """Correct a prisoner's number, name, ward, or when they were visited before.

    A national ID, a ward and a day are kept unless one is given; an empty ward is none.

    Raises:
        Invalid: for a wrong national ID, a number or ID that somebody has, or a last
            visit that is still to come.
    """
    if visited_on is not None:
        await _refuse_to_come(session, visited_on, prisoner.site_id, now)
    if national_id:
        await _refuse_known_id(session, national_id, keyring=keyring, but=prisoner.id)
        prisoner.national_id_sealed, prisoner.national_id_fingerprint = sealed_id(
            national_id, keyring=keyring
        )
    await _keep(session, prisoner, number, name)
    if ward is not None:
        prisoner.ward = ward.strip()
    prisoner.visited_on = visited_on or prisoner.visited_on
    audit.note(session, by, "edit_prisoner", f"prisoner:{prisoner.id}", now=now)


async def transfer_prisoner(
    session: AsyncSession,
    prisoner: Prisoner,
    *,
    to_site: int,
    number: str,
    by: Actor,
    now: datetime,
    on: date | None = None,
    reason: TransferReason = TransferReason.OTHER,
) -> None:
    """Record that a prisoner is held in another prison now, under a number there.

    It was `on` a day, today unless one is given; the ward there is not known yet. What
    is booked stays; the booking rules refuse anything new in the old prison. Where the
    prisoner is already, under that number, nothing changes.

    Raises:
        Invalid: if there is no such prison, it was given up, somebody there has the
            number, or the day is still to come.
    """
    wanted = persian.to_ascii_digits(number).strip()
    site = await session.get(Site, to_site)
    if site is None or site.kind is not SiteKind.PRISON:
        raise Invalid("to_site", "unknown_prison")
    if site.closed_at is not None and site.closed_at <= now:
        raise Invalid("to_site", "prison_given_up")
    today = now.astimezone(ZoneInfo(site.zone)).date()
    if (on or today) > today:
        raise Invalid("on", "transfer_to_come")
    was = prisoner.site_id
    if (was, prisoner.number) == (to_site, wanted):
        return
    await _keep(session, prisoner, number, prisoner.name, site_id=to_site)
    if was != to_site:
        prisoner.ward = ""
    audit.note(
        session,
        by,
        "transfer_prisoner",
        f"prisoner:{prisoner.id}",
        now=now,
        from_site=was,
        to_site=to_site,
        on=(on or today).isoformat(),
        reason=reason.value,
    )


async def release_prisoner(
    session: AsyncSession,
    prisoner: Prisoner,
    *,
    by: Actor,
    now: datetime,
    at: datetime | None = None,
) -> None:
    """Record a release: nothing after it can be booked, what is booked stays.

    It is now unless `at` says when it was or will be. Releasing twice keeps the first
    time.
    """
    if prisoner.released_at is not None:
        return
    prisoner.released_at = at or now
    session.add(prisoner)
    audit.note(session, by, "release_prisoner", f"prisoner:{prisoner.id}", now=now)


async def take_back_prisoner(
    session: AsyncSession, prisoner: Prisoner, *, by: Actor, now: datetime
) -> None:
    """Undo a release, one recorded by mistake or one that ended."""
    if prisoner.released_at is None:
        return
    prisoner.released_at = None
    session.add(prisoner)
    audit.note(session, by, "take_back_prisoner", f"prisoner:{prisoner.id}", now=now)


async def find_prisoners(
    session: AsyncSession,
    *,
    scope: Scope,
    text: str = "",
    limit: int = 50,
    after: int | None = None,
) -> Sequence[Prisoner]:
    """Prisoners inside a scope whose name or number contains the text, by name.

    `after` is the id of the last one that is known already.
    """
    query = (
        select(Prisoner)
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(scope.of_sites())
        .order_by(col(Prisoner.name_folded), col(Prisoner.id))
        .limit(limit)
    )
    if persian.fold(text):
        query = query.where(called.prisoner(text))
    if after is not None:
        place = tuple_(col(Prisoner.name_folded), col(Prisoner.id))
        last = select(Prisoner.name_folded, Prisoner.id).where(Prisoner.id == after)
        query = query.where(place > last.scalar_subquery())
    return (await session.exec(query)).all()


async def _keep(
    session: AsyncSession,
    prisoner: Prisoner,
    number: str,
    name: str,
    *,
    site_id: int | None = None,
) -> None:
    # Changed inside the savepoint: what is changed before it is written before it, and
    # a refusal would then spoil the whole transaction.
    try:
        async with session.begin_nested():
            if site_id is not None:
                prisoner.site_id = site_id
            prisoner.number = persian.to_ascii_digits(number).strip()
            prisoner.name = name.strip()
            prisoner.name_folded = persian.fold(name)
            session.add(prisoner)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise Invalid("number", "prisoner_known") from None


async def _refuse_to_come(
    session: AsyncSession, visited_on: date, site_id: int, now: datetime
) -> None:
    site = await session.get_one(Site, site_id)
    if visited_on > now.astimezone(ZoneInfo(site.zone)).date():
        raise Invalid("visited_on", "visited_to_come")


async def _refuse_known_id(
    session: AsyncSession,
    national_id: str | None,
    *,
    keyring: Keyring,
    but: int | None = None,
) -> None:
    _, fingerprint = sealed_id(national_id, keyring=keyring)
    if fingerprint is None:
        return
    others = await session.exec(
        select(Prisoner.id).where(Prisoner.national_id_fingerprint == fingerprint)
    )
    if any(other != but for other in others):
        raise Invalid("national_id", "prisoner_id_known")
