"""What providers tell by themselves: who may, and what it means.

A desk believes what one gateway's provider posts, or refuses it before it reads any
of it. Knows no page and no database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from multidict import MultiMapping

from scheduler.gateways.gateway import Delivery
from visitation.errors import VisitationError


class Forged(VisitationError):
    """What came does not prove that it comes from the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A request as it came.

    Attributes:
        key: the last part of the path, where the address holds a key; else empty.
        headers: looked up without regard to case.
        fields: of the query and of the form.
        body: as it was sent.
    """

    key: str
    headers: Mapping[str, str]
    fields: MultiMapping[str]
    body: bytes


class Desk(Protocol):
    """Takes what one provider tells."""

    def read(self, told: Told) -> Delivery | None:
        """What it says of a message; None if it says nothing that we keep.

        Raises:
            Forged: if nothing proves who sent it.
        """
        ...
