"""Where whoever waits for a slot stands."""

from enum import StrEnum


class WaitingState(StrEnum):
    """Where a family stands that waits for a slot."""

    WAITING = "waiting"
    OFFERED = "offered"
    PLACED = "placed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class OfferState(StrEnum):
    """What became of a slot that was offered to a waiting family."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
