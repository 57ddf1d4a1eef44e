"""Rows for tests: each function makes one thing that stands, and flushes it.

Whatever a test does not name is filled in; whatever must be unique is numbered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any, TypeVar

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people.tables import Account, AccountScope, Contact, Prisoner, Visitor
from visitation.persian import fold
from visitation.places.tables import (
    Province,
    SessionTemplate,
    Site,
    SitePolicy,
    Station,
)
from visitation.words import (
    ContactState,
    Relation,
    Role,
    SiteKind,
    StationKind,
    VisitKind,
)

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
EVERY_KIND = tuple(kind.value for kind in VisitKind)
_numbers = count(1)
Row = TypeVar("Row", bound=SQLModel)


async def _added(session: AsyncSession, row: Row) -> Row:
    session.add(row)
    await session.flush()
    return row


async def province(session: AsyncSession, *, name: str = "اصفهان") -> Province:
    return await _added(session, Province(code=f"p{next(_numbers)}", name=name))


async def prison(
    session: AsyncSession,
    province: Province | None = None,
    *,
    name: str = "زندان مرکزی",
    **columns: Any,
) -> Site:
    return await _site(session, province, SiteKind.PRISON, name, columns)


async def point(
    session: AsyncSession,
    province: Province | None = None,
    *,
    name: str = "دفتر سیار شماره ۲",
    kind: SiteKind = SiteKind.MOBILE_OFFICE,
    **columns: Any,
) -> Site:
    return await _site(session, province, kind, name, columns)


async def _site(
    session: AsyncSession,
    within: Province | None,
    kind: SiteKind,
    name: str,
    columns: dict[str, Any],
) -> Site:
    within = within or await province(session)
    site = Site(province_id=within.id, kind=kind, name=name, **columns)
    return await _added(session, site)


async def policy(session: AsyncSession, site: Site, **numbers: Any) -> SitePolicy:
    return await _added(session, SitePolicy(site_id=site.id, **numbers))


async def terminal(session: AsyncSession, prison: Site, **columns: Any) -> Station:
    return await _station(session, prison, StationKind.TERMINAL, columns)


async def kiosk(session: AsyncSession, point: Site, **columns: Any) -> Station:
    return await _station(session, point, StationKind.KIOSK, columns)


async def _station(
    session: AsyncSession, site: Site, kind: StationKind, columns: dict[str, Any]
) -> Station:
    columns = {"name": f"کابین {next(_numbers)}"} | columns
    return await _added(session, Station(site_id=site.id, kind=kind, **columns))


async def prisoner(
    session: AsyncSession, prison: Site, *, name: str = "رضا کریمی", **columns: Any
) -> Prisoner:
    columns = {"number": f"n{next(_numbers)}"} | columns
    return await _added(
        session,
        Prisoner(site_id=prison.id, name=name, name_folded=fold(name), **columns),
    )


async def visitor(
    session: AsyncSession, *, name: str = "زهرا کریمی", **columns: Any
) -> Visitor:
    """A visitor with a phone of its own; `phone=None` for one without."""
    columns = {"phone": f"+98912{next(_numbers):07}"} | columns
    return await _added(session, Visitor(name=name, name_folded=fold(name), **columns))


async def contact(
    session: AsyncSession,
    prisoner: Prisoner,
    visitor: Visitor,
    *,
    relation: Relation = Relation.PARENT,
    state: ContactState = ContactState.APPROVED,
    **columns: Any,
) -> Contact:
    return await _added(
        session,
        Contact(
            prisoner_id=prisoner.id,
            visitor_id=visitor.id,
            relation=relation,
            state=state,
            **({"changed_at": LONG_AGO} | columns),
        ),
    )


async def account(
    session: AsyncSession,
    role: Role,
    *,
    sites: Iterable[Site] = (),
    provinces: Iterable[Province] = (),
    **columns: Any,
) -> Account:
    """An account that reaches the sites and provinces; everything if none is named."""
    sites, provinces = tuple(sites), tuple(provinces)
    number = next(_numbers)
    defaults = {
        "username": f"{role.value}{number}",
        "name": "مریم احمدی",
        "password_hash": "-",
        "phone": f"+98913{number:07}",
        "everywhere": not (sites or provinces),
        "created_at": LONG_AGO,
    }
    row = await _added(session, Account(role=role, **(defaults | columns)))
    for site in sites:
        await _added(session, AccountScope(account_id=row.id, site_id=site.id))
    for reached in provinces:
        await _added(session, AccountScope(account_id=row.id, province_id=reached.id))
    return row


async def template(
    session: AsyncSession,
    prison: Site,
    *,
    weekday: int,
    starts: time = time(8),
    ends: time = time(20),
    slot_minutes: int = 30,
    kinds: Iterable[str] = EVERY_KIND,
    **columns: Any,
) -> SessionTemplate:
    return await _added(
        session,
        SessionTemplate(
            site_id=prison.id,
            weekday=weekday,
            starts=starts,
            ends=ends,
            slot_minutes=slot_minutes,
            kinds=[str(kind) for kind in kinds],
            **({"valid_from": date(2026, 1, 1)} | columns),
        ),
    )


async def open_every_day(
    session: AsyncSession, prison: Site, **columns: Any
) -> list[SessionTemplate]:
    """A template for each day of the week."""
    return [
        await template(session, prison, weekday=weekday, **columns)
        for weekday in range(7)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The least in which a visit can be booked."""

    prison: Site
    terminal: Station
    point: Site
    kiosk: Station
    prisoner: Prisoner
    visitor: Visitor
    contact: Contact
    official: Account
    scheduler: Account


async def world(session: AsyncSession) -> World:
    """A prison open every day from 8 to 20, a point with a kiosk, and people."""
    within = await province(session)
    inside = await prison(session, within)
    outside = await point(session, within)
    await open_every_day(session, inside)
    held = await prisoner(session, inside)
    mother = await visitor(session)
    return World(
        prison=inside,
        terminal=await terminal(session, inside),
        point=outside,
        kiosk=await kiosk(session, outside),
        prisoner=held,
        visitor=mother,
        contact=await contact(session, held, mother),
        official=await account(session, Role.OFFICIAL, provinces=[within]),
        scheduler=await account(session, Role.SCHEDULER, provinces=[within]),
    )
