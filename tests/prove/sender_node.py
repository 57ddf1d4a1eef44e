"""A process that sends messages, and is killed at a point of its work.

It talks to a provider over HTTP, kills itself as `kill -9` does once it has come to
the point so many times, and has a clock that is ahead, so that nobody needs to wait
for leases and for lists that lag.
"""

import asyncio
import os
import signal
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import structlog

from scheduler import dispatch, reconcile
from scheduler.gateways import Delivery, Letter, Sent, Temporary, Unknown
from scheduler.means import Means, Point
from tests.fakes import seeded_keyring
from visitation.database import Database
from visitation.words import Channel

TURNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a node is to do.

    Attributes:
        point: where it is killed; None for never.
        times: how often it gets there before.
        ahead: seconds by which its clock is ahead.
        share: how many messages it takes at once, so that others have work too.
    """

    url: str
    provider: str
    node: str
    point: Point | None
    times: int
    ahead: float
    share: float


class OverHttp:
    """A gateway to the provider of this proof."""

    name = "proof"
    allows_link = False
    channels = frozenset(Channel)
    finds = True
    calls_back = False

    def __init__(self, address: str, *, per_second: float) -> None:
        self.per_second = per_second
        self._address = address
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10.0))

    async def send(self, letter: Letter) -> Sent:
        try:
            async with self._session.post(
                f"{self._address}/send", params={"reference": letter.reference}
            ) as answer:
                return Sent(gateway_id=await answer.text())
        except (aiohttp.ClientError, TimeoutError):
            raise Unknown("disconnected") from None

    async def find(self, letter: Letter, *, since: datetime) -> Sent | None:
        try:
            async with self._session.get(
                f"{self._address}/find", params={"reference": letter.reference}
            ) as answer:
                found = await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            raise Temporary("disconnected") from None
        return Sent(gateway_id=found) if found else None

    async def delivery(self, gateway_id: str) -> Delivery | None:
        return None

    async def close(self) -> None:
        await self._session.close()


def run(orders: Orders) -> None:
    """Sweep a few times, unless killed before."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    asyncio.run(_sweep(orders))


async def _sweep(orders: Orders) -> None:
    left = orders.times

    def reached(point: Point) -> None:
        nonlocal left
        left -= point is orders.point
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=orders.ahead)

    database = Database(orders.url)
    gateway = OverHttp(orders.provider, per_second=orders.share)
    database.hold()
    means = Means(
        clock=clock,
        keyring=seeded_keyring(),
        gateways=(gateway,),
        node=orders.node,
        randomness=lambda: 1.0,
        reached=reached,
    )
    for _ in range(TURNS):
        await dispatch.send_due(database, now=clock(), means=means)
        await reconcile.reconcile(database, now=clock(), means=means)
    await gateway.close()
    await database.close()
