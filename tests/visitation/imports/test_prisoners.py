"""Prisoners, transfers and releases from a prison's own system."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from tests.visitation.imports.bringing import (
    CHANGED,
    CREATED,
    REFUSED,
    UNCHANGED,
    bring,
    prisoners,
    told,
)
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.imports import Kind
from visitation.people import Prisoner, Scope
from visitation.places import Site

HEAD = "prison,number,name,national_id"
ID, OTHER_ID = "0013542419", "0499370899"


@pytest.fixture
async def prison(database: Database) -> Site:
    async with database.write() as session:
        within = await make.province(session, name="اصفهان")
        return await make.prison(session, within, name="زندان مرکزی")


async def add(database: Database, prison: Site, **columns: Any) -> Prisoner:
    async with database.write() as session:
        return await make.prisoner(session, prison, **columns)


async def another(database: Database, name: str, **columns: Any) -> Site:
    async with database.write() as session:
        return await make.prison(session, name=name, **columns)


async def test_good_rows_go_in_and_bad_ones_are_named(
    database: Database, prison: Site
) -> None:
    lines = await bring(
        database,
        Kind.PRISONERS,
        HEAD,
        f"{prison.id},۱۲,علي کريمي,{ID}",
        f"{prison.id},13,رضا,0013542418",
        "زندانی که نیست,14,رضا,",
        f"{prison.id},,رضا,",
        f"{prison.id},15,,",
        "زندان مرکزي,16,Jean Dupont,",
        f"{prison.id},17,a\u202eb,",
    )

    assert told(lines) == [
        (CREATED, ""),
        (REFUSED, "national_id", "wrong_national_id"),
        (REFUSED, "prison", "import_unknown_prison"),
        (REFUSED, "number", "cell_missing"),
        (REFUSED, "name", "cell_missing"),
        (CREATED, ""),
        (REFUSED, "name", "cell_unseen"),
    ]
    assert [line.row for line in lines] == [2, 3, 4, 5, 6, 7, 8]
    assert await prisoners(database) == [
        (prison.id, "12", "علي کريمي"),
        (prison.id, "16", "Jean Dupont"),
    ]


async def test_the_same_file_twice_changes_nothing(
    database: Database, prison: Site
) -> None:
    file = (HEAD, f"{prison.id},12,علی کریمی,{ID}", f"{prison.id},13,رضا,")
    await bring(database, Kind.PRISONERS, *file)
    before = await prisoners(database)

    again = await bring(database, Kind.PRISONERS, *file)

    assert told(again) == [(UNCHANGED, ""), (UNCHANGED, "")]
    assert await prisoners(database) == before


async def test_a_dry_run_says_the_same_and_leaves_nothing(
    database: Database, prison: Site
) -> None:
    file = (
        HEAD,
        f"{prison.id},12,علی,{ID}",
        f"{prison.id},12,علي,",
        f"{prison.id},13,رضا,1",
    )

    tried = await bring(database, Kind.PRISONERS, *file, dry_run=True)

    assert await prisoners(database) == []
    assert tried == await bring(database, Kind.PRISONERS, *file)
    assert told(tried) == [
        (CREATED, ""),
        (REFUSED, "", "import_repeated"),
        (REFUSED, "national_id", "wrong_national_id"),
    ]
    assert tried[1].other_row == 2


async def test_another_spelling_of_what_is_known_is_no_change(
    database: Database, prison: Site
) -> None:
    await add(database, prison, number="12", name="محمد‌رضا کریمی")

    lines = await bring(
        database, Kind.PRISONERS, HEAD, "زندان مركزي,۱۲,محمد رضا كريمي,"
    )

    assert told(lines) == [(UNCHANGED, "")]


async def test_a_corrected_name_and_a_learned_id_are_changes(
    database: Database, prison: Site
) -> None:
    await add(database, prison, number="12", name="علی کریمی")

    lines = await bring(database, Kind.PRISONERS, HEAD, f"{prison.id},12,علی کریمیان,")
    learned = await bring(
        database, Kind.PRISONERS, HEAD, f"{prison.id},12,علی کریمیان,{ID}"
    )
    renumbered = await bring(
        database, Kind.PRISONERS, HEAD, f"{prison.id},99,علی کریمیان,{ID}"
    )

    assert told((*lines, *learned, *renumbered)) == [(CHANGED, "")] * 3
    assert await prisoners(database) == [(prison.id, "99", "علی کریمیان")]


async def test_a_number_is_never_given_to_another_person(
    database: Database, prison: Site
) -> None:
    await add(database, prison, number="12", name="علی کریمی")
    await add(database, prison, number="13", name="علی رضایی", released_at=NOON)

    lines = await bring(
        database,
        Kind.PRISONERS,
        HEAD,
        f"{prison.id},12,حسن رضایی,",
        f"{prison.id},13,علی محمدی,",
        f"{prison.id},13,علی رضایی,",
    )

    assert told(lines) == [
        (REFUSED, "number", "import_number_taken"),
        (REFUSED, "number", "import_number_taken"),
        (REFUSED, "", "import_repeated"),
    ]
    again = await bring(database, Kind.PRISONERS, HEAD, f"{prison.id},13,علی رضایی,")
    assert told(again) == [(UNCHANGED, "", "import_is_released")]


async def test_a_namesake_under_another_number_goes_in_with_a_remark(
    database: Database, prison: Site
) -> None:
    await add(database, prison, number="12", name="علی کریمی")

    lines = await bring(
        database,
        Kind.PRISONERS,
        HEAD,
        f"{prison.id},13,علي كريمي,",
        f"{prison.id},14,علی‌کریمی,",
    )

    assert told(lines) == [(CREATED, "", "import_namesake")] * 2


async def test_who_is_elsewhere_by_id_is_a_transfer(
    database: Database, prison: Site
) -> None:
    other = await another(database, "زندان دوم")
    await bring(database, Kind.PRISONERS, HEAD, f"{prison.id},12,علی,{ID}")

    lines = await bring(database, Kind.PRISONERS, HEAD, f"{other.id},12,علی,{ID}")

    assert told(lines) == [(REFUSED, "prison", "import_elsewhere")]


async def test_another_province_does_not_exist(
    database: Database, prison: Site
) -> None:
    other = await another(database, "زندان دوم")
    await add(database, other, number="7")
    scope = Scope(provinces=frozenset({prison.province_id}))

    lines = await bring(
        database,
        Kind.PRISONERS,
        HEAD,
        f"{other.id},12,علی,",
        "زندان دوم,13,علی,",
        scope=scope,
    )
    gone = await bring(
        database, Kind.RELEASES, "prison,number", f"{other.id},7", scope=scope
    )

    assert told((*lines, *gone)) == [(REFUSED, "prison", "import_unknown_prison")] * 3


async def test_two_prisons_of_one_name_need_their_province(
    database: Database, prison: Site
) -> None:
    async with database.write() as session:
        far = await make.province(session, name="یزد")
        twin = await make.prison(session, far, name="زندان مرکزی")

    lines = await bring(
        database,
        Kind.PRISONERS,
        "prison,province,number,name",
        "زندان مرکزی,,12,علی",
        "زندان مرکزی,يزد,13,رضا",
    )

    assert told(lines) == [
        (REFUSED, "province", "import_several_prisons"),
        (CREATED, ""),
    ]
    assert await prisoners(database) == [(twin.id, "13", "رضا")]


async def test_a_transfer_is_done_once(database: Database, prison: Site) -> None:
    other = await another(database, "زندان دوم")
    await add(database, prison, number="12", name="علی")
    await bring(database, Kind.PRISONERS, HEAD, f"{prison.id},13,رضا,{ID}")
    file = (
        "prison,number,national_id,to_prison,to_number",
        f"{prison.id},12,,{other.id},۷",
        f",,{ID},زندان دوم,8",
    )

    first = await bring(database, Kind.TRANSFERS, *file)
    again = await bring(database, Kind.TRANSFERS, *file)

    assert told(first) == [(CHANGED, ""), (CHANGED, "")]
    assert told(again) == [(UNCHANGED, "", "import_has_arrived"), (UNCHANGED, "")]
    assert await prisoners(database) == [(other.id, "7", "علی"), (other.id, "8", "رضا")]


async def test_a_transfer_that_cannot_be_is_refused(
    database: Database, prison: Site
) -> None:
    async with database.write() as session:
        point = await make.point(session)
        given_up = await make.prison(session, closed_at=NOON)
        other = await make.prison(session, name="زندان دوم")
        await make.prisoner(session, other, number="7")
        for number in ("1", "2", "3", "4"):
            await make.prisoner(session, prison, number=number)

    lines = await bring(
        database,
        Kind.TRANSFERS,
        "prison,number,to_prison,to_number",
        f"{prison.id},1,زندان خیالی,9",
        f"{prison.id},2,{point.id},9",
        f"{prison.id},3,{given_up.id},9",
        f"{prison.id},4,{other.id},7",
        f"{prison.id},5,{other.id},8",
    )

    assert told(lines) == [
        (REFUSED, "to_prison", "import_unknown_prison"),
        (REFUSED, "to_prison", "import_unknown_prison"),
        (REFUSED, "to_prison", "import_unknown_prison"),
        (REFUSED, "to_number", "import_number_taken"),
        (REFUSED, "number", "import_unknown_prisoner"),
    ]


async def test_releases_keep_their_day_and_can_be_taken_back(
    database: Database, prison: Site
) -> None:
    await add(database, prison, number="12")
    head = "prison,number,released_on,state"

    first = await bring(database, Kind.RELEASES, head, f"{prison.id},12,1405/09/10,")
    async with database.read() as session:
        released = (await session.exec(select(Prisoner.released_at))).one()
    again = await bring(database, Kind.RELEASES, head, f"{prison.id},12,1405/09/11,")
    back = await bring(database, Kind.RELEASES, head, f"{prison.id},12,,بازگشت")
    wrong = await bring(database, Kind.RELEASES, head, f"{prison.id},12,1405/13/01,")

    assert released == datetime(2026, 11, 30, 20, 30, tzinfo=UTC)
    assert told((*first, *again, *back, *wrong)) == [
        (CHANGED, ""),
        (UNCHANGED, ""),
        (CHANGED, ""),
        (REFUSED, "released_on", "cell_no_day"),
    ]


async def test_an_id_and_a_number_must_mean_one_person(
    database: Database, prison: Site
) -> None:
    await bring(
        database,
        Kind.PRISONERS,
        HEAD,
        f"{prison.id},12,علی,{ID}",
        f"{prison.id},13,رضا,",
    )
    head = "prison,number,national_id"

    lines = await bring(
        database,
        Kind.RELEASES,
        head,
        f"{prison.id},13,{ID}",
        f"{prison.id},12,{OTHER_ID}",
        f",,{OTHER_ID}",
    )

    assert told(lines) == [
        (REFUSED, "number", "import_not_the_same"),
        (REFUSED, "national_id", "import_not_the_same"),
        (REFUSED, "", "import_repeated"),
    ]


async def test_the_audit_has_no_name_number_or_id(
    database: Database, prison: Site
) -> None:
    await bring(database, Kind.PRISONERS, HEAD, f"{prison.id},77123,علی کریمی,{ID}")

    async with database.read() as session:
        entries = (await session.exec(select(AuditEntry))).all()

    assert [entry.action for entry in entries] == ["add_prisoner"]
    said = " ".join(entry.model_dump_json() for entry in entries)
    assert not any(secret in said for secret in ("77123", "کریمی", ID))
