"""Fills an empty database with the demonstration's places, people and accounts.

Everything goes through the domain's own use cases, so that what is shown could have
been done by hand. The visits are in `config.agenda` and `config.planned`, what is asked
for in `config.asked`, services at points in `config.served`, and the names in
`config.cast`.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import agenda, always, asked, cast, planned, practice, served
from visitation import people, places, visits
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.people import Account, Visitor
from visitation.places import Opening, Policy, Site, Station
from visitation.words import Recorded

#: A visit may be booked minutes before, somebody who tries things books often, and
#: everybody in a call is asked whether it may be recorded.
POLICY = Policy(notice_minutes=0, visits_per_week=4, recorded=Recorded.CONSENT)
_AGE = timedelta(days=30)


async def is_empty(database: Database) -> bool:
    """Whether nothing was seeded yet."""
    async with database.read() as session:
        return (await session.exec(select(Account.id).limit(1))).first() is None


async def is_of_today(database: Database) -> bool:
    """Whether what was seeded has all that the doors need."""
    async with database.read() as session:
        terminal = select(Station.id).where(Station.name == cast.LEGAL_TERMINAL)
        if (await session.exec(terminal)).first() is None:
            return False
        return await practice.graduate(session) is not None


async def fill(
    database: Database, keyring: Keyring, *, password: str, now: datetime
) -> None:
    """Seed places, people, accounts, and visits that were and that will be."""
    password_hash = await asyncio.to_thread(people.hashed, password)
    async with database.write() as session:
        sites = await _sites(session, now - _AGE)
        await _prison(session, sites[cast.PRISON], now - _AGE)
        await _kiosks(session, sites, now - _AGE)
        await _accounts(session, sites[cast.PRISON], password_hash, now - _AGE)
        await _people(session, sites[cast.PRISON], keyring, now - _AGE)
        await practice.fill(session, keyring, now=now)
        await agenda.fill(session, keyring, now=now)
        await planned.fill(session, keyring, now=now)
        await asked.fill(session, keyring, now=now)
        await served.fill(session, keyring, now=now)


async def open_visit(
    database: Database,
    keyring: Keyring,
    *,
    now: datetime,
    which: cast.Open = cast.OPEN_FAMILY,
) -> tuple[str, dict[str, str]]:
    """See that a visit is open now; its reference, and the codes of its visitors."""
    async with database.write() as session:
        visit = await always.open_now(session, keyring, which, now=now)
        codes = {}
        for participant in await visits.participants(session, visit.id):
            code = visits.code_of(participant, keyring=keyring)
            if participant.visitor_id is not None and code is not None:
                visitor = await session.get_one(Visitor, participant.visitor_id)
                codes[visitor.name] = code
        return visit.reference, codes


async def _sites(session: AsyncSession, now: datetime) -> Mapping[str, Site]:
    sites: dict[str, Site] = {}
    for (code, name), there in cast.SITES.items():
        province = await places.add_province(
            session, code=code, name=name, by=SYSTEM, now=now
        )
        for kind, called, phone in there:
            sites[called] = await places.add_site(
                session,
                province_id=province.id,
                kind=kind,
                name=called,
                phone=phone,
                by=SYSTEM,
                now=now,
            )
    return sites


async def _prison(session: AsyncSession, prison: Site, now: datetime) -> None:
    await places.set_policy(
        session, site_id=prison.id, policy=POLICY, by=SYSTEM, now=now
    )
    stations = [
        await places.add_station(session, site=prison, name=name, by=SYSTEM, now=now)
        for name in cast.TERMINALS
    ]
    kept = {cast.OPEN_TERMINAL, cast.LEGAL_TERMINAL}
    for weekday in range(7):
        opening = Opening(
            weekday=weekday,
            starts=cast.OPENS,
            ends=cast.CLOSES,
            slot_minutes=cast.SLOT_MINUTES,
            valid_from=now.date(),
            stations=frozenset(
                station.id for station in stations if station.name not in kept
            ),
        )
        await places.add_template(
            session, site=prison, opening=opening, by=SYSTEM, now=now
        )


async def _kiosks(
    session: AsyncSession, sites: Mapping[str, Site], now: datetime
) -> None:
    for at, names in cast.KIOSKS.items():
        for name in names:
            await places.add_station(
                session, site=sites[at], name=name, by=SYSTEM, now=now
            )


async def _accounts(
    session: AsyncSession, prison: Site, password_hash: str, now: datetime
) -> None:
    for staff in cast.ACCOUNTS:
        await people.add_account(
            session,
            username=staff.username,
            name=staff.name,
            role=staff.role,
            password_hash=password_hash,
            everywhere=staff.everywhere,
            provinces=() if staff.everywhere else (prison.province_id,),
            phone=staff.phone,
            by=SYSTEM,
            now=now,
        )


async def _people(
    session: AsyncSession, prison: Site, keyring: Keyring, now: datetime
) -> None:
    numbers = {}
    for number, name in cast.PRISONERS:
        prisoner = await people.add_prisoner(
            session,
            site_id=prison.id,
            number=number,
            name=name,
            keyring=keyring,
            by=SYSTEM,
            now=now,
        )
        numbers[number] = prisoner.id
        if number == cast.RELEASED:
            await people.release_prisoner(session, prisoner, by=SYSTEM, now=now)
    for guest in cast.VISITORS:
        visitor = await people.add_visitor(
            session,
            name=guest.name,
            phone=guest.phone,
            reads=guest.reads,
            born_on=guest.born_on,
            keyring=keyring,
            by=SYSTEM,
            now=now,
        )
        await people.link(
            session,
            prisoner_id=numbers[guest.of],
            visitor_id=visitor.id,
            relation=guest.relation,
            state=guest.state,
            by=SYSTEM,
            now=now,
        )
