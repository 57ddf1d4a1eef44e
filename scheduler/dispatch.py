"""Sending what is due: claim and commit, hand over, record.

A sweep goes on as long as anything is due and a gateway takes it. Some messages are on
their way at any moment; as soon as one has arrived, the next most urgent is claimed,
so that a code never waits behind a crowd of reminders.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from scheduler.claiming import Claimed, anything, carry_otherwise, claim, retire
from scheduler.handing import Outcome, hand_over
from scheduler.means import Means, Point
from scheduler.recording import record
from visitation.database import Database
from visitation.database.engine import may_try_again

#: How many are on their way at once.
AT_ONCE = 100
#: How often is looked for new ones while others are on their way.
LOOK = timedelta(seconds=0.5)
#: A sweep ends after so long, and the next one begins.
LONGEST = timedelta(minutes=1)
_TRIES = 3


async def send_due(database: Database, *, now: datetime, means: Means) -> int:
    """Send every message that is due; return how many were accepted."""
    async with database.read() as session:
        if not await anything(session, now=now):
            return 0
    async with database.write() as session:
        await retire(session, now=now)
        await carry_otherwise(session, now=now, means=means)
    return await _Sending(database=database, means=means, until=now + LONGEST).run()


@dataclass(slots=True, kw_only=True)
class _Sending:
    """What is on its way in one sweep."""

    database: Database
    means: Means
    until: datetime
    on_the_way: set[asyncio.Task[Outcome | None]] = field(default_factory=set)
    looked_at: datetime | None = None
    went_wrong: list[BaseException] = field(default_factory=list)

    async def run(self) -> int:
        """Send until nothing is due any more; how many were accepted."""
        accepted = 0
        try:
            while True:
                await self._claim()
                if not self.on_the_way:
                    break
                done, self.on_the_way = await asyncio.wait(
                    self.on_the_way,
                    timeout=LOOK.total_seconds(),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                accepted += await self._record(done)
        finally:
            for task in self.on_the_way:
                task.cancel()
            await asyncio.gather(*self.on_the_way, return_exceptions=True)
        for error in self.went_wrong:
            # The others have been recorded; this one's lease will run out.
            raise error
        return accepted

    async def _claim(self) -> None:
        room, now = AT_ONCE - len(self.on_the_way), self.means.clock()
        dry = self.looked_at is not None and now < self.looked_at + LOOK
        if room <= 0 or now >= self.until or (dry and self.on_the_way):
            return
        try:
            async with self.database.write() as session:
                found = await claim(session, room=room, means=self.means)
        except DBAPIError as error:
            if not self.on_the_way or not may_try_again(error):
                raise
            # Another had those rows. What is on its way is not given up for that.
            found = []
        self.looked_at = None if found else now
        if found:
            self.means.reached(Point.CLAIMED)
        self.on_the_way |= {self._start(each) for each in found}

    def _start(self, claimed: Claimed) -> asyncio.Task[Outcome | None]:
        return asyncio.create_task(hand_over(claimed, self.means))

    async def _record(self, done: Iterable[asyncio.Task[Outcome | None]]) -> int:
        outcomes: list[Outcome] = []
        for task in done:
            error = task.exception()
            if error is not None:
                self.went_wrong.append(error)
            elif (outcome := task.result()) is not None:
                outcomes.append(outcome)
        if not outcomes:
            return 0
        for left in reversed(range(_TRIES)):
            try:
                return await self._written(outcomes)
            except DBAPIError as error:
                if not left or not may_try_again(error):
                    raise
        return 0

    async def _written(self, outcomes: list[Outcome]) -> int:
        async with self.database.write() as session:
            accepted = await record(
                session,
                outcomes,
                keyring=self.means.keyring,
                now=self.means.clock(),
            )
            self.means.reached(Point.RECORDING)
        self.means.reached(Point.RECORDED)
        return accepted
