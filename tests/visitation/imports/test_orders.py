"""Appointments and restrictions from a prison's own system."""

from datetime import UTC, datetime

import pytest
from sqlmodel import col, select

from tests import make
from tests.make import World
from tests.visitation.imports.bringing import (
    CHANGED,
    CREATED,
    REFUSED,
    UNCHANGED,
    bring,
    told,
)
from visitation.database import Database
from visitation.imports import Kind
from visitation.people import Appointment, Bar, Visitor

WHEN = "prison,number,kind,day,starts,ends,external_id,cancelled"
ORDER = "prison,number,visitor_national_id,from_day,to_day,order_number,judge,lifted"
ID = "0013542419"


@pytest.fixture
async def world(database: Database) -> World:
    async with database.write() as session:
        return await make.world(session)


async def appointments(database: Database) -> list[tuple[str, datetime, bool]]:
    async with database.read() as session:
        rows = await session.exec(select(Appointment).order_by(col(Appointment.id)))
        return [
            (one.kind.value, one.starts_at, one.cancelled_at is not None)
            for one in rows
        ]


async def test_appointments_go_in_move_and_are_cancelled(
    database: Database, world: World
) -> None:
    who = f"{world.prison.id},{world.prisoner.number}"
    named = f"{who},دادگاه,1405/09/10,۹:۳۰,11:00,D-1"

    first = await bring(
        database,
        Kind.APPOINTMENTS,
        WHEN,
        f"{named},",
        f"{who},medical,2026-12-02,08:00,24:00,,",
    )
    again = await bring(database, Kind.APPOINTMENTS, WHEN, f"{named},")
    moved = await bring(
        database, Kind.APPOINTMENTS, WHEN, f"{who},court,1405/09/11,9:30,11:00,D-1,"
    )
    off = await bring(
        database, Kind.APPOINTMENTS, WHEN, f"{who},court,1405/09/11,9:30,11:00,D-1,بله"
    )

    assert told(first) == [(CREATED, ""), (CREATED, "")]
    assert told((*again, *moved, *off)) == [
        (UNCHANGED, ""),
        (CHANGED, ""),
        (CHANGED, ""),
    ]
    assert await appointments(database) == [
        ("court", datetime(2026, 12, 2, 6, tzinfo=UTC), True),
        ("medical", datetime(2026, 12, 2, 4, 30, tzinfo=UTC), False),
    ]


async def test_one_without_a_name_gets_another_end_once(
    database: Database, world: World
) -> None:
    who = f"{world.prison.id},{world.prisoner.number}"
    await bring(database, Kind.APPOINTMENTS, WHEN, f"{who},court,1405/09/10,9,10,,")
    longer = f"{who},court,1405/09/10,9,11,,"

    first = await bring(database, Kind.APPOINTMENTS, WHEN, longer)
    again = await bring(database, Kind.APPOINTMENTS, WHEN, longer)

    assert told((*first, *again)) == [(CHANGED, ""), (UNCHANGED, "")]


async def test_wrong_appointments_are_refused_row_by_row(
    database: Database, world: World
) -> None:
    who = f"{world.prison.id},{world.prisoner.number}"

    lines = await bring(
        database,
        Kind.APPOINTMENTS,
        WHEN,
        f"{who},wedding,1405/09/10,9,10,,",
        f"{who},court,1405/09/10,10,9,,",
        f"{who},court,1405/09/10,25:00,26:00,,",
        f"{who},court,1404/09/10,9,10,,",
        f"{who},court,1405/09/12,9,10,,perhaps",
        f"{world.prison.id},none,court,1405/09/10,9,10,,",
    )

    assert told(lines) == [
        (REFUSED, "kind", "cell_no_choice"),
        (REFUSED, "ends", "ends_before_start"),
        (REFUSED, "starts", "cell_no_time"),
        (REFUSED, "ends", "already_over"),
        (REFUSED, "cancelled", "cell_no_yes"),
        (REFUSED, "number", "import_unknown_prisoner"),
    ]


async def test_orders_for_one_visitor_and_for_all(
    database: Database, world: World
) -> None:
    from tests.fakes import seeded_keyring
    from visitation.people.identity import fingerprint_of

    async with database.write() as session:
        mother = await session.get_one(Visitor, world.visitor.id)
        mother.national_id_fingerprint = fingerprint_of(ID, keyring=seeded_keyring())
        session.add(mother)
    who = f"{world.prison.id},{world.prisoner.number}"
    one = f"{who},{ID},1405/09/01,1405/10/01,۱۲/الف,قاضی نخست,"
    everybody = f"{who},,1405/09/01,,13,قاضی نخست,"

    first = await bring(database, Kind.RESTRICTIONS, ORDER, one, everybody)
    again = await bring(database, Kind.RESTRICTIONS, ORDER, one, everybody)
    lifted = await bring(database, Kind.RESTRICTIONS, ORDER, f"{everybody}yes")
    later = await bring(database, Kind.RESTRICTIONS, ORDER, everybody)
    stranger = await bring(
        database, Kind.RESTRICTIONS, ORDER, one.replace(ID, "0499370899")
    )

    assert told((*first, *again)) == [(CREATED, "")] * 2 + [(UNCHANGED, "")] * 2
    assert told((*lifted, *later)) == [(CHANGED, ""), (UNCHANGED, "")]
    assert told(stranger) == [(REFUSED, "visitor_national_id", "import_no_contact")]
    async with database.read() as session:
        bars = (await session.exec(select(Bar).order_by(col(Bar.id)))).all()
    assert [(bar.visitor_id, bar.ends_at, bar.lifted_at is None) for bar in bars] == [
        (world.visitor.id, datetime(2026, 12, 22, 20, 30, tzinfo=UTC), True),
        (None, None, False),
    ]
