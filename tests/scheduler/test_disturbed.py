"""A sender that another transaction gets in the way of gives up nothing for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import dispatch
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.posted import only, posted
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState


class _Deadlock(Exception):
    sqlstate = "40P01"


class _Disturbed(Database):
    """The transaction of this number, and no other, is a deadlock's victim."""

    victim = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        self.victim -= 1
        if self.victim == 0:
            raise OperationalError("UPDATE", {}, _Deadlock())
        async with super().write() as session:
            yield session


async def test_what_is_on_its_way_arrives_though_nothing_more_can_be_claimed(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    await posted(sqlite)
    gateway = FakeGateway()
    gateway.pause = dispatch.LOOK.total_seconds() * 1.5
    disturbed = _Disturbed(sqlite.url.render_as_string(hide_password=False))
    # Giving up what is too old, the first claim, and the one while that is sent.
    disturbed.victim = 3
    tools = means(clock, keyring, gateway)
    try:
        sent = await dispatch.send_due(disturbed, now=clock(), means=tools)
    finally:
        await disturbed.close()
    assert (sent, disturbed.victim < 0) == (1, True)
    assert (await only(sqlite)).state is MessageState.ACCEPTED
