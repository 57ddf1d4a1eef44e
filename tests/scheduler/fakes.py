"""A gateway that remembers what it was given and fails as it is told."""

import asyncio
from collections.abc import Callable

from scheduler.gateways import Sent
from scheduler.means import Means
from tests.fakes import Clock
from visitation.keyring import Keyring


class FakeGateway:
    """Takes every message, unless `failing` raises for it."""

    name = "fake"

    def __init__(self, *, allows_link: bool = False) -> None:
        self.allows_link = allows_link
        self.sent: list[tuple[str, str]] = []
        self.failing: list[Exception] = []
        self.before: Callable[[], None] = lambda: None
        self.pause = 0.0

    async def send(self, phone: str, text: str, reference: str) -> Sent:
        self.before()
        if self.pause:
            await asyncio.sleep(self.pause)
        if self.failing:
            raise self.failing.pop(0)
        self.sent.append((phone, text))
        return Sent(gateway_id=f"fake-{len(self.sent)}")

    async def close(self) -> None:
        pass


def means(clock: Clock, keyring: Keyring, gateway: FakeGateway, **more) -> Means:
    return Means(clock=clock, keyring=keyring, gateway=gateway, **more)
