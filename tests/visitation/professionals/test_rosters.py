"""Rosters of graduates: taken in whole, brought up to date, undone in a dry run."""

from collections.abc import Sequence
from datetime import date

import pytest
from sqlmodel import col, select

from tests import make
from tests.conftest import NOON
from tests.make import World
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.imports import Desk, Row, RowOutcome
from visitation.keyring import Keyring
from visitation.people import Scope, Visitor, add_visitor
from visitation.professionals import Licence, rosters
from visitation.professionals.rosters import Taken
from visitation.words import LicenceState

IDS = ("0499370899", "0790419904", "0084575948")


@pytest.fixture
async def world(database: Database) -> World:
    async with database.write() as session:
        return await make.world(session)


def row(n: int, /, **cells: str) -> Row:
    usual = {
        "name": f"نرگس دانش {n}",
        "national_id": IDS[n - 1],
        "phone": f"0912000300{n}",
        "number": f"ک-{n}",
        "until": "1406/01/01",
    }
    return Row(number=n + 1, cells=usual | cells)


async def take(
    database: Database,
    keyring: Keyring,
    world: World,
    rows: Sequence[Row],
    *,
    issuer: str = "دانشگاه اصفهان",
    scope: Scope | None = None,
    dry_run: bool = False,
) -> Taken:
    async with database.write() as session:
        return await rosters.take_in(
            session,
            rows,
            province_id=world.prison.province_id,
            issuer=issuer,
            desk=Desk(
                scope=scope or Scope(everywhere=True),
                keyring=keyring,
                by=SYSTEM,
                now=NOON,
            ),
            dry_run=dry_run,
        )


async def held(database: Database) -> list[tuple[LicenceState, date | None]]:
    async with database.read() as session:
        rows = await session.exec(select(Licence).order_by(col(Licence.id)))
        return [(one.state, one.valid_until) for one in rows.all()]


UNTIL = date(2027, 3, 21)


async def test_graduates_get_a_licence_until_their_day(
    database: Database, keyring: Keyring, world: World
) -> None:
    taken = await take(database, keyring, world, [row(1), row(2)])

    assert [one.outcome for one in taken.lines] == [RowOutcome.CREATED] * 2
    assert await held(database) == [(LicenceState.VERIFIED, UNTIL)] * 2
    async with database.read() as session:
        (first, _second) = (
            await session.exec(
                select(Visitor).where(col(Visitor.national_id_sealed).is_not(None))
            )
        ).all()
    assert first.phone == "+989120003001"


async def test_the_same_roster_again_changes_nothing(
    database: Database, keyring: Keyring, world: World
) -> None:
    await take(database, keyring, world, [row(1)])

    taken = await take(database, keyring, world, [row(1)], issuer="دانشگاه  اصفهان")

    assert [one.outcome for one in taken.lines] == [RowOutcome.UNCHANGED]
    assert taken.ended == 0


async def test_the_next_one_brings_all_up_to_date(
    database: Database, keyring: Keyring, world: World
) -> None:
    await take(database, keyring, world, [row(1), row(2)])

    later = row(1, until="1406/02/01")
    taken = await take(database, keyring, world, [later, row(3)])

    assert [one.outcome for one in taken.lines] == [
        RowOutcome.CHANGED,
        RowOutcome.CREATED,
    ]
    assert taken.ended == 1
    assert await held(database) == [
        (LicenceState.VERIFIED, date(2027, 4, 21)),
        (LicenceState.ENDED, UNTIL),
        (LicenceState.VERIFIED, UNTIL),
    ]


