"""The service while it is worked on: families' pages are shut, and others say so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from tests.pages.stage import Address, Stage
from visitation import maintenance
from visitation.audit import SYSTEM
from visitation.maintenance import WorkReason
from visitation.timespan import Timespan
from web.maintenance import BULLETIN

#: What looks otherwise then.
PAGES = (
    Address(door="nobody", kind="/ shut", path="/", status=503),
    Address(door="phone", kind="/mine shut", path="/mine", status=503),
    Address(door="terminal", kind="/station shut", path="/station", status=503),
    Address(door="scheduler", kind="/staff shut", path="/staff"),
)


@asynccontextmanager
async def for_work(stage: Stage) -> AsyncIterator[None]:
    """Shut it for the length of a block."""
    now, bulletin = stage.clock(), stage.app[BULLETIN]
    async with stage.database.write() as session:
        work = await maintenance.announce(
            session,
            span=Timespan(now, now + timedelta(hours=1)),
            reason=WorkReason.UPDATE,
            closed=True,
            by=SYSTEM,
            now=now,
        )
        number = work.id
    bulletin.forget()
    yield
    async with stage.database.write() as session:
        await maintenance.withdraw(session, number, by=SYSTEM, now=now)
    bulletin.forget()
