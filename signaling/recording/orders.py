"""What the process that finishes a recording is told, and what it answers.

JSON both ways: the key of a recording stands in no list of arguments and in no
environment, which others on the machine may read.
"""

import base64
import binascii
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from visitation.errors import VisitationError


class BadOrder(VisitationError):
    """What was told makes no sense."""


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal by its name, and whose it is."""

    name: str
    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to finish.

    Attributes:
        directory: of this recording.
        key: of this recording.
        epoch: when it began, in seconds since 1970.
    """

    directory: Path
    key: bytes = field(repr=False)
    journals: tuple[Journal, ...]
    epoch: float


def read(text: str) -> Order:
    """Reads an order.

    Raises:
        BadOrder: if it is none.
    """
    try:
        told = json.loads(text)
        return Order(
            directory=Path(told["directory"]),
            key=base64.b64decode(told["key"], validate=True),
            journals=tuple(_journal(each) for each in told["journals"]),
            epoch=float(told["epoch"]),
        )
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise BadOrder("order") from None


def written(order: Order) -> str:
    """An order as it is told."""
    return json.dumps(
        {
            "directory": str(order.directory),
            "key": base64.b64encode(order.key).decode(),
            "journals": [
                {"name": each.name, "participant": each.participant}
                for each in order.journals
            ],
            "epoch": order.epoch,
        }
    )


def _journal(told: dict[str, Any]) -> Journal:
    name, participant = str(told["name"]), str(told["participant"])
    if any(not each or Path(each).name != each for each in (name, participant)):
        raise ValueError(name)
    return Journal(name, participant)
