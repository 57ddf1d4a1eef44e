"""Provinces and sites: adding, editing, listing.

Who may see which site is `people`'s business; lists take the condition from there.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, persian
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import Invalid, NotFound
from visitation.places.policy_choices import put_in_force
from visitation.places.tables import DEFAULT_ZONE, Province, Site
from visitation.words import SiteKind


async def add_province(
    session: AsyncSession, *, code: str, name: str, by: Actor, now: datetime
) -> Province:
    """Add a province.

    Raises:
        Invalid: if another province has the code.
    """
    province = Province(code=_code(code), name=name.strip())
    try:
        async with session.begin_nested():
            session.add(province)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise Invalid("code", "province_code_taken") from None
    audit.note(session, by, "add_province", f"province:{province.id}", now=now)
    return province


async def edit_province(
    session: AsyncSession,
    province: Province,
    *,
    code: str,
    name: str,
    by: Actor,
    now: datetime,
) -> None:
    """Correct a province's code or name.

    Raises:
        Invalid: if another province has the code.
    """
    try:
        async with session.begin_nested():
            province.code = _code(code)
            province.name = name.strip()
            session.add(province)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise Invalid("code", "province_code_taken") from None
    audit.note(session, by, "edit_province", f"province:{province.id}", now=now)


async def provinces(session: AsyncSession) -> Sequence[Province]:
    """Every province, by code."""
    return (await session.exec(select(Province).order_by(col(Province.code)))).all()


async def add_site(
    session: AsyncSession,
    *,
    province_id: int,
    kind: SiteKind,
    name: str,
    by: Actor,
    now: datetime,
    zone: str = DEFAULT_ZONE,
    address: str = "",
    phone: str = "",
) -> Site:
    """Add a prison or a service point. `phone` is E.164 or empty.

    Raises:
        NotFound: if there is no such province.
        Invalid: if the time zone is unknown, or the province has a site of that name.
    """
    await _refuse_double(session, province_id, name)
    site = Site(
        province_id=province_id,
        kind=kind,
        name=name.strip(),
        zone=known_zone(zone),
        address=address.strip(),
        phone=phone,
    )
    session.add(site)
    await session.flush()
    if kind is SiteKind.PRISON:
        await put_in_force(session, site)
    audit.note(session, by, "add_site", f"site:{site.id}", now=now, kind=kind.value)
    return site


async def edit_site(
    session: AsyncSession,
    site: Site,
    *,
    name: str,
    zone: str,
    address: str,
    phone: str,
    by: Actor,
    now: datetime,
) -> None:
    """Correct what is known of a site; its kind and its province stay.

    Booked visits keep their instants when the zone changes.

    Raises:
        Invalid: if the time zone is unknown, or the province has a site of that name.
    """
    await _refuse_double(session, site.province_id, name, but=site.id)
    wanted = {
        "name": name.strip(),
        "zone": known_zone(zone),
        "address": address.strip(),
        "phone": phone,
    }
    changed = [
        field for field, value in wanted.items() if getattr(site, field) != value
    ]
    for field, value in wanted.items():
        setattr(site, field, value)
    session.add(site)
    await session.flush()
    audit.note(session, by, "edit_site", f"site:{site.id}", now=now, changed=changed)


async def find_sites(
    session: AsyncSession,
    *,
    within: ColumnElement[bool],
    kinds: Iterable[SiteKind] = tuple(SiteKind),
) -> Sequence[tuple[Site, Province]]:
    """Sites that fulfil a condition, with their provinces, by province and name."""
    rows = await session.exec(
        select(Site, Province)
        .join(Province, col(Province.id) == col(Site.province_id))
        .where(within, col(Site.kind).in_(list(kinds)))
        .order_by(col(Province.code), col(Site.name), col(Site.id))
    )
    return rows.all()


def known_zone(zone: str) -> str:
    """The name of a time zone of the IANA database.

    Raises:
        Invalid: if it names none.
    """
    try:
        return ZoneInfo(zone.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("zone", "unknown_zone") from None


async def _refuse_double(
    session: AsyncSession, province_id: int, name: str, *, but: int | None = None
) -> None:
    # Holding the province's row makes the second of two equal requests wait, then see.
    province = await session.get(Province, province_id, with_for_update=True)
    if province is None:
        raise NotFound("province")
    others = await session.exec(select(Site).where(Site.province_id == province_id))
    wanted = persian.fold(name)
    if any(persian.fold(site.name) == wanted and site.id != but for site in others):
        raise Invalid("name", "site_name_taken")


def _code(text: str) -> str:
    return persian.to_ascii_digits(text).strip()
