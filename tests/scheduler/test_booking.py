"""Booking, moving and cancelling: the whole thing, or a refusal with every reason."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking
from scheduler.booking import Refused
from scheduler.proposals import Refusal
from tests import make
from tests.conftest import NOON
from tests.make import World
from visitation import messages, visits
from visitation.audit import Actor
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import (
    VisitState,
)
from visitation.timespan import Timespan
from visitation.visits import Claim, Visit
from visitation.wording import Template
from visitation.words import (
    Attendance,
    Part,
    Relation,
    Role,
    VisitKind,
)

BY = Actor(key="account:1", role=Role.SCHEDULER)
#: Tomorrow at 10:00 in Tehran: a slot of the world's templates.
TEN = NOON + timedelta(hours=22)
LENGTH = timedelta(minutes=25)


def at(start: datetime) -> Timespan:
    return Timespan(start, start + LENGTH)


def wish(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "prison_id": world.prison.id,
        "terminal_id": world.terminal.id,
        "span": at(TEN),
        "kind": VisitKind.FAMILY,
        "prisoner_id": world.prisoner.id,
        "visitor_ids": [world.visitor.id],
        "kiosk_id": world.kiosk.id,
    } | changes


async def book(
    session: AsyncSession, world: World, keyring: Keyring, **changes: Any
) -> Visit:
    now = changes.pop("now", NOON)
    return await booking.book(
        session, keyring=keyring, by=BY, now=now, **wish(world, **changes)
    )


async def refused(
    session: AsyncSession, world: World, keyring: Keyring, **changes: Any
) -> tuple[Refusal, ...]:
    with pytest.raises(Refused) as refusal:
        await book(session, world, keyring, **changes)
    return refusal.value.reasons


async def claims(session: AsyncSession) -> dict[str, int]:
    """How many quanta of each resource are claimed."""
    rows = (await session.exec(select(Claim))).all()
    names = sorted(row.resource for row in rows)
    return {name: names.count(name) for name in dict.fromkeys(names)}


async def somebody_else(
    session: AsyncSession, world: World, keyring: Keyring, start: datetime
) -> None:
    """Another family has the prison's only terminal at a time."""
    other = await make.prisoner(session, world.prison)
    friend = await make.visitor(session)
    await make.contact(session, other, friend)
    elsewhere = {"prisoner_id": other.id, "visitor_ids": [friend.id], "kiosk_id": None}
    await book(session, world, keyring, span=at(start), **elsewhere)


