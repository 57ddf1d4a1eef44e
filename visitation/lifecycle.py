"""The lives of a visit, a participant and a message, as tables; who may do what.

Which state may follow which lives in this file. A visit is moved by its table alone;
participants and messages are moved along theirs by conditional UPDATEs where the call
and the dispatch record what happened. Pages draw their buttons from the same tables, so
that a page never offers what the server refuses.
"""

from collections.abc import Mapping
from enum import StrEnum

from visitation.errors import VisitationError
from visitation.words import Role


class VisitState(StrEnum):
    """Where a visit stands."""

    HELD = "held"
    REQUESTED = "requested"
    BOOKED = "booked"
    LIVE = "live"
    COMPLETED = "completed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    MISSED = "missed"
    UNCLOSED = "unclosed"


class VisitAction(StrEnum):
    """What moves a visit from one state to another."""

    SUBMIT = "submit"
    CONFIRM = "confirm"
    APPROVE = "approve"
    DECLINE = "decline"
    CANCEL = "cancel"
    EXPIRE = "expire"
    START = "start"
    FINISH = "finish"
    MISS = "miss"
    ABANDON = "abandon"
    CLOSE = "close"


VISIT: Mapping[tuple[VisitState, VisitAction], VisitState] = {
    (VisitState.HELD, VisitAction.SUBMIT): VisitState.REQUESTED,
    (VisitState.HELD, VisitAction.CONFIRM): VisitState.BOOKED,
    (VisitState.HELD, VisitAction.CANCEL): VisitState.CANCELLED,
    (VisitState.HELD, VisitAction.EXPIRE): VisitState.EXPIRED,
    (VisitState.REQUESTED, VisitAction.APPROVE): VisitState.BOOKED,
    (VisitState.REQUESTED, VisitAction.DECLINE): VisitState.DECLINED,
    (VisitState.REQUESTED, VisitAction.CANCEL): VisitState.CANCELLED,
    (VisitState.REQUESTED, VisitAction.EXPIRE): VisitState.EXPIRED,
    (VisitState.BOOKED, VisitAction.START): VisitState.LIVE,
    (VisitState.BOOKED, VisitAction.CANCEL): VisitState.CANCELLED,
    (VisitState.BOOKED, VisitAction.MISS): VisitState.MISSED,
    (VisitState.BOOKED, VisitAction.ABANDON): VisitState.UNCLOSED,
    (VisitState.LIVE, VisitAction.FINISH): VisitState.COMPLETED,
    (VisitState.LIVE, VisitAction.ABANDON): VisitState.UNCLOSED,
    (VisitState.UNCLOSED, VisitAction.CLOSE): VisitState.COMPLETED,
    (VisitState.UNCLOSED, VisitAction.MISS): VisitState.MISSED,
}

#: States in which a visit keeps its claims.
OCCUPYING = frozenset(
    {VisitState.HELD, VisitState.REQUESTED, VisitState.BOOKED, VisitState.LIVE}
)
#: States of a visit whose place is held and which has not begun.
TO_COME = frozenset({VisitState.HELD, VisitState.REQUESTED, VisitState.BOOKED})
#: Those of them that are more than a place which somebody is looking at.
ARRANGED = TO_COME - {VisitState.HELD}
FINAL = frozenset(VisitState) - {state for state, _ in VISIT}


class ParticipantState(StrEnum):
    """How far a participant has come."""

    EXPECTED = "expected"
    TOLD = "told"
    ARRIVED = "arrived"
    IDENTIFIED = "identified"
    WAITING = "waiting"
    JOINED = "joined"
    RECONNECTING = "reconnecting"
    LEFT = "left"


#: Staff tick these by hand, in this order, skipping forward at will; the call sets
#: the others. A tick never takes anybody out of the waiting room or the call.
TICKS = (
    ParticipantState.EXPECTED,
    ParticipantState.TOLD,
    ParticipantState.ARRIVED,
    ParticipantState.IDENTIFIED,
)

PARTICIPANT: Mapping[ParticipantState, frozenset[ParticipantState]] = {
    ParticipantState.EXPECTED: frozenset(
        {
            ParticipantState.TOLD,
            ParticipantState.ARRIVED,
            ParticipantState.IDENTIFIED,
            ParticipantState.WAITING,
        }
    ),
    ParticipantState.TOLD: frozenset(
        {
            ParticipantState.ARRIVED,
            ParticipantState.IDENTIFIED,
            ParticipantState.WAITING,
        }
    ),
    ParticipantState.ARRIVED: frozenset(
        {ParticipantState.IDENTIFIED, ParticipantState.WAITING}
    ),
    ParticipantState.IDENTIFIED: frozenset({ParticipantState.WAITING}),
    ParticipantState.WAITING: frozenset(
        {ParticipantState.JOINED, ParticipantState.LEFT}
    ),
    ParticipantState.JOINED: frozenset(
        {ParticipantState.RECONNECTING, ParticipantState.LEFT}
    ),
    ParticipantState.RECONNECTING: frozenset(
        {ParticipantState.JOINED, ParticipantState.LEFT}
    ),
    ParticipantState.LEFT: frozenset({ParticipantState.WAITING}),
}


