"""What sweeps work with beside the database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scheduler.gateways.gateway import Gateway
from visitation.keyring import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """A clock, the keys, a way out for messages, and the service's address.

    Attributes:
        link: what is appended to messages where the gateway allows an address.
    """

    clock: Callable[[], datetime]
    keyring: Keyring
    gateway: Gateway
    link: str = ""
