"""`make prove-outage`: a provider is away for four hours while 10,000 messages are due.

The clock is simulated, the database is SQLite. Some messages are worth nothing any
more when the provider is back. All others must go out then, the most urgent first, and
none of those may; nothing may go out twice.

`ARGS=500` has so many messages due instead.
"""

import asyncio
import itertools
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlmodel import col, select

from scheduler import dispatch, outgoing, reconcile
from scheduler.gateways import Letter, Sent, Temporary, Unknown
from scheduler.means import Means
from tests.conftest import NOON
from tests.fakes import Clock, seeded_keyring
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.posted import draft, posted, stored
from visitation.database import Database, migrate
from visitation.lifecycle import MessageState
from visitation.messages import Message
from visitation.wording import Template

MESSAGES: Final = 10_000
OUTAGE: Final = timedelta(hours=4)
PER_SECOND: Final = 50
#: How often is swept, during the outage and after it.
DURING, AFTER = timedelta(seconds=15), timedelta(seconds=1)
#: Until then everything must have gone out.
LONGEST: Final = timedelta(hours=1)
UNDECIDED: Final = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)
TEMPLATES: Final = (
    Template.CANCELLED,
    Template.REQUESTED,
    Template.OFFICIAL_REMINDER_SOON,
    Template.OFFICIAL_REMINDER_DAY,
)


class Away(FakeGateway):
    """A gateway that cannot be reached, or does not answer, until it is back."""

    def __init__(self, clock: Clock, until: datetime) -> None:
        super().__init__("away", per_second=PER_SECOND)
        self._clock, self._until = clock, until
        self.tries = 0
        self.took: list[tuple[datetime, str]] = []

    async def send(self, letter: Letter) -> Sent:
        if self._clock() < self._until:
            self.tries += 1
            raise Unknown("timeout") if self.tries % 2 else Temporary("unreachable")
        self.took.append((self._clock(), letter.reference))
        return await super().send(letter)

    async def find(self, letter: Letter, *, since: datetime) -> Sent | None:
        if self._clock() < self._until:
            raise Temporary("unreachable")
        return await super().find(letter, since=since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of it.

    Attributes:
        tries: how often the provider was tried while it was away.
        inversions: less urgent messages sent while a more urgent one waited that was
            not itself waiting for its next attempt.
        minutes: from the end of the outage until all was sent.
    """

    messages: int
    tries: int
    sent: int
    expired: int
    lost: int
    sent_expired: int
    sent_twice: int
    inversions: int
    minutes: float

    @property
    def right(self) -> bool:
        """Whether all that was worth sending was sent once, in order, and no more."""
        return not (
            self.lost or self.sent_expired or self.sent_twice or self.inversions
        )


async def endured(
    database: Database,
    *,
    count: int,
    during: timedelta = DURING,
    after: timedelta = AFTER,
) -> Found:
    """Let an outage come and go; how often is swept while it lasts and afterwards."""
    clock, luck = Clock(NOON), random.Random(1)
    back = NOON + OUTAGE
    gateway = Away(clock, back)
    await posted(database, *(_draft(luck) for _ in range(count)))
    at_hand = means(clock, seeded_keyring(), gateway)
    while clock() < back:
        await _sweep(database, clock, at_hand)
        clock.forward(during)
    tried = {row.id for row in await stored(database) if row.attempts}
    while clock() < back + LONGEST and await _waiting(database):
        await _sweep(database, clock, at_hand)
        clock.forward(after)
    return _found(gateway, await stored(database), tried, back)


async def _sweep(database: Database, clock: Clock, at_hand: Means) -> None:
    now = clock()
    await dispatch.send_due(database, now=now, means=at_hand)
    await reconcile.reconcile(database, now=now, means=at_hand)


async def _waiting(database: Database) -> bool:
    async with database.read() as session:
        rows = await session.exec(
            select(Message.id).where(col(Message.state).in_(UNDECIDED)).limit(1)
        )
        return rows.first() is not None


def _draft(luck: random.Random) -> dict:
    due = NOON + luck.random() * OUTAGE
    # A quarter is worth nothing any more when the provider is back.
    lasts = OUTAGE * (luck.random() if luck.random() < 0.25 else 3)
    template = luck.choice(TEMPLATES)
    return draft(template, not_before=due, expires_at=due + lasts)


def _found(
    gateway: Away, rows: Sequence[Message], tried: set[int], back: datetime
) -> Found:
    keyring = seeded_keyring()
    named = {outgoing.reference(row, keyring): row for row in rows}
    sent = [(at, named[reference]) for at, reference in gateway.took]
    times = Counter(row.id for _, row in sent)
    worth = [row for row in rows if row.expires_at > back + LONGEST]
    fresh = [row.priority for _, row in sent if row.id not in tried]
    return Found(
        messages=len(rows),
        tries=gateway.tries,
        sent=len(times),
        expired=sum(row.state is MessageState.EXPIRED for row in rows),
        lost=sum(row.id not in times for row in worth),
        sent_expired=sum(at >= row.expires_at for at, row in sent),
        sent_twice=sum(count > 1 for count in times.values()),
        inversions=sum(later < before for before, later in itertools.pairwise(fresh)),
        minutes=round((sent[-1][0] - back) / timedelta(minutes=1), 1) if sent else 0,
    )


async def main() -> int:
    """Endure, count, print."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory) / 'outage.db'}"
        await asyncio.to_thread(migrate, url)
        database = Database(url)
        found = await endured(database, count=count)
        await database.close()
    print(json.dumps({"prove": "outage", "right": found.right, **asdict(found)}))
    return 0 if found.right else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
