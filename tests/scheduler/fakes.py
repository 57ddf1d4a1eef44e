"""A gateway that remembers what it was given and fails as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.gateways import Delivery, Letter, Sent
from scheduler.means import Means
from tests.fakes import Clock
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.words import Channel


class FakeGateway:
    """Takes every message, unless `failing` raises for it.

    What it takes is in `sent`; `taken` has it by reference, and `hides` says how many
    of the next questions for it get no answer.
    """

    calls_back = False

    def __init__(
        self,
        name: str = "fake",
        *,
        allows_link: bool = False,
        channels: frozenset[Channel] = frozenset(Channel),
        per_second: float = 1000.0,
        finds: bool = True,
    ) -> None:
        self.name = name
        self.allows_link = allows_link
        self.channels = channels
        self.per_second = per_second
        self.finds = finds
        self.letters: list[Letter] = []
        self.failing: list[Exception] = []
        self.takes_and_fails: list[Exception] = []
        self.cannot_be_asked: list[Exception] = []
        self.hides = 0
        self.asked: list[datetime] = []
        self.deliveries: dict[str, Delivery] = {}
        self.before: Callable[[], None] = lambda: None
        self.pause = 0.0

    @property
    def sent(self) -> list[tuple[str, str]]:
        """To whom, and what."""
        return [(letter.phone, letter.text) for letter in self.letters]

    async def send(self, letter: Letter) -> Sent:
        self.before()
        if self.pause:
            await asyncio.sleep(self.pause)
        if self.failing:
            raise self.failing.pop(0)
        self.letters.append(letter)
        if self.takes_and_fails:
            raise self.takes_and_fails.pop(0)
        return Sent(gateway_id=f"{self.name}-{len(self.letters)}")

    async def find(self, letter: Letter, *, since: datetime) -> Sent | None:
        self.asked.append(since)
        if self.cannot_be_asked:
            raise self.cannot_be_asked.pop(0)
        if self.hides:
            self.hides -= 1
            return None
        for number, taken in enumerate(self.letters, 1):
            if taken.reference == letter.reference:
                return Sent(gateway_id=f"{self.name}-{number}")
        return None

    async def delivery(self, gateway_id: str) -> Delivery | None:
        return self.deliveries.get(gateway_id)

    async def close(self) -> None:
        pass


class Gone(Database):
    """A database that nobody can reach any more."""

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        raise ConnectionRefusedError
        yield

    write = read


def means(clock: Clock, keyring: Keyring, *gateways: FakeGateway, **more) -> Means:
    """Means whose waiting times are the longest there may be."""
    return Means(
        **{
            "clock": clock,
            "keyring": keyring,
            "gateways": gateways,
            "node": "here",
            "randomness": lambda: 1.0,
        }
        | more
    )
