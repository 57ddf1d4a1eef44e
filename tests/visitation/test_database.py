"""Both databases keep the same promises."""

import asyncio
import traceback
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlmodel import select

from tests.conftest import NOON
from visitation.audit.tables import AuditEntry
from visitation.database import Database, Held, engine, line, postgresql
from visitation.places.tables import Closure, Province, Site
from visitation.words import SiteKind


async def _site(database: Database) -> int:
    async with database.write() as session:
        province = Province(code="10", name="اصفهان")
        session.add(province)
        await session.flush()
        site = Site(province_id=province.id, kind=SiteKind.PRISON, name="زندان مرکزی")
        session.add(site)
        await session.flush()
        return site.id


async def test_an_instant_comes_back_as_the_same_instant(database: Database) -> None:
    site_id = await _site(database)
    async with database.write() as session:
        session.add(Closure(site_id=site_id, starts_at=NOON, ends_at=NOON, reason="-"))
    async with database.read() as session:
        closure = (await session.exec(select(Closure))).one()
    assert closure.starts_at == NOON
    assert closure.starts_at.utcoffset().total_seconds() == 0


async def test_a_naive_instant_is_refused(database: Database) -> None:
    site_id = await _site(database)
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(Exception, match="naive datetime"):
        async with database.write() as session:
            session.add(
                Closure(site_id=site_id, starts_at=naive, ends_at=NOON, reason="-")
            )


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            session.add(Province(code="10", name="اصفهان"))
            await session.flush()
            raise RuntimeError
    async with database.read() as session:
        assert (await session.exec(select(Province))).all() == []


async def test_an_audit_entry_is_never_changed(database: Database) -> None:
    async with database.write() as session:
        session.add(AuditEntry(at=NOON, actor="system", action="x", subject="y"))
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as session:
            entry = (await session.exec(select(AuditEntry))).one()
            entry.actor = "account:1"
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as session:
            await session.delete((await session.exec(select(AuditEntry))).one())


async def test_what_is_logged_of_an_error_says_nothing_of_the_row(
    database: Database,
) -> None:
    with pytest.raises(IntegrityError) as told:
        async with database.write() as session:
            for _ in range(2):
                session.add(Province(code="secret", name="اصفهان"))
                await session.flush()
    assert "secret" not in "".join(traceback.format_exception(told.value))


async def test_nor_of_what_was_asked_for(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite's numbers have no end")
    number = 3**21
    with pytest.raises(DBAPIError, match="int32") as told:
        async with database.read() as session:
            await session.exec(select(Province).where(Province.id == number))
    assert str(number) not in "".join(traceback.format_exception(told.value))


async def test_a_reader_cannot_write_to_sqlite(sqlite: Database) -> None:
    with pytest.raises(DBAPIError, match="readonly"):
        async with sqlite.read() as session:
            session.add(Province(code="10", name="اصفهان"))


async def test_writers_have_their_turns_in_the_order_in_which_they_came(
    sqlite: Database,
) -> None:
    had: list[int] = []

    async def write(number: int) -> None:
        async with sqlite.write() as session:
            await session.exec(text("SELECT 1"))
            had.append(number)

    async with asyncio.TaskGroup() as crowd:
        for number in range(300):
            crowd.create_task(write(number))
            # Some come while the one before is just leaving.
            for _ in range(number % 7):
                await asyncio.sleep(0)
    assert had == list(range(300))


async def test_a_writer_that_nobody_lets_through_is_told() -> None:
    crowd = line.Line(patience=0.01)
    async with crowd.turn():
        with pytest.raises(line.NoTurn, match="no turn"):
            async with crowd.turn():
                pytest.fail("two had a turn at once")
    async with crowd.turn():
        pass


async def test_a_second_process_is_refused_the_sqlite_file(sqlite_url: str) -> None:
    first, second = Database(sqlite_url), Database(sqlite_url)
    first.hold()
    with pytest.raises(Held, match="another process"):
        second.hold()
    await first.close()
    second.hold()
    await second.close()


async def test_a_connection_that_was_closed_while_idle_is_not_used(
    database: Database,
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite's connections are files")
    async with database.read() as session:
        (mine,) = (await session.exec(text("SELECT pg_backend_pid()"))).one()
    other = Database(database.url.render_as_string(hide_password=False))
    async with other.write() as session:
        await session.exec(
            text("SELECT pg_terminate_backend(:mine)"), params={"mine": mine}
        )
    await other.close()
    await asyncio.sleep(1.1 * postgresql.IDLE_SECONDS)
    async with database.read() as session:
        (now,) = (await session.exec(text("SELECT pg_backend_pid()"))).one()
    assert now != mine


async def test_an_address_says_how_long_to_wait_for_the_server(
    database: Database,
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no server")
    patient = database.url.update_query_dict({"connect_timeout": "7"})
    other = Database(patient.render_as_string(hide_password=False))
    async with other.read() as session:
        assert (await session.exec(text("SELECT 1"))).one() == (1,)
    await other.close()


async def test_a_server_that_is_not_there_is_an_operational_error() -> None:
    nowhere = Database("postgresql://nobody@/nothing?host=/nonexistent")
    with pytest.raises(OperationalError):
        async with nowhere.read() as session:
            await session.exec(text("SELECT 1"))
    await nowhere.close()


@pytest.mark.parametrize(
    ("befalls", "may_be_tried_again"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", False),
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)", True),
    ],
)
async def test_what_befalls_the_server_is_an_operational_error(
    database: Database, befalls: str, *, may_be_tried_again: bool
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no server")
    with pytest.raises(OperationalError) as told:
        async with database.write() as session:
            for statement in befalls.split("; "):
                await session.exec(text(statement))
    assert engine.may_try_again(told.value) is may_be_tried_again
    async with database.read() as session:
        assert (await session.exec(text("SELECT 1"))).one() == (1,)
