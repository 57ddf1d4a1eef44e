"""A visit that is booked, and what became of the message that told of it."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select, update

from scheduler import ladder
from tests import make
from tests.fakes import Clock
from tests.make import World
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.test_booking import book
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import CallTask, Message
from visitation.visits import Visit
from visitation.words import Channel

SMS_ONLY = frozenset({Channel.SMS})


async def booked(
    database: Database, keyring: Keyring, **visitor: Any
) -> tuple[World, Visit]:
    """A visit of one visitor, who has these columns."""
    async with database.write() as session:
        world = await make.world(session)
        for name, value in visitor.items():
            setattr(world.visitor, name, value)
        session.add(world.visitor)
        await session.flush()
        return world, await book(session, world, keyring)


async def became(
    database: Database, state: MessageState, at: datetime, **columns: Any
) -> None:
    """The newest message came to a state, and is to be looked after."""
    async with database.write() as session:
        newest = await session.exec(select(Message.id).order_by(col(Message.id).desc()))
        await session.exec(
            update(Message)
            .where(col(Message.id) == newest.first())
            .values(state=state, look_at=at, gateway="fake", **columns)
        )


async def look_after(
    database: Database, clock: Clock, keyring: Keyring, *gateways: FakeGateway
) -> int:
    gateways = gateways or (FakeGateway(channels=SMS_ONLY),)
    return await ladder.look_after(
        database, now=clock(), means=means(clock, keyring, *gateways)
    )


async def told(database: Database) -> list[tuple[str, str, str, str, int]]:
    """Key without the visit, channel, whose number, the number, the round."""
    async with database.read() as session:
        rows = await session.exec(select(Message).order_by(col(Message.id)))
        return [
            (
                row.dedup_key.split(":", 4)[-1].partition(":")[2],
                row.channel.value,
                row.addressee.value,
                row.phone,
                row.round,
            )
            for row in rows.all()
        ]


async def tasks(database: Database) -> list[CallTask]:
    async with database.read() as session:
        rows = await session.exec(select(CallTask).order_by(col(CallTask.id)))
        return list(rows.all())


async def acts(database: Database, visit: Visit) -> list[str]:
    """What was done about a visit's messages and its people, in order."""
    async with database.read() as session:
        rows = await session.exec(
            select(AuditEntry.action)
            .where(AuditEntry.visit_id == visit.id)
            .order_by(col(AuditEntry.id))
        )
        about = ("message_", "ring_", "participant_")
        return [action for action in rows.all() if action.startswith(about)]
