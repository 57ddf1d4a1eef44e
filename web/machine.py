"""What the process that answers knows of itself and of the machine that it runs on.

Filled by whoever wires the program; pages show what is there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from scheduler.means import Means
from scheduler.ways import Health
from visitation.recordings.space import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process that forwards sound and picture.

    Attributes:
        busy: how much of a core it has used lately, from 0 to 1.
    """

    number: int
    rooms: int
    legs: int
    busy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """How things stand just now.

    Attributes:
        gateways: how each does, as this process found; empty where it sends nothing.
        disk_free: bytes, where the service keeps its data.
        disk_size: bytes.
        rooms: calls with a room.
        sockets: pages of calls that are connected.
        people: who has a place in a room, connected or about to come back.
        version: of the service.
        began_at: since when the process runs.
        workers: the processes that forward, as far as they have answered.
        expected: how many of them there should be.
        certificate_until: when the certificate that we show ourselves runs out; None
            where a proxy has it.
        recordings: the room that recordings take, as it was measured last; None where
            nothing is recorded.
    """

    gateways: tuple[Health, ...]
    disk_free: int
    disk_size: int
    rooms: int = 0
    sockets: int = 0
    people: int = 0
    version: str = ""
    began_at: datetime | None = None
    workers: tuple[Worker, ...] = ()
    expected: int = 0
    certificate_until: datetime | None = None
    recordings: Reading | None = None


#: How messages leave; missing where this process sends none.
MEANS = web.AppKey("MEANS", Means)
MACHINE = web.AppKey[Callable[[], Machine]]("MACHINE")
