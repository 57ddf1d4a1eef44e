"""The closed vocabularies of the domain: roles, kinds, channels, outcomes.

Values are stable: they are stored, logged and sent to clients. Sentences for people
live in the catalogues, never here.
"""

from enum import StrEnum


class Role(StrEnum):
    """What an account may be; one each."""

    FAMILY = "family"
    CLERK = "clerk"
    WARDEN = "warden"
    OFFICIAL = "official"
    SCHEDULER = "scheduler"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


#: Every role that signs in with a password.
STAFF = frozenset(Role) - {Role.FAMILY}


class SiteKind(StrEnum):
    """Where a site stands in the service."""

    PRISON = "prison"
    OFFICE = "office"
    MOBILE_OFFICE = "mobile_office"
    VILLAGE = "village"


#: The kinds of site where families sit down.
SERVICE_POINTS = frozenset({SiteKind.OFFICE, SiteKind.MOBILE_OFFICE, SiteKind.VILLAGE})


class StationKind(StrEnum):
    """A bookable seat with a screen."""

    TERMINAL = "terminal"
    KIOSK = "kiosk"


class VisitKind(StrEnum):
    """What a visit is for. A legal visit is privileged: nobody watches or records."""

    FAMILY = "family"
    LEGAL = "legal"
    OFFICIAL = "official"


class Supervision(StrEnum):
    """Whether a prison wants family visits watched while they last."""

    NONE = "none"
    REQUIRED = "required"


class Approval(StrEnum):
    """Whether a prison looks at what families ask for before it is booked."""

    NONE = "none"
    REQUIRED = "required"


class Asker(StrEnum):
    """Who a visit is asked for by: each has a notice and a horizon of their own."""

    STAFF = "staff"
    FAMILY = "family"
    OFFICIAL = "official"


class MobileDayState(StrEnum):
    """Whether a mobile office drives on a day."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class AppointmentKind(StrEnum):
    """What a prisoner has to be at instead of a visit."""

    COURT = "court"
    MEDICAL = "medical"
    OTHER = "other"


class AllowanceChange(StrEnum):
    """Why a prisoner's allowance changed."""

    ACCRUAL = "accrual"
    USE = "use"
    REFUND = "refund"
    ADJUSTMENT = "adjustment"


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


class DeclineReason(StrEnum):
    """What a family is told of why its request was declined."""

    ASK = "ask"
    NO_PLACE = "no_place"
    PAPERS = "papers"
    CONTACT = "contact"
    RULES = "rules"


class PlanState(StrEnum):
    """Whether a plan of who gets which slot is in force."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class ContactState(StrEnum):
    """How far the link between a visitor and a prisoner is approved."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    BANNED = "banned"


class LinkState(StrEnum):
    """What became of a family's wish to be linked to a prisoner."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


class Relation(StrEnum):
    """What a visitor is to a prisoner."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    RELATIVE = "relative"
    FRIEND = "friend"
    LAWYER = "lawyer"


class Part(StrEnum):
    """A person's part in a visit."""

    PRISONER = "prisoner"
    VISITOR = "visitor"
    OFFICIAL = "official"
    INTERPRETER = "interpreter"
    MONITOR = "monitor"
    COMPANION = "companion"


class TransferReason(StrEnum):
    """Why a prisoner was taken to another prison."""

    NEARER = "nearer"
    COURT = "court"
    MEDICAL = "medical"
    ROOM = "room"
    ORDER = "order"
    OTHER = "other"


class Attendance(StrEnum):
    """Where an official attends from."""

    DESK = "desk"
    PHONE = "phone"
    VILLAGE = "village"


class Outcome(StrEnum):
    """How a visit ended."""

    COMPLETED = "completed"
    FAMILY_ABSENT = "family_absent"
    PRISONER_ABSENT = "prisoner_absent"
    PRISONER_REFUSED = "prisoner_refused"
    NOBODY_CAME = "nobody_came"
    ENDED_BY_STAFF = "ended_by_staff"
    TECHNICAL_FAMILY = "technical_family"
    TECHNICAL_PRISON = "technical_prison"
    TECHNICAL_SERVER = "technical_server"
    CANCELLED_BY_FAMILY = "cancelled_by_family"
    CANCELLED_BY_PRISON = "cancelled_by_prison"
    CANCELLED_BY_OFFICIAL = "cancelled_by_official"
    CANCELLED_BY_CLOSURE = "cancelled_by_closure"
    LATE = "late"


#: The outcomes a person may give when cancelling a visit.
CANCELLATIONS = (
    Outcome.CANCELLED_BY_FAMILY,
    Outcome.CANCELLED_BY_PRISON,
    Outcome.CANCELLED_BY_OFFICIAL,
    Outcome.CANCELLED_BY_CLOSURE,
)

#: How a visit that never began may be closed.
ABSENCES = (
    Outcome.PRISONER_REFUSED,
    Outcome.PRISONER_ABSENT,
    Outcome.FAMILY_ABSENT,
)

#: The outcomes a person may give to a visit that ended or was left unclosed.
CLOSINGS = (
    Outcome.COMPLETED,
    *ABSENCES,
    Outcome.ENDED_BY_STAFF,
    Outcome.TECHNICAL_FAMILY,
    Outcome.TECHNICAL_PRISON,
    Outcome.TECHNICAL_SERVER,
    Outcome.LATE,
)


class Side(StrEnum):
    """Which end of a visit a participant or a lost minute belongs to."""

    FAMILY = "family"
    PRISON = "prison"
    OFFICIAL = "official"


SIDES = {
    Part.PRISONER: Side.PRISON,
    Part.VISITOR: Side.FAMILY,
    Part.INTERPRETER: Side.FAMILY,
    Part.COMPANION: Side.OFFICIAL,
    Part.OFFICIAL: Side.OFFICIAL,
    Part.MONITOR: Side.PRISON,
}


class Fault(StrEnum):
    """Whose it was that a side could not be heard."""

    FAMILY = "family"
    PRISON = "prison"
    OFFICIAL = "official"
    SERVER = "server"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """How a message reaches somebody."""

    SMS = "sms"
    VOICE = "voice"


class Addressee(StrEnum):
    """Whose number a message goes to: the person's own, or that of a helper."""

    OWN = "own"
    HELPER = "helper"


class CallOutcome(StrEnum):
    """What came of a line on the call list."""

    TOLD = "told"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    TOO_LATE = "too_late"
    ARRIVED = "arrived"


class Chatting(StrEnum):
    """What people in a visit may write to each other."""

    NONE = "none"
    PHRASES = "phrases"
    FREE = "free"


class IncidentKind(StrEnum):
    """What went wrong in a visit."""

    RULES = "rules"
    IDENTITY = "identity"
    THREAT = "threat"
    HEALTH = "health"
    DEVICE = "device"
    OTHER = "other"


class PauseReason(StrEnum):
    """Why staff let a visit stand still; everybody in it reads it."""

    MOMENT = "moment"
    IDENTITY = "identity"
    RULES = "rules"
    STRANGER = "stranger"
    LINE = "line"


class Errand(StrEnum):
    """Why somebody comes to a service point without an appointment."""

    VISIT = "visit"
    BOOKING = "booking"
    OTHER = "other"


class TicketState(StrEnum):
    """Where a number of a queue stands."""

    WAITING = "waiting"
    CALLED = "called"
    SERVED = "served"
    LEFT = "left"


class WishKind(StrEnum):
    """What a family asks for when its visit is over."""

    FURLOUGH = "furlough"
    RELEASE = "release"
    MEDICAL = "medical"
    TRANSFER = "transfer"
    VISIT = "visit"
    OTHER = "other"
