"""The closed vocabularies of the domain: roles, kinds, channels, outcomes.

Values are stable: they are stored, logged and sent to clients. Sentences for people
live in the catalogues, never here.
"""

from visitation.words.messages import Addressee, CallOutcome, Channel
from visitation.words.people import (
    STAFF,
    ContactState,
    LinkState,
    Relation,
    Role,
    TransferReason,
)
from visitation.words.places import (
    SERVICE_POINTS,
    Approval,
    Chatting,
    Errand,
    MobileDayState,
    SiteKind,
    StationKind,
    Supervision,
    TicketState,
)
from visitation.words.visits import (
    ABSENCES,
    CANCELLATIONS,
    CLOSINGS,
    SIDES,
    AllowanceChange,
    AppointmentKind,
    Asker,
    Attendance,
    DeclineReason,
    Fault,
    IncidentKind,
    Outcome,
    Part,
    PauseReason,
    PlanState,
    Side,
    VisitKind,
    WishKind,
)
from visitation.words.waiting import OfferState, WaitingState

__all__ = [
    "ABSENCES",
    "CANCELLATIONS",
    "CLOSINGS",
    "SERVICE_POINTS",
    "SIDES",
    "STAFF",
    "Addressee",
    "AllowanceChange",
    "AppointmentKind",
    "Approval",
    "Asker",
    "Attendance",
    "CallOutcome",
    "Channel",
    "Chatting",
    "ContactState",
    "DeclineReason",
    "Errand",
    "Fault",
    "IncidentKind",
    "LinkState",
    "MobileDayState",
    "OfferState",
    "Outcome",
    "Part",
    "PauseReason",
    "PlanState",
    "Relation",
    "Role",
    "Side",
    "SiteKind",
    "StationKind",
    "Supervision",
    "TicketState",
    "TransferReason",
    "VisitKind",
    "WaitingState",
    "WishKind",
]
