"""Rows of several tables in one trip, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import SQLModel, select

from tests import make
from tests.scheduler.queries import counted
from visitation import database as storage
from visitation.database import Database, is_conflict
from visitation.places import Province
from visitation.visits import Claim, Cover
from visitation.words import Attendance, Role

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_CLAIM, _COVER, _PROVINCE = (
    SQLModel.metadata.tables[name] for name in ("claim", "cover", "province")
)


def cover(official: int, at: datetime = NOON) -> dict[str, object]:
    return {
        "id": 1,
        "reference": "one",
        "official_id": official,
        "attendance": Attendance.DESK,
        "starts_at": at,
        "ends_at": NOON.replace(hour=13),
    }


def claims(*quanta: int) -> list[dict[str, object]]:
    return [{"resource": "official:1", "quantum": n, "cover_id": 1} for n in quanta]


async def test_rows_of_several_tables_are_one_statement(database: Database) -> None:
    async with database.write() as session:
        official = await make.account(session, Role.OFFICIAL)
        with counted(database) as sent:
            await storage.put(
                session,
                (_COVER, [cover(official.id)]),
                (_PROVINCE, []),
                (_CLAIM, claims(7, 8)),
            )
        found = await session.get_one(Cover, 1)
        held = (await session.exec(select(Claim).order_by(Claim.quantum))).all()
    assert len(sent) == 1
    assert (found.attendance, found.starts_at) == (Attendance.DESK, NOON)
    assert [one.quantum for one in held] == [7, 8]


async def test_nothing_is_nothing(database: Database) -> None:
    async with database.write() as session:
        with counted(database) as sent:
            await storage.put(session, (_PROVINCE, []))
        found = (await session.exec(select(Province))).all()
    assert (len(sent), found) == (0, [])


async def test_what_cannot_stand_takes_all_with_it(database: Database) -> None:
    async with database.write() as session:
        official = await make.account(session, Role.OFFICIAL)
        with pytest.raises(IntegrityError) as refused:
            async with session.begin_nested():
                await storage.put(
                    session,
                    (_COVER, [cover(official.id)]),
                    (_CLAIM, claims(7, 8, 7)),
                )
        found = await session.get(Cover, 1)
    assert is_conflict(refused.value)
    assert found is None


async def test_a_naive_instant_is_refused(database: Database) -> None:
    async with database.write() as session:
        official = await make.account(session, Role.OFFICIAL)
        naive = cover(official.id, NOON.replace(tzinfo=None))
        with pytest.raises((ValueError, StatementError), match="naive"):
            await storage.put(session, (_COVER, [naive]))
