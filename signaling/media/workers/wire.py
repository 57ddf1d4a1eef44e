"""What the service and a worker say to each other: frames of JSON on a socket pair.

Four bytes of length, then `{"is": kind, "says": fields}`. A worker faces the network,
so what comes from it is read as data and checked by `link`; nothing is unpickled.
Knows no process and no room.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, get_args

from signaling.media.engine import ParticipantStatistics, WorkerStatistics
from visitation.errors import VisitationError

#: A description has some ten thousand bytes; this only bounds what is believed.
MOST_BYTES: Final = 4 * 1024 * 1024
_LENGTH_BYTES: Final = 4

Argument = str | int | bool | None
Arguments = list[Argument]


class Broken(VisitationError):
    """What came over the pipe is no message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """The first word to a worker.

    Attributes:
        settings: of its forwarder, by name.
        sockets: descriptors it has inherited, bound to its port.
    """

    settings: dict[str, Any]
    sockets: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Calls what needs no answer."""

    verb: str
    arguments: Arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Calls what answers."""

    id: int
    verb: str
    arguments: Arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The worker forwards from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was asked for."""

    id: int
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The description cannot be used; the reason of `BadSdp`."""

    id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulted:
    """What was asked for raised something else; the worker has logged it."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event of the engine, by the name of its class."""

    event: str
    says: dict[str, Argument]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Statistics of some participants, and now and then of the worker.

    Attributes:
        at: the worker's monotonic second, which `last_heard` counts in.
    """

    at: float
    participants: dict[str, ParticipantStatistics]
    own: WorkerStatistics | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A line for the service's log."""

    level: str
    event: str
    says: dict[str, Any]


ToWorker = Begin | Order | Ask
FromWorker = Begun | Answered | Refused | Faulted | Told | Measured | Logged

_TO_WORKER: Final[Mapping[str, Any]] = {
    kind.__name__: kind for kind in get_args(ToWorker)
}


def fields_of(value: Any) -> dict[str, Any]:
    """The fields of a dataclass, as they are."""
    return {each.name: getattr(value, each.name) for each in fields(value)}


def frame(message: ToWorker | FromWorker) -> bytes:
    """The message as it goes over the pipe."""
    text = json.dumps(
        {"is": type(message).__name__, "says": message},
        default=fields_of,
        separators=(",", ":"),
    ).encode()
    return len(text).to_bytes(_LENGTH_BYTES, "big") + text


async def read(pipe: asyncio.StreamReader) -> tuple[str, dict[str, Any]] | None:
    """The next message's kind and fields, or None when the other side is gone.

    Raises:
        Broken: it is no frame of ours.
    """
    try:
        length = int.from_bytes(await pipe.readexactly(_LENGTH_BYTES), "big")
        if length > MOST_BYTES:
            raise Broken("too long")
        text = await pipe.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    try:
        given = json.loads(text)
        kind, says = given["is"], given["says"]
    except (ValueError, RecursionError, TypeError, KeyError):
        raise Broken("not JSON of ours") from None
    if not isinstance(kind, str) or not isinstance(says, dict):
        raise Broken("no kind")
    return kind, says


def order_of(kind: str, says: dict[str, Any]) -> ToWorker:
    """The service's message; it is ours, and believed."""
    built: ToWorker = _TO_WORKER[kind](**says)
    return built
