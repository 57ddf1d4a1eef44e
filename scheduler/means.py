"""What sweeps work with beside the database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scheduler.gateways.gateway import Gateway
from visitation.keyring import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """A clock, the keys, the ways out for messages, and the service's address.

    Attributes:
        gateways: in the order in which they are preferred; at least one.
        node: which of several processes on one database this is.
        randomness: a number from 0 up to 1, so that waiting times differ.
        link: what is appended to messages where the gateway allows an address.
    """

    clock: Callable[[], datetime]
    keyring: Keyring
    gateways: tuple[Gateway, ...]
    node: str
    randomness: Callable[[], float]
    link: str = ""
