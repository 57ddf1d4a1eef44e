"""Calls: entering, ticking off, starting, ending; what was lost, and what was said."""

from visitation.calls import (
    after,
    awaiting,
    chat,
    helping,
    interpreting,
    losses,
    orders,
    seating,
    watching,
)
from visitation.calls.conduct import close, finish, outcome_of, start
from visitation.calls.entrance import Admission, Denied, admit, attend
from visitation.calls.extension import NotExtendable, extend, give_back, seats_of
from visitation.calls.losses import Losses, went_down
from visitation.calls.orders import Orders
from visitation.calls.presence import (
    away,
    joined,
    left,
    minutes_by_side,
    not_told,
    reconnecting,
    returned,
    seen,
    supervised,
    tick,
    waiting,
)
from visitation.calls.tables import LostTime, Presence

__all__ = [
    "Admission",
    "Denied",
    "Losses",
    "LostTime",
    "NotExtendable",
    "Orders",
    "Presence",
    "admit",
    "after",
    "attend",
    "awaiting",
    "away",
    "chat",
    "close",
    "extend",
    "finish",
    "give_back",
    "helping",
    "interpreting",
    "joined",
    "left",
    "losses",
    "minutes_by_side",
    "not_told",
    "orders",
    "outcome_of",
    "reconnecting",
    "returned",
    "seating",
    "seats_of",
    "seen",
    "start",
    "supervised",
    "tick",
    "waiting",
    "watching",
    "went_down",
]
