"""What the process that answers knows of itself and of the machine that it runs on.

Filled by whoever wires the program; pages show what is there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from scheduler.means import Means
from scheduler.ways import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """How things stand just now.

    Attributes:
        gateways: how each does, as this process found; empty where it sends nothing.
        disk_free: bytes, where the service keeps its data.
        disk_size: bytes.
        rooms: calls with a room.
        sockets: pages of calls that are connected.
        workers: processes that forward sound and picture.
    """

    gateways: tuple[Health, ...]
    disk_free: int
    disk_size: int
    rooms: int
    sockets: int
    workers: int


#: How messages leave; missing where this process sends none.
MEANS = web.AppKey("MEANS", Means)
MACHINE = web.AppKey[Callable[[], Machine]]("MACHINE")
