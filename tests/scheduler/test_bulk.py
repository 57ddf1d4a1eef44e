"""Visits from a file."""

import io

import pytest
from sqlmodel import select

from scheduler import bulk
from tests import make
from tests.conftest import NOON
from tests.fakes import seeded_keyring
from tests.make import World
from visitation import imports
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.imports import Desk, Doubles, Kind, Line, RowOutcome
from visitation.messages.tables import Message
from visitation.people import Scope, Visitor
from visitation.people.identity import fingerprint_of
from visitation.visits import Visit

HEAD = "prison,number,visitors,day,time,terminal,kiosk,key"
ID = "0013542419"
CREATED, UNCHANGED = RowOutcome.CREATED, RowOutcome.UNCHANGED
REFUSED = RowOutcome.REFUSED


@pytest.fixture
async def world(database: Database) -> World:
    async with database.write() as session:
        made = await make.world(session)
        mother = await session.get_one(Visitor, made.visitor.id)
        mother.national_id_fingerprint = fingerprint_of(ID, keyring=seeded_keyring())
        session.add(mother)
        return made


async def bring(
    database: Database, *lines: str, dry_run: bool = False, scope: Scope | None = None
) -> tuple[Line, ...]:
    rows = list(imports.rows_of(io.BytesIO("\n".join(lines).encode()), Kind.VISITS))
    desk = Desk(
        scope=scope or Scope(everywhere=True),
        keyring=seeded_keyring(),
        by=SYSTEM,
        now=NOON,
    )
    async with database.write() as session:
        return await bulk.book_each(
            session, rows, desk=desk, doubles=Doubles(Kind.VISITS), dry_run=dry_run
        )


def told(lines: tuple[Line, ...]) -> list[tuple[str, ...]]:
    return [(line.outcome, line.field, *line.reasons) for line in lines]


async def count(database: Database) -> tuple[int, int]:
    async with database.read() as session:
        visits = (await session.exec(select(Visit))).all()
        messages = (await session.exec(select(Message))).all()
        return len(visits), len(messages)


async def test_a_file_of_visits_is_booked_once(
    database: Database, world: World
) -> None:
    who = f"{world.prison.id},{world.prisoner.number}"
    file = (
        HEAD,
        f"{who},۰۰۱۳۵۴۲۴۱۹,1405/09/05,10:00,,{world.kiosk.id},A-1",
        f"{who},زهرا كريمي,2026-11-29,۱۱:۰۰,{world.terminal.name},,",
    )

    first = await bring(database, *file)
    booked = await count(database)
    again = await bring(database, *file)

    assert told(first) == [(CREATED, ""), (CREATED, "")]
    assert told(again) == [(UNCHANGED, ""), (UNCHANGED, "")]
    assert booked[0] == 2
    assert await count(database) == booked


async def test_a_dry_run_books_nothing_and_tells_nobody(
    database: Database, world: World
) -> None:
    row = f"{world.prison.id},{world.prisoner.number},{ID},1405/09/05,10:00,,,"

    tried = await bring(database, HEAD, row, dry_run=True)

    assert told(tried) == [(CREATED, "")]
    assert await count(database) == (0, 0)


async def test_each_refusal_has_its_row_and_reason(
    database: Database, world: World
) -> None:
    who = f"{world.prison.id},{world.prisoner.number}"

    lines = await bring(
        database,
        HEAD,
        f"{who},{ID},1405/09/05,10:07,,,",
        f"{who},0013542418,1405/09/05,10:30,,,",
        f"{who},0499370899,1405/09/05,11:00,,,",
        f"{who},{ID},1405/09/05,11:30,هیچ,,",
        f"{who},{ID},1405/09/05,12:00,,هیچ,",
        f"{who},{ID},1405/09/05,12:30,,,B-1",
        f"{who},{ID},1405/09/06,12:30,,,B-1",
        f"{who},{ID},1404/09/05,12:30,,,",
    )

    assert told(lines)[:7] == [
        (REFUSED, "time", "not_a_slot"),
        (REFUSED, "visitors", "wrong_national_id"),
        (REFUSED, "visitors", "import_no_contact"),
        (REFUSED, "terminal", "import_unknown_terminal"),
        (REFUSED, "kiosk", "import_unknown_kiosk"),
        (CREATED, ""),
        (REFUSED, "key", "import_key_used"),
    ]
    assert lines[7].outcome is REFUSED
    assert await count(database) == (1, 1)


async def test_any_terminal_is_the_first_that_is_free(
    database: Database, world: World
) -> None:
    async with database.write() as session:
        await make.terminal(session, world.prison)
        other = await make.prisoner(session, world.prison)
        father = await make.visitor(session, name="حسن")
        await make.contact(session, other, father)
        third = await make.prisoner(session, world.prison)
        sister = await make.visitor(session, name="مینا")
        await make.contact(session, third, sister)
    prison = world.prison.id

    lines = await bring(
        database,
        HEAD,
        f"{prison},{world.prisoner.number},{ID},1405/09/05,10:00,,,",
        f"{prison},{other.number},حسن,1405/09/05,10:00,,,",
        f"{prison},{third.number},مینا,1405/09/05,10:00,,,",
    )

    assert told(lines) == [
        (CREATED, ""),
        (CREATED, ""),
        (REFUSED, "", "terminal_taken"),
    ]


async def test_another_province_does_not_exist(
    database: Database, world: World
) -> None:
    row = f"{world.prison.id},{world.prisoner.number},{ID},1405/09/05,10:00,,,"

    lines = await bring(database, HEAD, row, scope=Scope(provinces=frozenset({999})))

    assert told(lines) == [(REFUSED, "prison", "import_unknown_prison")]
