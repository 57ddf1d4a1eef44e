"""The demonstration's open visits: there for whoever opens a door, and made anew."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import agenda, always, cast, practice, seed
from config.cast import OPEN_FAMILY, OPEN_LEGAL, Open
from scheduler import assisting
from visitation import calls, professionals, visits
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import ParticipantState, VisitState
from visitation.people import Visitor
from visitation.places import Station
from visitation.timespan import Timespan, floor_quantum
from visitation.visits import Visit
from visitation.words import LicenceState, Outcome, Part, VisitKind

NOW = datetime(2026, 11, 23, 8, 33, tzinfo=UTC)
BOTH = pytest.mark.parametrize("which", [OPEN_FAMILY, OPEN_LEGAL])


async def seeded(database: Database, keyring: Keyring, now: datetime = NOW) -> None:
    await seed.fill(database, keyring, password="a long password", now=now)


async def open_at(
    database: Database, keyring: Keyring, which: Open, now: datetime
) -> Visit:
    async with database.write() as session:
        return await always.open_now(session, keyring, which, now=now)


@pytest.mark.parametrize("hour", [1, 12, 19, 23])
async def test_both_are_open_at_any_hour(
    sqlite: Database, keyring: Keyring, hour: int
) -> None:
    now = NOW.replace(hour=hour)
    await seeded(sqlite, keyring, now)
    family = await open_at(sqlite, keyring, OPEN_FAMILY, now)
    legal = await open_at(sqlite, keyring, OPEN_LEGAL, now)
    assert (family.state, legal.state) == (VisitState.LIVE, VisitState.LIVE)
    assert (family.kind, legal.kind) == (VisitKind.FAMILY, VisitKind.LEGAL)


async def test_the_lawyer_and_the_client_are_alone_and_identified(
    database: Database, keyring: Keyring
) -> None:
    await seeded(database, keyring)
    opened = await open_at(database, keyring, OPEN_LEGAL, NOW)
    async with database.read() as session:
        there = await visits.participants(session, opened.id)
        terminal = await session.get_one(Station, opened.terminal_id)
        (lawyer_id,) = (one.visitor_id for one in there if one.part is Part.VISITOR)
        lawyer = await session.get_one(Visitor, lawyer_id)
        acts_for = await professionals.clients_of(session, [lawyer.id])
    assert [(one.part, one.state) for one in there] == [
        (Part.PRISONER, ParticipantState.IDENTIFIED),
        (Part.VISITOR, ParticipantState.IDENTIFIED),
    ]
    assert (terminal.name, lawyer.name) == (cast.LEGAL_TERMINAL, cast.LAWYER)
    assert opened.prisoner_id in {
        one.prisoner.id for one in acts_for if one.is_in_force(NOW)
    }


async def test_the_graduate_may_help_people(
    database: Database, keyring: Keyring
) -> None:
    await seeded(database, keyring)
    async with database.read() as session:
        graduate = await practice.graduate(session)
        licence = await assisting.may_assist(session, [graduate or 0], now=NOW)
        visitor = await session.get_one(Visitor, graduate)
    assert visitor.name == cast.GRADUATES[0].name
    assert licence is not None
    assert licence.state is LicenceState.VERIFIED


@BOTH
async def test_it_is_kept_then_extended_then_made_anew(
    sqlite: Database, keyring: Keyring, which: Open
) -> None:
    await seeded(sqlite, keyring)
    first = await open_at(sqlite, keyring, which, NOW)
    kept = await open_at(sqlite, keyring, which, NOW + timedelta(minutes=10))
    extended = await open_at(sqlite, keyring, which, NOW + timedelta(minutes=50))
    anew = await open_at(
        sqlite, keyring, which, extended.ends_at + timedelta(minutes=1)
    )
    assert kept == first
    assert extended.reference == first.reference
    assert extended.ends_at == first.ends_at + timedelta(hours=1)
    assert anew.reference != first.reference
    assert anew.state is VisitState.LIVE


@BOTH
async def test_one_that_somebody_ended_is_followed_by_another_at_once(
    sqlite: Database, keyring: Keyring, which: Open
) -> None:
    await seeded(sqlite, keyring)
    first = await open_at(sqlite, keyring, which, NOW)
    later = NOW + timedelta(minutes=2)
    async with sqlite.write() as session:
        visit = await visits.by_reference(session, first.reference)
        await calls.finish(
            session, visit, outcome=Outcome.ENDED_BY_STAFF, by=SYSTEM, now=later
        )
    anew = await open_at(sqlite, keyring, which, later)
    assert anew.reference != first.reference
    assert anew.state is VisitState.LIVE
    assert anew.starts_at <= later + timedelta(minutes=30)


@pytest.mark.parametrize("minutes", [-30, -25, -5, 5, 30, 45])
async def test_what_its_people_booked_by_themselves_does_not_keep_it_shut(
    sqlite: Database, keyring: Keyring, minutes: int
) -> None:
    await seeded(sqlite, keyring)
    starts = floor_quantum(NOW) + timedelta(hours=3)
    async with sqlite.write() as session:
        await agenda.book_at(
            session,
            await agenda.scene_of(session),
            keyring,
            OPEN_LEGAL.prisoner,
            terminal_id=await _terminal(session),
            span=Timespan(starts, starts + timedelta(minutes=30)),
            kind=VisitKind.LEGAL,
            override_reason="their own",
            now=NOW,
        )
    now = starts + timedelta(minutes=minutes)
    opened = await open_at(sqlite, keyring, OPEN_LEGAL, now)
    kept = await open_at(sqlite, keyring, OPEN_LEGAL, now)
    assert opened.state is VisitState.LIVE
    assert kept.reference == opened.reference


async def _terminal(session: AsyncSession) -> int:
    rows = await session.exec(
        select(Station.id).where(Station.name == cast.TERMINALS[0])
    )
    return rows.one()


async def test_what_an_older_demonstration_seeded_is_known(
    sqlite: Database, keyring: Keyring
) -> None:
    await seeded(sqlite, keyring)
    assert await seed.is_of_today(sqlite)
    async with sqlite.write() as session:
        terminal = await session.get_one(Station, (await _legal(session)))
        terminal.name = "کابین شش"
        session.add(terminal)
    assert not await seed.is_of_today(sqlite)


async def _legal(session: AsyncSession) -> int:
    rows = await session.exec(
        select(Station.id).where(Station.name == cast.LEGAL_TERMINAL)
    )
    return rows.one()
