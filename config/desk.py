"""What an act of the command line works with, and how it is refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from visitation.audit import Actor
from visitation.database import Database
from visitation.errors import VisitationError
from visitation.keyring import Keyring

#: Whoever has the shell of the machine.
OPERATOR = Actor(key="operator")


class Impossible(VisitationError):
    """The act cannot be done; the message says why, for the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an act works with."""

    database: Database
    keyring: Keyring
    now: datetime


Act = Callable[..., Awaitable[Any]]
