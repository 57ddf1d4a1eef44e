"""A room as one process has it: with the sockets that are in it just now."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from signaling.credit import Ledger
from signaling.peer import Peer
from signaling.room import Room


@dataclass(slots=True, kw_only=True)
class Live:
    """A room and the sockets that are in it just now.

    Attributes:
        version: of the visit's time and place, as the room was made for.
        ledger: the time in which one side did not hear the other.
        asked: before which end, and how long before it, somebody has asked the record
            whether lost time can be given back.
    """

    visit: str
    version: int
    room: Room
    peers: dict[str, Peer] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    asked: set[tuple[datetime, timedelta]] = field(default_factory=set)