async def test_a_booked_visit_has_people_codes_claims_messages_and_a_history(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(
            session,
            world,
            keyring,
            official_id=world.official.id,
            note=" به همراه کودک ",
        )
    async with database.read() as session:
        stored = await visits.by_reference(session, visit.reference)
        assert stored.model_dump() == {
            "id": visit.id,
            "reference": visit.reference,
            "kind": VisitKind.FAMILY,
            "state": VisitState.BOOKED,
            "starts_at": TEN,
            "ends_at": TEN + LENGTH,
            "booked_end_at": TEN + LENGTH,
            "prison_id": world.prison.id,
            "terminal_id": world.terminal.id,
            "point_id": world.point.id,
            "kiosk_id": world.kiosk.id,
            "prisoner_id": world.prisoner.id,
            "official_id": world.official.id,
            "attendance": Attendance.DESK,
            "official_wanted": False,
            "cover_id": None,
            "series_id": None,
            "import_key": None,
            "booked_by_id": None,
            "note": "به همراه کودک",
            "hold_until": None,
            "version": 1,
            "outcome": None,
            "outcome_reason": "",
            "minutes_given_back": 0,
            "started_at": None,
            "ended_at": None,
            "created_at": NOON,
            "changed_at": NOON,
        }
        people = await visits.participants(session, visit.id)
        assert [(p.part, p.visitor_id, p.account_id) for p in people] == [
            (Part.PRISONER, None, None),
            (Part.VISITOR, world.visitor.id, None),
            (Part.OFFICIAL, None, world.official.id),
        ]
        codes = [visits.code_of(p, keyring=keyring) for p in people]
        assert [code and len(code) for code in codes] == [None, 6, None]
        assert await claims(session) == {
            f"kiosk:{world.kiosk.id}": 6,
            f"official:{world.official.id}": 5,
            f"prisoner:{world.prisoner.id}": 5,
            f"terminal:{world.terminal.id}": 6,
            f"visitor:{world.visitor.id}": 5,
        }
        told = await messages.of_visit(session, visit_id=visit.id)
        assert [(m.template, m.phone, m.dedup_key, m.expires_at) for m in told] == [
            (
                Template.BOOKED,
                world.visitor.phone,
                f"visit:{visit.id}:v1:visit_booked:{people[1].id}",
                TEN,
            ),
            (
                Template.OFFICIAL_BOOKED,
                world.official.phone,
                f"visit:{visit.id}:v1:official_booked:{people[2].id}",
                TEN,
            ),
        ]
        assert [m.variables for m in told] == [
            {"day": "سه‌شنبه ۳ آذر", "time": "۱۰:۰۰", "place": "دفتر سیار شماره ۲"},
            {"day": "سه‌شنبه ۳ آذر", "time": "۱۰:۰۰", "place": "از محل کار"},
        ]
        entries = await session.exec(select(AuditEntry.action).order_by(AuditEntry.id))
        assert entries.all() == ["visit_hold", "visit_confirm"]


async def test_the_same_slot_is_refused_with_every_reason_and_the_next_free_slots(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await book(session, world, keyring, official_id=world.official.id)
        with pytest.raises(Refused) as refusal:
            await book(session, world, keyring, official_id=world.official.id)
    assert refusal.value.reasons == (
        Refusal.TERMINAL_TAKEN,
        Refusal.KIOSK_TAKEN,
        Refusal.PRISONER_BUSY,
        Refusal.VISITOR_BUSY,
        Refusal.OFFICIAL_BUSY,
    )
    half = timedelta(minutes=30)
    assert [slot.span for slot in refusal.value.next_free] == [
        at(TEN + half * n) for n in range(1, 6)
    ]
    async with database.read() as session:
        assert len((await session.exec(select(Visit))).all()) == 1


async def test_a_seat_needs_its_turnover_and_a_person_does_not(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await book(session, world, keyring)
        reasons = await refused(
            session, world, keyring, span=at(TEN + LENGTH), override_reason="پزشکی"
        )
    assert reasons == (
        Refusal.NOT_A_SLOT,
        Refusal.TERMINAL_TAKEN,
        Refusal.KIOSK_TAKEN,
    )


async def test_a_stated_reason_overrides_what_is_not_hard_and_is_kept(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        soon = at(NOON + timedelta(minutes=10))
        assert await refused(session, world, keyring, span=soon) == (
            Refusal.TOO_SOON,
            Refusal.NOT_A_SLOT,
        )
        visit = await book(
            session, world, keyring, span=soon, override_reason="بیماری مادر"
        )
        assert visit.note == "بیماری مادر"
        entry = (await session.exec(select(AuditEntry).limit(1))).one()
        assert entry.facts["overridden"] == ["too_soon", "not_a_slot"]


async def test_the_week_of_the_limit_begins_on_saturday(
    database: Database, keyring: Keyring
) -> None:
    # NOON is a Monday: Thursday and Friday end its week, Saturday begins the next.
    thursday, friday, saturday = (TEN + timedelta(days=n) for n in (2, 3, 4))
    async with database.write() as session:
        world = await make.world(session)
        for start in (TEN, thursday):
            await book(session, world, keyring, span=at(start))
        reasons = await refused(session, world, keyring, span=at(friday))
        assert reasons == (Refusal.WEEKLY_LIMIT,)
        await book(session, world, keyring, span=at(saturday))


async def test_a_legal_visit_is_for_lawyers_and_is_not_counted(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, visits_per_week=1)
        await book(session, world, keyring)
        later = {"span": at(TEN + timedelta(hours=1)), "kind": VisitKind.LEGAL}
        reasons = await refused(
            session, world, keyring, official_id=world.official.id, **later
        )
        assert reasons == (Refusal.NOT_A_LAWYER, Refusal.OFFICIAL_NOT_ADMITTED)
        lawyer = await make.visitor(session, name="وکیل")
        await make.contact(session, world.prisoner, lawyer, relation=Relation.LAWYER)
        await book(session, world, keyring, visitor_ids=[lawyer.id], **later)


async def test_an_official_in_the_village_is_a_companion(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(
            session,
            world,
            keyring,
            kind=VisitKind.OFFICIAL,
            visitor_ids=[],
            official_id=world.official.id,
            attendance=Attendance.VILLAGE,
        )
        people = await visits.participants(session, visit.id)
        assert [p.part for p in people] == [Part.PRISONER, Part.COMPANION]
        told = await messages.of_visit(session, visit_id=visit.id)
        assert [m.variables["place"] for m in told] == [world.point.name]


async def test_somebody_without_a_phone_is_left_to_the_clerk(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        world.visitor.phone = None
        visit = await book(session, world, keyring)
        assert await messages.of_visit(session, visit_id=visit.id) == []


async def test_a_held_slot_is_taken_and_nobody_is_told(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await booking.hold(
            session, keyring=keyring, by=BY, now=NOON, **wish(world)
        )
        assert visit.hold_until == NOON + timedelta(minutes=10)
        assert await messages.of_visit(session, visit_id=visit.id) == []
        assert Refusal.TERMINAL_TAKEN in await refused(session, world, keyring)
        await booking.confirm(session, visit, keyring=keyring, by=BY, now=NOON)
        told = await messages.of_visit(session, visit_id=visit.id)
        assert [m.template for m in told] == [Template.BOOKED]