class MessageState(StrEnum):
    """Where a message stands on its way out."""

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


MESSAGE: Mapping[MessageState, frozenset[MessageState]] = {
    MessageState.PENDING: frozenset(
        {MessageState.SENDING, MessageState.EXPIRED, MessageState.SUPPRESSED}
    ),
    MessageState.SENDING: frozenset(
        {
            MessageState.ACCEPTED,
            MessageState.PENDING,
            MessageState.FAILED,
            MessageState.UNKNOWN,
            MessageState.EXPIRED,
        }
    ),
    MessageState.UNKNOWN: frozenset(
        {
            MessageState.ACCEPTED,
            MessageState.PENDING,
            MessageState.FAILED,
            MessageState.EXPIRED,
        }
    ),
    MessageState.ACCEPTED: frozenset(
        {MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.FAILED}
    ),
}


class Act(StrEnum):
    """What a person may do to a visit beside moving it through its life."""

    BOOK = "book"
    ASK = "ask"
    MOVE = "move"
    DECIDE = "decide"
    REPEAT = "repeat"
    WANT_OFFICIAL = "want_official"
    FIND_OFFICIAL = "find_official"
    CANCEL = "cancel"
    CHECK_IN = "check_in"
    TICK_PRISONER = "tick_prisoner"
    START = "start"
    WATCH = "watch"
    CONDUCT = "conduct"
    EXTEND = "extend"
    END = "end"
    CLOSE = "close"
    ATTEND = "attend"
    READ_HISTORY = "read_history"
    READ_MESSAGES = "read_messages"


MAY: Mapping[Act, frozenset[Role]] = {
    Act.BOOK: frozenset({Role.SCHEDULER, Role.ADMINISTRATOR}),
    Act.ASK: frozenset({Role.CLERK, Role.SCHEDULER, Role.ADMINISTRATOR}),
    Act.MOVE: frozenset({Role.SCHEDULER, Role.ADMINISTRATOR}),
    Act.DECIDE: frozenset({Role.SCHEDULER, Role.ADMINISTRATOR}),
    Act.REPEAT: frozenset({Role.SCHEDULER, Role.ADMINISTRATOR}),
    Act.WANT_OFFICIAL: frozenset({Role.SCHEDULER, Role.WARDEN, Role.ADMINISTRATOR}),
    Act.FIND_OFFICIAL: frozenset({Role.SCHEDULER, Role.ADMINISTRATOR}),
    Act.CANCEL: frozenset({Role.SCHEDULER, Role.WARDEN, Role.ADMINISTRATOR}),
    Act.CHECK_IN: frozenset({Role.CLERK, Role.ADMINISTRATOR}),
    Act.TICK_PRISONER: frozenset({Role.WARDEN}),
    Act.START: frozenset({Role.WARDEN}),
    Act.WATCH: frozenset({Role.WARDEN}),
    Act.CONDUCT: frozenset({Role.WARDEN}),
    Act.EXTEND: frozenset({Role.WARDEN}),
    Act.END: frozenset({Role.WARDEN}),
    Act.CLOSE: frozenset({Role.WARDEN, Role.SCHEDULER}),
    Act.ATTEND: frozenset({Role.OFFICIAL}),
    Act.READ_HISTORY: frozenset(
        {Role.SCHEDULER, Role.WARDEN, Role.CLERK, Role.ADMINISTRATOR, Role.AUDITOR}
    ),
    Act.READ_MESSAGES: frozenset({Role.SCHEDULER, Role.CLERK, Role.ADMINISTRATOR}),
}


class IllegalMove(VisitationError):
    """A visit was asked to do something its state does not allow."""

    def __init__(self, state: VisitState, action: VisitAction) -> None:
        super().__init__(f"cannot {action} a {state} visit")
        self.state = state
        self.action = action


def after(state: VisitState, action: VisitAction) -> VisitState:
    """The state that an action leads to.

    Raises:
        IllegalMove: if the state does not allow the action.
    """
    try:
        return VISIT[state, action]
    except KeyError:
        raise IllegalMove(state, action) from None


def allows(state: VisitState, action: VisitAction) -> bool:
    """Whether a visit in this state can be moved so."""
    return (state, action) in VISIT


def as_mermaid() -> str:
    """The visit's life as a diagram; a test keeps ARCHITECTURE.md equal to it."""
    arrows = (f"    {a} --> {b}: {action}" for (a, action), b in VISIT.items())
    return "\n".join(["stateDiagram-v2", *arrows])
