"""The ways out for messages as they are just now: which answers, which is passed over.

A gateway that fails again and again is passed over for a while, and then tried with a
single message; the next in order takes what it can carry meanwhile. This is remembered
in this process alone: another finds out for itself, and a new start hopes anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from scheduler.gateways.gateway import Gateway
from scheduler.pace import Pace
from visitation.words import Channel

log = structlog.get_logger(__name__)

#: So many failures in a row are no accident.
FAILURES = 3
#: How long a gateway is passed over at first, and at most; twice as long each time.
FIRST_REST = timedelta(seconds=15)
LONGEST_REST = timedelta(minutes=2)
#: A try of which nothing was heard for so long never was one.
TRY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a gateway does.

    Attributes:
        alive: whether messages are given to it.
        since: since when that is so; None if it was never tried.
        code: of its last failure, empty without one.
        misconfigured: whether somebody has to mend its account.
    """

    name: str
    alive: bool
    since: datetime | None
    code: str
    misconfigured: bool


class Way:
    """One gateway, its pace, and whether it is passed over."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self._pace = Pace(gateway.per_second)
        self._failures = 0
        self._rest = FIRST_REST
        self._until: datetime | None = None
        self._trying_until: datetime | None = None
        self._since: datetime | None = None
        self._code = ""
        self._misconfigured = False
        self._ask_at: dict[str, datetime] = {}

    @property
    def alive(self) -> bool:
        """Whether it is not passed over."""
        return self._until is None

    @property
    def health(self) -> Health:
        """How it does."""
        return Health(
            name=self.gateway.name,
            alive=self.alive,
            since=self._since,
            code=self._code,
            misconfigured=self._misconfigured,
        )

    def open(self, now: datetime) -> bool:
        """Whether it may be given anything: it is alive, or it is time to try."""
        if self.alive:
            return True
        rests = _lies_within(self._until, now, LONGEST_REST)
        return not rests and not _lies_within(self._trying_until, now, TRY)

    def room(self, now: datetime) -> int:
        """How many messages may be given to it now."""
        if not self.open(now):
            return 0
        room = self._pace.room(now)
        return room if self.alive else min(1, room)

    def given(self, count: int, now: datetime) -> None:
        """Count what it is given."""
        self._pace.take(count)
        if not self.alive:
            self._trying_until = now + TRY

    def answered(self, now: datetime) -> None:
        """It took a message, or refused one for good: it works."""
        self._failures, self._trying_until, self._misconfigured = 0, None, False
        if self._since is None or not self.alive:
            self._since = now
        if not self.alive:
            log.info("gateway_answers", gateway=self.gateway.name)
        self._until, self._rest = None, FIRST_REST

    def failed(self, now: datetime, code: str, *, misconfigured: bool = False) -> None:
        """It took nothing, or nobody knows; after some of these it is passed over."""
        self._failures += 1
        self._trying_until, self._code = None, code
        if not misconfigured and self.alive and self._failures < FAILURES:
            return
        if _lies_within(self._until, now, LONGEST_REST):
            return  # What was on its way before tells nothing new.
        if self.alive:
            self._since = now
            tell = log.error if misconfigured else log.warning
            tell("gateway_passed_over", gateway=self.gateway.name, code=code)
        self._misconfigured = misconfigured
        self._until = now + self._rest
        self._rest = min(self._rest * 2, LONGEST_REST)

    def to_be_asked(
        self, sent: Mapping[str, datetime], now: datetime, *, most: int
    ) -> list[str]:
        """Which of the messages sent at these times to ask for now, by its ids.

        Each is asked for at once, and again when it is twice as old. Those beyond the
        `most` have their turn next.
        """
        known = {each: at for each, at in self._ask_at.items() if each in sent}
        due = [each for each in sent if known.get(each, now) <= now][:most]
        self._ask_at = known | {each: now + (now - sent[each]) for each in due}
        return due

    def undecided(self) -> None:
        """What it was given to try was not sent after all."""
        self._trying_until = None


def _lies_within(end: datetime | None, now: datetime, longest: timedelta) -> bool:
    """Whether a wait is not over; one that a clock put back made longer is."""
    return end is not None and now < end <= now + longest


class Ways:
    """What is remembered of each gateway, by its name."""

    def __init__(self) -> None:
        self._known: dict[str, Way] = {}

    def of(self, gateway: Gateway) -> Way:
        """The way through a gateway."""
        return self._known.setdefault(gateway.name, Way(gateway))

    def by_channel(
        self, gateways: Iterable[Gateway], now: datetime, *, living: bool = False
    ) -> dict[Way, list[Channel]]:
        """Which way each channel goes now: the first open one that carries it.

        Of the `living` only, one that is merely to be tried is left out.
        """
        found: dict[Way, list[Channel]] = {}
        ways = [self.of(each) for each in gateways]
        if living:
            ways = [way for way in ways if way.alive]
        for channel in Channel:
            able = (each for each in ways if channel in each.gateway.channels)
            first = next((each for each in able if each.open(now)), None)
            if first is not None:
                found.setdefault(first, []).append(channel)
        return found

    def another(
        self, gateways: Iterable[Gateway], way: Way, channel: Channel, now: datetime
    ) -> bool:
        """Whether another way than this is open to a channel."""
        return any(
            each.name != way.gateway.name
            and channel in each.channels
            and self.of(each).open(now)
            for each in gateways
        )

    def health(self, gateways: Iterable[Gateway]) -> tuple[Health, ...]:
        """How each gateway does, in order."""
        return tuple(self.of(each).health for each in gateways)
