"""Events and a receiver of them, for the tests of this folder."""

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler import webhooks
from scheduler.means import Means
from tests.fakes import Clock
from tests.webhooks.receiver import Receiver
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.webhooks import events, receivers
from visitation.webhooks.deliveries import Outcome
from visitation.webhooks.events import Happening
from visitation.webhooks.tables import Webhook
from visitation.words import TOPICS, Topic

ADDRESS = "https://receiver.example/events"


@dataclass(kw_only=True)
class Line:
    """Everything between the record and one receiver."""

    database: Database
    clock: Clock
    keyring: Keyring
    receiver: Receiver
    webhook_id: int
    sequence: int = 0

    async def post(
        self, address: str, *, headers: Mapping[str, str], body: bytes
    ) -> Outcome:
        assert address == ADDRESS
        return Outcome(status=self.receiver.receive(dict(headers), body))

    @property
    def means(self) -> Means:
        return Means(
            clock=self.clock,
            keyring=self.keyring,
            gateways=(),
            node="here",
            randomness=lambda: 1.0,
            post=self.post,
        )

    async def happen(
        self, key: str, number: int, *, province: int | None = None
    ) -> None:
        self.sequence += 1
        one = Happening(
            reference=f"evt_{self.sequence}",
            sequence=self.sequence,
            topic=Topic.CASE_STEP,
            key=key,
            number=number,
            province_id=province,
            at=self.clock(),
            body={"case": key},
        )
        async with self.database.write() as session:
            await events.put(session, [one], now=self.clock())

    async def send(self) -> int:
        return await webhooks.send_due(
            self.database, now=self.clock(), means=self.means
        )

    async def webhook(self) -> Webhook:
        async with self.database.read() as session:
            return await session.get_one(Webhook, self.webhook_id)


async def connected(database: Database, clock: Clock, keyring: Keyring) -> Line:
    """A receiver that is told of everything."""
    async with database.write() as session:
        row, secret = await receivers.add(
            session,
            reference="the-receiver",
            label="دادگستری",
            address=ADDRESS,
            topics=TOPICS,
            province_id=None,
            keyring=keyring,
            by=SYSTEM,
            now=clock(),
        )
        found = row.id
    return Line(
        database=database,
        clock=clock,
        keyring=keyring,
        receiver=Receiver(secret, clock),
        webhook_id=found,
    )
