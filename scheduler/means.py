"""What sweeps work with beside the database."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from scheduler.gateways.gateway import Gateway
from scheduler.quiet import QuietHours
from scheduler.ways import Health, Ways
from visitation.keyring import Keyring
from visitation.recordings.space import Meter
from visitation.retention import Kept
from visitation.webhooks.deliveries import Outcome


class Point(StrEnum):
    """Where the sending of a message stands; it may be killed at each."""

    CLAIMED = "claimed"
    SENT = "sent"
    RECORDING = "recording"
    RECORDED = "recorded"


class Post(Protocol):
    """Posts to a receiver of events once, and says what came of it."""

    def __call__(
        self, address: str, *, headers: Mapping[str, str], body: bytes
    ) -> Awaitable[Outcome]: ...


def _go_on(point: Point) -> None:
    """Nobody waits for anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """A clock, the keys, the ways out for messages, and the service's address.

    Attributes:
        gateways: in the order in which they are preferred; at least one.
        node: which of several processes on one database this is.
        randomness: a number from 0 up to 1, so that waiting times differ.
        link: what is appended to messages where the gateway allows an address.
        quiet_hours: when messages that may wait for the morning do.
        keeps_numbers: how long after a message is worth nothing it is known to whom
            it went.
        keeps: for how many days kinds of records are kept where nobody chose, if that
            is not what is usual.
        ways: what this process remembers of its gateways.
        recordings: the room for recordings; None where nothing is recorded.
        post: how events reach other systems; None where none are sent.
        reached: told whenever the sending of a message has come to a point.
    """

    clock: Callable[[], datetime]
    keyring: Keyring
    gateways: tuple[Gateway, ...]
    node: str
    randomness: Callable[[], float]
    link: str = ""
    quiet_hours: QuietHours = field(default_factory=QuietHours)
    keeps_numbers: timedelta = timedelta(days=90)
    keeps: Mapping[Kept, int] = field(default_factory=dict)
    ways: Ways = field(default_factory=Ways)
    recordings: Meter | None = None
    post: Post | None = None
    reached: Callable[[Point], None] = _go_on

    def health(self) -> tuple[Health, ...]:
        """How each gateway does, in order of preference."""
        return self.ways.health(self.gateways)

    def gateway(self, name: str) -> Gateway | None:
        """The gateway of that name; None if it is not among ours any more."""
        return next((each for each in self.gateways if each.name == name), None)
