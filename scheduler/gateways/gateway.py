"""What a message gateway is: something that takes a phone number and a text.

A gateway tells three ways of failing apart, because only one of them may be tried
again without care.
"""

from dataclasses import dataclass
from typing import Protocol

from visitation.errors import VisitationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The gateway took the message, under an id of its own."""

    gateway_id: str


class Temporary(VisitationError):
    """The gateway certainly did not take the message; it may take it later.

    Attributes:
        code: the gateway's own code, or a word for what happened.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Permanent(VisitationError):
    """The gateway will never take this message.

    Attributes:
        code: the gateway's own code.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unknown(VisitationError):
    """The message left and no answer came: it may or may not have been taken.

    Attributes:
        code: a word for what happened.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Gateway(Protocol):
    """Hands messages to a provider.

    Attributes:
        name: stored with each message that it took.
        allows_link: whether a message through it may contain the service's address.
    """

    @property
    def name(self) -> str: ...

    @property
    def allows_link(self) -> bool: ...

    async def send(self, phone: str, text: str, reference: str) -> Sent:
        """Hand over one message.

        Args:
            phone: in E.164.
            text: what it says.
            reference: our own id of the message, for the gateway's log.

        Raises:
            Temporary: it was certainly not taken, and may be later.
            Permanent: it never will be.
            Unknown: no answer came.
        """
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...
