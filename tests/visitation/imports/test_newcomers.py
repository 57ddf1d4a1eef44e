"""Newcomers of a batch go in together, and still each stands or falls by itself."""

from datetime import date

from sqlmodel import select

from tests import make
from tests.conftest import NOON
from tests.fakes import seeded_keyring
from tests.scheduler.queries import counted
from tests.visitation.imports.bringing import (
    CHANGED,
    CREATED,
    EVERYWHERE,
    REFUSED,
    UNCHANGED,
    bring,
    file,
    prisoners,
    told,
)
from visitation import imports
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.imports import Desk, Doubles, Kind
from visitation.imports import prisoners as rows_of_prisoners
from visitation.imports.around import around
from visitation.imports.taking import take_each
from visitation.people import Prisoner

HEAD = "prison,number,name,national_id"


async def test_many_newcomers_take_no_more_statements_than_two(
    database: Database,
) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
    sent = []
    for first, last in ((0, 2), (100, 140)):
        rows = [f"{prison.id},{n},علی {n}," for n in range(first, last)]
        with counted(database) as statements:
            await bring(database, Kind.PRISONERS, HEAD, *rows)
        sent.append(len(statements))
    assert sent[0] == sent[1]


async def test_a_later_row_may_correct_a_newcomer_of_the_same_batch(
    database: Database,
) -> None:
    async with database.write() as session:
        prison = await make.prison(session, name="زندان مرکزی")
    lines = await bring(
        database,
        Kind.PRISONERS,
        HEAD,
        f"{prison.id},12,علی کریمی,",
        "زندان مرکزي,12,علی کریمی نژاد,",
        f"{prison.id},13,علی کریمی نژاد,",
    )
    assert told(lines) == [
        (CREATED, ""),
        (CHANGED, ""),
        (CREATED, "", "import_namesake"),
    ]
    assert await prisoners(database) == [
        (prison.id, "12", "علی کریمی نژاد"),
        (prison.id, "13", "علی کریمی نژاد"),
    ]


async def test_a_ward_is_learned_and_corrected_and_kept_where_a_row_has_none(
    database: Database,
) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
    row = f"{prison.id},12,علی کریمی,"
    sent = [
        await bring(database, Kind.PRISONERS, f"{HEAD},بند", f"{row},{ward}")
        for ward in ("جوانان", "", "۳", "۳" * 41)
    ]

    assert [told(lines) for lines in sent] == [
        [(CREATED, "")],
        [(UNCHANGED, "")],
        [(CHANGED, "")],
        [(REFUSED, "ward", "cell_too_long")],
    ]
    async with database.read() as session:
        assert (await session.exec(select(Prisoner.ward))).all() == ["۳"]


async def test_the_last_visit_before_is_learned_in_either_calendar(
    database: Database,
) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
    row = f"{prison.id},12,علی کریمی,"
    sent = [
        await bring(database, Kind.PRISONERS, f"{HEAD},آخرین ملاقات", f"{row},{day}")
        for day in ("۱۴۰۵/۰۵/۱۰", "2026-08-01", "", "2026-07-31", "پارسال")
    ]
    # Noon of the 23rd: the next day is still to come.
    to_come = await bring(
        database,
        Kind.PRISONERS,
        f"{HEAD},visited_on",
        f"{prison.id},13,رضا کریمی,,1405/09/02",
        f"{prison.id},14,حسن کریمی,,1405/09/03",
    )

    assert [told(lines) for lines in sent] == [
        [(CREATED, "")],
        [(UNCHANGED, "")],
        [(UNCHANGED, "")],
        [(CHANGED, "")],
        [(REFUSED, "visited_on", "cell_no_day")],
    ]
    assert told(to_come) == [
        (CREATED, ""),
        (REFUSED, "visited_on", "visited_to_come"),
    ]
    assert [line.row for line in to_come] == [2, 3]
    async with database.read() as session:
        known = (await session.exec(select(Prisoner.visited_on))).all()
    assert known == [date(2026, 7, 31), date(2026, 11, 23)]


async def test_who_was_added_by_others_meanwhile_is_refused_alone(
    database: Database,
) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
    desk = Desk(scope=EVERYWHERE, keyring=seeded_keyring(), by=SYSTEM, now=NOON)
    known = "جوانان,2026-08-01"
    rest = (f"{prison.id},{n},علی {n},,{known}" for n in (12, 13, 14))
    sheet = file(f"{HEAD},ward,visited_on", *rest)
    rows = list(imports.rows_of(sheet, Kind.PRISONERS))
    async with database.read() as session:
        before = await around(session, rows, desk)
    async with database.write() as session:
        await make.prisoner(session, prison, number="13", name="رضا")
    async with database.write() as session:
        lines = await take_each(
            session,
            rows,
            before,
            rows_of_prisoners.decide,
            doubles=Doubles(Kind.PRISONERS),
            dry_run=False,
        )
    assert told(lines) == [
        (CREATED, ""),
        (REFUSED, "number", "prisoner_known"),
        (CREATED, ""),
    ]
    assert [number for _site, number, _name in await prisoners(database)] == [
        "13",
        "12",
        "14",
    ]
    async with database.read() as session:
        kept = await session.exec(
            select(Prisoner.ward, Prisoner.visited_on).where(Prisoner.number != "13")
        )
        assert kept.all() == [("جوانان", date(2026, 8, 1))] * 2
