"""What follows when a message did not arrive: one more way after the other.

Tables, by template. How long is waited before each is in `patience`. Knows no row and
no clock.
"""

from collections.abc import Mapping
from enum import StrEnum

from visitation.lifecycle import VisitState
from visitation.wording import WORDINGS, Template


class Rung(StrEnum):
    """One more way to reach somebody."""

    AGAIN = "again"
    HELPER = "helper"
    CALL = "call"


_ALL = (Rung.AGAIN, Rung.HELPER, Rung.CALL)
#: By priority: a code is asked for again by whoever wants it, and "come now" is worth
#: nothing in half an hour.
_BY_PRIORITY: Mapping[int, tuple[Rung, ...]] = {
    0: (),
    1: (Rung.HELPER, Rung.CALL),
    2: _ALL,
    3: _ALL,
    4: _ALL,
    5: _ALL,
}
#: Where it is otherwise. Staff see every open offer, and its code is the family's
#: alone; who asked for a visit hears of it when it is decided.
_ELSE: Mapping[Template, tuple[Rung, ...]] = {
    Template.OFFER: (Rung.AGAIN,),
    Template.REQUESTED: (Rung.AGAIN,),
}
LADDERS: Mapping[Template, tuple[Rung, ...]] = {
    template: _ELSE.get(template, _BY_PRIORITY[wording.priority])
    for template, wording in WORDINGS.items()
}
#: While a visit stands so, what was said of it is worth saying again.
STANDS: Mapping[Template, frozenset[VisitState]] = {
    Template.READY: frozenset({VisitState.BOOKED, VisitState.LIVE}),
    Template.RECALL: frozenset({VisitState.BOOKED, VisitState.LIVE}),
    Template.CANCELLED: frozenset({VisitState.CANCELLED}),
    Template.WAITLISTED: frozenset({VisitState.CANCELLED}),
    Template.OFFICIAL_CANCELLED: frozenset({VisitState.CANCELLED}),
    Template.REQUESTED: frozenset({VisitState.REQUESTED}),
    Template.DECLINED: frozenset({VisitState.DECLINED}),
    Template.EXPIRED: frozenset({VisitState.EXPIRED}),
    Template.OFFER: frozenset({VisitState.HELD}),
}
_BOOKED = frozenset({VisitState.BOOKED})


def stands(template: Template, state: VisitState) -> bool:
    """Whether a visit in this state is still what the message says of it."""
    return state in STANDS.get(template, _BOOKED)
