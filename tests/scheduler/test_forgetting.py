"""What was kept for as long as somebody chose is deleted, once a day."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from scheduler import forgetting, keeping
from scheduler.ageing import delete_old, wipe_old
from scheduler.timetable import TIMETABLE
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.visitation.booked import booked
from visitation import retention
from visitation.audit import SYSTEM
from visitation.audit.tables import AuditEntry
from visitation.calls.tables import ChatLine, Feedback
from visitation.calls.words import Mood
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.retention import BOUNDS, Kept
from visitation.services.tables import ServiceRecord
from visitation.words import ServiceChannel, ServiceKind

DAY = timedelta(days=1)
HANDBOOK = Path(__file__).parents[2] / "docs/operations.md"


async def swept(database: Database, clock: Clock, keyring: Keyring) -> int:
    tools = means(clock, keyring, FakeGateway())
    return await forgetting.forget_old(database, now=clock(), means=tools)


async def written(database: Database) -> None:
    """A line of the chat for every day of a year, and how the visit was liked."""
    async with database.write() as session:
        visit, (_held, mother) = await booked(session, await make.world(session))
        whose = {"visit_id": visit.id, "participant_id": mother.id}
        session.add_all(
            ChatLine(**whose, at=NOON - days * DAY, text="سلام") for days in range(365)
        )
        session.add(Feedback(**whose, mood=Mood.GOOD, at=NOON - 364 * DAY))


async def lines(database: Database) -> int:
    async with database.read() as session:
        return len((await session.exec(select(ChatLine))).all())


async def noted(database: Database) -> list[dict[str, object]]:
    async with database.read() as session:
        rows = await session.exec(
            select(AuditEntry.facts).where(AuditEntry.action == "forget_old")
        )
        return list(rows.all())


async def test_what_is_older_than_was_chosen_goes_once_a_day_and_is_noted(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await written(database)
    usual = BOUNDS[Kept.CHAT_LINES].usual
    assert await swept(database, clock, keyring) == 365 - usual
    assert await lines(database) == usual
    async with database.write() as session:
        await retention.choose(session, {Kept.CHAT_LINES: 30}, by=SYSTEM, now=clock())
    assert await swept(database, clock, keyring) == 0
    clock.forward(DAY)
    assert await swept(database, clock, keyring) == usual - 29
    assert await lines(database) == 29
    assert await noted(database) == [
        {"deleted": {"chat_lines": 365 - usual}},
        {"deleted": {"chat_lines": usual - 29}},
    ]


async def test_much_is_deleted_a_few_at_a_time(database: Database) -> None:
    await written(database)
    deleted = await delete_old(
        database, ChatLine, col(ChatLine.at), before=NOON - 300 * DAY, batch=7
    )
    assert deleted == 65
    assert await lines(database) == 300


async def remarked(database: Database) -> None:
    """A service of every day of a year; a remark on each second one, today's first."""
    async with database.write() as session:
        point = await make.point(session)
        session.add_all(
            ServiceRecord(
                reference=f"service-{days}",
                point_id=point.id,
                day=(NOON - days * DAY).date(),
                kind=ServiceKind.PETITION,
                channel=ServiceChannel.STAFF,
                note="" if days % 2 else "ماند تا فردا.",
                done_at=NOON - days * DAY,
                entered_at=NOON - days * DAY,
            )
            for days in range(365)
        )


async def services(database: Database) -> list[dict[str, Any]]:
    async with database.read() as session:
        rows = await session.exec(select(ServiceRecord).order_by(col(ServiceRecord.id)))
        return [one.model_dump() for one in rows]


async def test_the_remarks_of_old_services_are_wiped_and_the_services_stay(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await remarked(database)
    before, old = await services(database), NOON - 180 * DAY
    async with database.read() as session:
        assert await keeping.older(session, Kept.SERVICE_NOTES, than=old) == 93
    assert await swept(database, clock, keyring) == 93
    assert await services(database) == [
        one | {"note": "" if one["done_at"] <= old else one["note"]} for one in before
    ]
    clock.forward(DAY)
    assert await swept(database, clock, keyring) == 0
    assert await noted(database) == [{"deleted": {"service_notes": 93}}]
    async with database.read() as session:
        left = await keeping.held(session, keeping.CHOSEN[Kept.SERVICE_NOTES])
    assert left == keeping.Held(count=90, oldest=NOON - 178 * DAY)


async def test_much_is_wiped_a_few_at_a_time(database: Database) -> None:
    await remarked(database)
    record = keeping.CHOSEN[Kept.SERVICE_NOTES]
    wiped = await wipe_old(
        database,
        record.table,
        record.since,
        record.wiped,
        held=record.held,
        before=NOON - 300 * DAY,
        batch=7,
    )
    assert wiped == 33
    assert sum(bool(one["note"]) for one in await services(database)) == 150


async def test_what_there_is_is_counted_with_the_oldest(database: Database) -> None:
    await written(database)
    async with database.read() as session:
        held = {one.name: await keeping.held(session, one) for one in keeping.RECORDS}
        old = await keeping.older(session, Kept.CHAT_LINES, than=NOON - 300 * DAY)
    assert (held["chat_lines"].count, held["chat_lines"].oldest) == (
        365,
        NOON - 364 * DAY,
    )
    assert (held["call_list"].count, held["call_list"].oldest) == (0, None)
    assert old == 65


def test_the_handbook_the_table_and_the_timetable_say_the_same() -> None:
    row = re.compile(r"^\| `([a-z_]+)` \|.*\| `([a-z_]+)` \|$", re.MULTILINE)
    told = dict(row.findall(HANDBOOK.read_text("utf-8")))
    assert told == {one.name: one.sweep for one in keeping.RECORDS}
    assert set(told.values()) <= {job.name for job in TIMETABLE}
    bounds = re.compile(
        r"^\| `([a-z_]+)` \|.*\| (\d+) \((\d+) to (\d+)\) days \|", re.MULTILINE
    )
    found = {
        name: (int(usual), int(least), int(most))
        for name, usual, least, most in bounds.findall(HANDBOOK.read_text("utf-8"))
    }
    assert found == {
        kept.value: (one.usual, one.least, one.most) for kept, one in BOUNDS.items()
    }
    assert keeping.CHOSEN.keys() == BOUNDS.keys() == set(Kept)
