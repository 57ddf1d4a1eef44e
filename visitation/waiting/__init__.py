"""The waiting list: who waits for a slot, what was offered, and plans for many."""

from visitation.waiting.codes import NoSuchOffer, code_of
from visitation.waiting.entries import (
    OPEN,
    Days,
    NotWaiting,
    join,
    may_join,
    put_back,
    returning,
    shift,
    visitors_of,
    withdraw,
)
from visitation.waiting.line import Waiting, between, in_order, line, standing
from visitation.waiting.tables import (
    Offer,
    Placement,
    Plan,
    WaitingEntry,
    WaitingVisitor,
)

__all__ = [
    "OPEN",
    "Days",
    "NoSuchOffer",
    "NotWaiting",
    "Offer",
    "Placement",
    "Plan",
    "Waiting",
    "WaitingEntry",
    "WaitingVisitor",
    "between",
    "code_of",
    "in_order",
    "join",
    "line",
    "may_join",
    "put_back",
    "returning",
    "shift",
    "standing",
    "visitors_of",
    "withdraw",
]
