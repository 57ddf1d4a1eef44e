"""Newcomers of a batch go in together, and still each stands or falls by itself."""

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


async def test_who_was_added_by_others_meanwhile_is_refused_alone(
    database: Database,
) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
    desk = Desk(scope=EVERYWHERE, keyring=seeded_keyring(), by=SYSTEM, now=NOON)
    sheet = file(HEAD, *(f"{prison.id},{n},علی {n}," for n in (12, 13, 14)))
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