async def test_a_dry_run_says_the_same_and_leaves_nothing(
    database: Database, keyring: Keyring, world: World
) -> None:
    await take(database, keyring, world, [row(1)])

    taken = await take(database, keyring, world, [row(2)], dry_run=True)

    assert ([one.outcome for one in taken.lines], taken.ended) == (
        [RowOutcome.CREATED],
        1,
    )
    assert await held(database) == [(LicenceState.VERIFIED, UNTIL)]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"national_id": "1234567890"}, ("national_id", "wrong_national_id")),
        ({"national_id": ""}, ("national_id", "cell_missing")),
        ({"number": ""}, ("number", "cell_missing")),
        ({"until": "1390/01/01"}, ("until", "licence_day_over")),
        ({"until": "1420/01/01"}, ("until", "licence_too_long")),
        ({"until": "فردا"}, ("until", "cell_no_day")),
        ({"phone": "021-8877"}, ("phone", "roster_no_mobile")),
        ({"name": ""}, ("name", "cell_missing")),
    ],
)
async def test_a_bad_row_is_refused_and_the_others_go_in(
    database: Database,
    keyring: Keyring,
    world: World,
    cells: dict[str, str],
    why: tuple[str, str],
) -> None:
    taken = await take(database, keyring, world, [row(1, **cells), row(2)])

    bad, good = taken.lines
    assert (bad.field, *bad.reasons) == why
    assert good.outcome is RowOutcome.CREATED


async def test_who_has_a_bad_row_keeps_what_they_have(
    database: Database, keyring: Keyring, world: World
) -> None:
    await take(database, keyring, world, [row(1), row(2)])

    taken = await take(database, keyring, world, [row(1, until="x"), row(2)])

    assert (taken.ended, taken.spared) == (0, False)


async def test_a_row_that_may_be_anybodys_spares_everybody(
    database: Database, keyring: Keyring, world: World
) -> None:
    await take(database, keyring, world, [row(1), row(2)])

    bad = row(3, national_id="1", number="?")
    taken = await take(database, keyring, world, [row(1), bad])

    assert (taken.ended, taken.spared) == (0, True)


async def test_nobodys_phone_is_changed(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        known = await add_visitor(
            session,
            name="نرگس دانش ۱",
            phone="+989129999999",
            national_id=IDS[0],
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
        )

    (line,) = (await take(database, keyring, world, [row(1)])).lines

    assert (line.outcome, line.reasons) == (
        RowOutcome.CREATED,
        ("roster_other_phone",),
    )
    async with database.read() as session:
        kept = await session.get_one(Visitor, known.id)
    assert kept.phone == "+989129999999"


async def test_another_name_or_number_is_another_person(
    database: Database, keyring: Keyring, world: World
) -> None:
    await take(database, keyring, world, [row(1)])

    other_name = row(1, name="کس دیگر")
    other_person = row(2, number="ک-1")
    taken = await take(database, keyring, world, [other_name, other_person])

    assert [one.reasons for one in taken.lines] == [
        ("roster_other_name",),
        ("import_repeated",),
    ]
    alone = await take(database, keyring, world, [other_person])
    assert alone.lines[0].reasons == ("licence_taken",)


async def test_who_is_on_another_roster_stays_there(
    database: Database, keyring: Keyring, world: World
) -> None:
    await take(database, keyring, world, [row(1)])

    taken = await take(database, keyring, world, [row(1)], issuer="کانون وکلا")

    assert taken.lines[0].reasons == ("roster_of_another",)


async def test_a_roster_that_leaves_most_out_is_a_wrong_file(
    database: Database, keyring: Keyring, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rosters, "_FEW", 1)
    await take(database, keyring, world, [row(1), row(2)])

    with pytest.raises(Invalid, match="roster_leaves_most_out"):
        await take(database, keyring, world, [row(3)])
    assert await held(database) == [(LicenceState.VERIFIED, UNTIL)] * 2


async def test_what_is_no_roster_is_refused(
    database: Database, keyring: Keyring, world: World
) -> None:
    with pytest.raises(Invalid, match="roster_empty"):
        await take(database, keyring, world, [])
    with pytest.raises(Invalid, match="issuer_needed"):
        await take(database, keyring, world, [row(1)], issuer=" ")
    with pytest.raises(NotFound):
        await take(database, keyring, world, [row(1)], scope=Scope())
