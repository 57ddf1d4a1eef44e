"""What a visit is for, who takes which part in it, and how it ended."""

from enum import StrEnum


class VisitKind(StrEnum):
    """What a visit is for. A legal visit is privileged: nobody watches or records."""

    FAMILY = "family"
    LEGAL = "legal"
    OFFICIAL = "official"


class Asker(StrEnum):
    """Who a visit is asked for by: each has a notice and a horizon of their own."""

    STAFF = "staff"
    FAMILY = "family"
    OFFICIAL = "official"


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


class Part(StrEnum):
    """A person's part in a visit."""

    PRISONER = "prisoner"
    VISITOR = "visitor"
    OFFICIAL = "official"
    INTERPRETER = "interpreter"
    MONITOR = "monitor"
    COMPANION = "companion"


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


class RemovalReason(StrEnum):
    """Why staff take somebody out of a visit; everybody in it reads it."""

    IDENTITY = "identity"
    RULES = "rules"
    STRANGER = "stranger"
    DEVICE = "device"
