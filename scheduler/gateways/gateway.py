"""What a message gateway is: something that takes a phone number and a text.

A gateway tells its ways of failing apart, because each asks for something else: wait,
give up, remember that somebody wants no messages, call for help, or find out first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from visitation.errors import VisitationError
from visitation.wording import Template
from visitation.words import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message as it is handed over.

    Attributes:
        reference: a number below 2 to the 52nd that names the message at a provider,
            the same whenever it is handed over or asked for.
        phone: in E.164.
        text: what it says.
        template: what it says, for gateways that send approved patterns only.
        variables: the pattern's values by name, cut to their limits, with the code.
        validity: how long it is worth delivering.
    """

    reference: str
    phone: str = field(repr=False)
    text: str = field(repr=False)
    template: Template
    language: str
    variables: Mapping[str, str] = field(repr=False)
    channel: Channel
    validity: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The gateway took the message, under an id of its own."""

    gateway_id: str


class Fate(StrEnum):
    """What became of a message that a gateway took; each is at least the one before."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a gateway says of a message it took.

    Attributes:
        status: in the gateway's own word.
        code: the gateway's own error code, empty without one.
        opted_out: whether it says that the owner of the number wants no messages.
    """

    gateway_id: str
    fate: Fate
    status: str
    code: str = ""
    opted_out: bool = False


class _Failure(VisitationError):
    """A message was not certainly taken.

    Attributes:
        code: the gateway's own code, or a word for what happened.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Temporary(_Failure):
    """The gateway certainly did not take the message; it may take it later."""


class Permanent(_Failure):
    """The gateway will never take this message."""


class OptedOut(Permanent):
    """The owner of the number wants no messages."""


class Misconfigured(_Failure):
    """The account, not the message, is wrong: nothing goes out until that is mended."""


class Unknown(_Failure):
    """The message left and no answer came: it may or may not have been taken."""


class Gateway(Protocol):
    """Hands messages to a provider. A new one is one class with these members.

    Attributes:
        name: stored with each message that it took.
        allows_link: whether a message through it may contain the service's address.
        channels: what it can carry.
        per_second: how many messages it takes in a second.
        finds: whether it can be asked for a message it may have taken.
        calls_back: whether it tells by itself what became of a message.
    """

    @property
    def name(self) -> str: ...

    @property
    def allows_link(self) -> bool: ...

    @property
    def channels(self) -> frozenset[Channel]: ...

    @property
    def per_second(self) -> float: ...

    @property
    def finds(self) -> bool: ...

    @property
    def calls_back(self) -> bool: ...

    async def send(self, letter: Letter) -> Sent:
        """Hand over one message.

        Raises:
            Temporary: it was certainly not taken, and may be later.
            Permanent: it never will be.
            OptedOut: the owner of the number wants none.
            Misconfigured: the account is wrong, not the message.
            Unknown: no answer came.
        """
        ...

    async def find(self, letter: Letter, *, since: datetime) -> Sent | None:
        """The message, if it was taken after all; None if the provider has none such.

        Raises:
            Temporary: it cannot be asked now.
        """
        ...

    async def delivery(self, gateway_id: str) -> Delivery | None:
        """What became of a message it took; None where it cannot say.

        Raises:
            Temporary: it cannot be asked now.
        """
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...
