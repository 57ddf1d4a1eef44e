"""The record of who did what, and the chain that seals it, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta, timezone

import pytest
from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.conftest import NOON
from visitation import audit
from visitation.audit import Actor, Broken
from visitation.audit.seals import GENESIS, chained
from visitation.audit.tables import AuditEntry, AuditSeal
from visitation.database import Database
from visitation.words import Role

TEHRAN = timezone(timedelta(hours=3, minutes=30))


async def write(database: Database, count: int, **facts: object) -> None:
    async with database.write() as session:
        for number in range(count):
            audit.note(
                session,
                Actor.account(3, Role.WARDEN),
                "visit_start",
                f"visit:{number}",
                now=NOON,
                visit_id=number,
                **facts,
            )


async def seal(database: Database, *, limit: int = 1000) -> int:
    async with database.write() as session:
        return await audit.seal(session, limit=limit)


async def verified(database: Database) -> int:
    async with database.read() as session:
        return await audit.verify(session)


async def run(session: AsyncSession, statement: str) -> None:
    await (await session.connection()).execute(text(statement))


@pytest.fixture
async def unguarded(database: Database) -> AsyncIterator[Database]:
    """A database whose triggers somebody with its password has switched off."""
    names = ("audit_entry", "audit_seal")
    async with database.write() as session:
        for name in names:
            for statement in _guards(database, name, "DISABLE"):
                await run(session, statement)
    yield database
    async with database.write() as session:
        for name in names:
            if not database.is_sqlite:
                for statement in _guards(database, name, "ENABLE"):
                    await run(session, statement)


def _guards(database: Database, name: str, how: str) -> list[str]:
    if database.is_sqlite:
        return [f"DROP TRIGGER {name}_no_{verb}" for verb in ("update", "delete")]
    return [f"ALTER TABLE {name} {how} TRIGGER {name}_append_only"]


def test_an_actor_is_named_by_kind_and_number() -> None:
    assert Actor.account(3, Role.WARDEN) == Actor(
        key="account:3", role=Role.WARDEN, account_id=3
    )
    assert Actor.station(7).key == "station:7"
    assert Actor.participant(12) == Actor(key="participant:12", role=Role.FAMILY)
    assert audit.SYSTEM.key == "system"


async def test_the_history_of_a_visit_is_its_own_in_order(database: Database) -> None:
    async with database.write() as session:
        for minute, action, visit_id in (
            (2, "visit_finish", 5),
            (1, "visit_start", 5),
            (1, "visit_start", 6),
        ):
            audit.note(
                session,
                audit.SYSTEM,
                action,
                f"visit:{visit_id}",
                now=NOON + timedelta(minutes=minute),
                visit_id=visit_id,
                outcome="completed",
            )
    async with database.read() as session:
        entries = await audit.history(session, visit_id=5)
    assert [(entry.action, entry.facts) for entry in entries] == [
        ("visit_start", {"outcome": "completed"}),
        ("visit_finish", {"outcome": "completed"}),
    ]


async def test_what_failed_is_not_on_record(database: Database) -> None:
    with pytest.raises(RuntimeError):
        await _fail(database)
    async with database.read() as session:
        assert (await session.exec(select(AuditEntry))).all() == []


async def _fail(database: Database) -> None:
    async with database.write() as session:
        audit.note(session, audit.SYSTEM, "x", "y", now=NOON)
        await session.flush()
        raise RuntimeError


async def test_every_entry_is_sealed_once_and_the_chain_holds(
    database: Database,
) -> None:
    await write(database, 3)
    assert await seal(database, limit=2) == 2
    assert await seal(database, limit=2) == 1
    assert await seal(database) == 0
    await write(database, 1)
    assert await seal(database) == 1
    assert await verified(database) == 4


async def test_an_empty_chain_holds(database: Database) -> None:
    assert await seal(database) == 0
    assert await verified(database) == 0


async def test_entries_sealed_where_they_were_written_hold_too(
    database: Database,
) -> None:
    async with database.write() as session:
        audit.note(
            session, audit.SYSTEM, "x", "y", now=NOON.astimezone(TEHRAN), count=1
        )
        assert await audit.seal(session) == 1
    assert await verified(database) == 1


@pytest.mark.parametrize(
    ("statement", "breaks_at"),
    [
        ("UPDATE audit_entry SET actor = 'account:9' WHERE id = 2", 2),
        ("UPDATE audit_entry SET facts = '{\"a\": 2}' WHERE id = 1", 1),
        ("UPDATE audit_entry SET visit_id = NULL WHERE id = 3", 3),
        ("UPDATE audit_seal SET hash = 'x' WHERE sequence = 1", 1),
        ("DELETE FROM audit_seal WHERE sequence = 2", 2),
    ],
    ids=["actor", "facts", "visit", "hash", "seal removed"],
)
async def test_an_alteration_breaks_the_chain_where_it_was_made(
    unguarded: Database, statement: str, breaks_at: int
) -> None:
    await write(unguarded, 3, a=1)
    await seal(unguarded)
    await _alter(unguarded, statement)
    with pytest.raises(Broken) as broken:
        await verified(unguarded)
    assert broken.value.sequence == breaks_at


async def test_a_removed_entry_breaks_the_chain(unguarded: Database) -> None:
    await write(unguarded, 3)
    await seal(unguarded)
    async with unguarded.write() as session:
        await _without_references(unguarded, session)
        await run(session, "DELETE FROM audit_entry WHERE id = 2")
    with pytest.raises(Broken) as broken:
        await verified(unguarded)
    assert broken.value.sequence == 2


async def _without_references(database: Database, session: AsyncSession) -> None:
    if database.is_sqlite:
        await run(session, "PRAGMA defer_foreign_keys=ON")
        await run(session, "DELETE FROM audit_seal WHERE entry_id = 2")
    else:
        await run(session, "SET LOCAL session_replication_role = replica")


async def _alter(database: Database, statement: str) -> None:
    async with database.write() as session:
        await run(session, statement)


async def test_seals_are_never_changed(database: Database) -> None:
    await write(database, 1)
    await seal(database)
    with pytest.raises(Exception, match="append-only"):
        await _alter(database, "UPDATE audit_seal SET hash = 'x'")
    with pytest.raises(Exception, match="append-only"):
        await _alter(database, "DELETE FROM audit_seal")


def test_each_part_of_an_entry_changes_its_hash() -> None:
    same = {
        "id": 1,
        "at": NOON,
        "actor": "system",
        "action": "x",
        "subject": "y",
        "visit_id": None,
        "facts": {},
    }
    changed = {
        "id": 2,
        "at": NOON + timedelta(microseconds=1),
        "actor": "account:1",
        "action": "z",
        "subject": "z",
        "visit_id": 1,
        "facts": {"a": "ب"},
    }
    entries = [AuditEntry(**same)]
    entries += [AuditEntry(**(same | {name: to})) for name, to in changed.items()]
    hashes = {chained(GENESIS, entry) for entry in entries}
    assert len(hashes) == len(changed) + 1
    assert chained("1" * 64, entries[0]) not in hashes
    elsewhere = AuditEntry(**(same | {"at": NOON.astimezone(TEHRAN)}))
    assert chained(GENESIS, elsewhere) == chained(GENESIS, entries[0])


async def test_the_chain_begins_with_zeroes(database: Database) -> None:
    await write(database, 1)
    await seal(database)
    async with database.read() as session:
        entry = (await session.exec(select(AuditEntry))).one()
        sealed = (await session.exec(select(AuditSeal))).one()
    assert (sealed.sequence, sealed.hash) == (1, chained(GENESIS, entry))


async def test_two_nodes_that_read_at_once_remember_the_farther_one(
    database: Database,
) -> None:
    async def read(upto: int) -> None:
        async with database.write() as session:
            done = audit.Unread(since=0, upto=upto, entries=())
            await audit.read_up_to(session, "reviewer", done)

    await asyncio.gather(read(5), read(3))

    async with database.read() as session:
        assert (await audit.unread(session, "reviewer", limit=1)).since == 5
