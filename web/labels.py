"""The words for every member of the domain's vocabularies, and the tone of a state.

In a template: `{{ tag(visit.state|label, visit.state|tone) }}`. A test keeps every
member in its table.
"""

from collections.abc import Container, Mapping
from enum import StrEnum

from visitation.admission import Denial
from visitation.lifecycle import MessageState, ParticipantState, VisitState
from visitation.wording import Template
from visitation.words import (
    Addressee,
    AllowanceChange,
    AppointmentKind,
    Approval,
    Asker,
    Attendance,
    CallOutcome,
    Channel,
    ContactState,
    DeclineReason,
    Fault,
    LinkState,
    MobileDayState,
    OfferState,
    Outcome,
    Part,
    PlanState,
    Role,
    Side,
    SiteKind,
    StationKind,
    Supervision,
    TransferReason,
    VisitKind,
    WaitingState,
)
from web.call_labels import CALL_LABELS
from web.case_words import CASE_LABELS
from web.i18n import N_, _
from web.point_labels import POINT_LABELS
from web.professional_words import PROFESSIONAL_LABELS
from web.recording_labels import RECORDING_LABELS
from web.wall_labels import WALL_LABELS

LABELS: Mapping[type[StrEnum], Mapping[str, str]] = {
    **CALL_LABELS,
    **CASE_LABELS,
    **POINT_LABELS,
    **PROFESSIONAL_LABELS,
    **RECORDING_LABELS,
    **WALL_LABELS,
    Role: {
        Role.FAMILY: N_("Family"),
        Role.CLERK: N_("Clerk"),
        Role.WARDEN: N_("Prison staff"),
        Role.OFFICIAL: N_("Prosecutor or judge"),
        Role.SCHEDULER: N_("Scheduler"),
        Role.ADMINISTRATOR: N_("Administrator"),
        Role.AUDITOR: N_("Auditor"),
    },
    SiteKind: {
        SiteKind.PRISON: N_("Prison"),
        SiteKind.OFFICE: N_("Judicial service office"),
        SiteKind.MOBILE_OFFICE: N_("Mobile office"),
        SiteKind.VILLAGE: N_("Village"),
    },
    StationKind: {
        StationKind.TERMINAL: N_("Terminal in a prison"),
        StationKind.KIOSK: N_("Kiosk for families"),
    },
    Supervision: {
        Supervision.NONE: N_("Staff may watch"),
        Supervision.REQUIRED: N_("Held while no staff watch"),
    },
    Approval: {
        Approval.NONE: N_("Booked at once"),
        Approval.REQUIRED: N_("Looked at by staff first"),
    },
    Asker: {
        Asker.STAFF: N_("Staff of the service"),
        Asker.FAMILY: N_("Family"),
        Asker.OFFICIAL: N_("Prosecutor or judge"),
    },
    MobileDayState: {
        MobileDayState.PLANNED: N_("Planned"),
        MobileDayState.CANCELLED: N_("Cancelled"),
    },
    AppointmentKind: {
        AppointmentKind.COURT: N_("Court"),
        AppointmentKind.MEDICAL: N_("Doctor"),
        AppointmentKind.OTHER: N_("Something else"),
    },
    TransferReason: {
        TransferReason.NEARER: N_("Nearer to the family"),
        TransferReason.COURT: N_("Nearer to the court"),
        TransferReason.MEDICAL: N_("Medical care"),
        TransferReason.ROOM: N_("Room"),
        TransferReason.ORDER: N_("A judge's order"),
        TransferReason.OTHER: N_("Something else"),
    },
    AllowanceChange: {
        AllowanceChange.ACCRUAL: N_("Granted by the prison's rules"),
        AllowanceChange.USE: N_("Used by a visit"),
        AllowanceChange.REFUND: N_("Given back"),
        AllowanceChange.ADJUSTMENT: N_("Changed by hand"),
    },
    VisitKind: {
        VisitKind.FAMILY: N_("Family visit"),
        VisitKind.LEGAL: N_("Visit of a lawyer"),
        VisitKind.OFFICIAL: N_("Meeting with an official"),
    },
    Fault: {
        Fault.FAMILY: N_("The family's line"),
        Fault.PRISON: N_("The prison's side"),
        Fault.OFFICIAL: N_("The official's line"),
        Fault.SERVER: N_("The service"),
        Fault.UNKNOWN: N_("Cause not known"),
    },
    VisitState: {
        VisitState.HELD: N_("Held for a moment"),
        VisitState.REQUESTED: N_("Asked for"),
        VisitState.BOOKED: N_("Booked"),
        VisitState.LIVE: N_("Live now"),
        VisitState.COMPLETED: N_("Completed"),
        VisitState.DECLINED: N_("Declined"),
        VisitState.CANCELLED: N_("Cancelled"),
        VisitState.EXPIRED: N_("Lapsed"),
        VisitState.MISSED: N_("Missed"),
        VisitState.UNCLOSED: N_("Not closed"),
    },
    ParticipantState: {
        ParticipantState.EXPECTED: N_("Expected"),
        ParticipantState.TOLD: N_("Told"),
        ParticipantState.ARRIVED: N_("Arrived"),
        ParticipantState.IDENTIFIED: N_("Identified"),
        ParticipantState.WAITING: N_("Waiting"),
        ParticipantState.JOINED: N_("In the call"),
        ParticipantState.RECONNECTING: N_("Reconnecting"),
        ParticipantState.LEFT: N_("Left"),
    },
    MessageState: {
        MessageState.PENDING: N_("To be sent"),
        MessageState.SENDING: N_("Being sent"),
        MessageState.ACCEPTED: N_("Handed over"),
        MessageState.DELIVERED: N_("Delivered"),
        MessageState.UNDELIVERED: N_("Not delivered"),
        MessageState.FAILED: N_("Failed"),
        MessageState.UNKNOWN: N_("Not known whether sent"),
        MessageState.EXPIRED: N_("Too old to send"),
        MessageState.SUPPRESSED: N_("Held back"),
    },
    Channel: {
        Channel.SMS: N_("Text message"),
        Channel.VOICE: N_("Voice call"),
    },
    Addressee: {
        Addressee.OWN: N_("Own phone"),
        Addressee.HELPER: N_("Helper's phone"),
    },
    CallOutcome: {
        CallOutcome.TOLD: N_("Told"),
        CallOutcome.NO_ANSWER: N_("No answer"),
        CallOutcome.WRONG_NUMBER: N_("Wrong number"),
        CallOutcome.TOO_LATE: N_("Too late to ring"),
        CallOutcome.ARRIVED: N_("The message arrived after all"),
    },
    Template: {
        Template.SIGN_IN: N_("Code to sign in"),
        Template.BOOKED: N_("Visit confirmed"),
        Template.REMINDER_DAY: N_("Reminder a day before"),
        Template.REMINDER_SOON: N_("Reminder shortly before"),
        Template.READY: N_("Be there in ten minutes"),
        Template.RECALL: N_("Come back, it is your turn"),
        Template.MOVED: N_("Visit moved"),
        Template.CHANGED: N_("New place"),
        Template.CANCELLED: N_("Visit cancelled"),
        Template.WAITLISTED: N_("Cancelled; waits in line"),
        Template.REQUESTED: N_("Request received"),
        Template.DECLINED: N_("Request declined"),
        Template.EXPIRED: N_("Request lapsed"),
        Template.OFFER: N_("Slot offered"),
        Template.LINKED: N_("Link approved"),
        Template.NOT_LINKED: N_("Link refused"),
        Template.LICENCE_VERIFIED: N_("Licence verified"),
        Template.LICENCE_REFUSED: N_("Licence refused"),
        Template.LICENCE_REVOKED: N_("Licence revoked"),
        Template.LICENCE_ENDS: N_("Licence runs out soon"),
        Template.MANDATE_APPROVED: N_("Mandate approved"),
        Template.MANDATE_REFUSED: N_("Mandate refused"),
        Template.CASE_RAISED: N_("Request taken down"),
        Template.CASE_DECIDED: N_("Request decided"),
        Template.CASE_NEWS: N_("News of a request"),
        Template.OFFICIAL_BOOKED: N_("Official: visit booked"),
        Template.OFFICIAL_MOVED: N_("Official: visit moved"),
        Template.OFFICIAL_CHANGED: N_("Official: new place"),
        Template.OFFICIAL_REMINDER_DAY: N_("Official: reminder the day before"),
        Template.OFFICIAL_REMINDER_SOON: N_("Official: reminder before the visit"),
        Template.OFFICIAL_CANCELLED: N_("Official: visit cancelled"),
        Template.COVER_BOOKED: N_("Official: session to attend"),
        Template.COVER_CANCELLED: N_("Official: session cancelled"),
        Template.PHONE_CHANGED: N_("Number no longer used"),
        Template.ACCOUNT_CHANGED: N_("Account of staff changed"),
    },
    ContactState: {
        ContactState.REQUESTED: N_("Waiting for a decision"),
        ContactState.APPROVED: N_("Approved"),
        ContactState.REFUSED: N_("Refused"),
        ContactState.SUSPENDED: N_("Suspended"),
        ContactState.BANNED: N_("Banned until a day"),
    },
    WaitingState: {
        WaitingState.WAITING: N_("In line"),
        WaitingState.OFFERED: N_("A slot is offered"),
        WaitingState.PLACED: N_("Has a slot"),
        WaitingState.WITHDRAWN: N_("Taken off the list"),
        WaitingState.EXPIRED: N_("Last day is over"),
    },
    OfferState: {
        OfferState.OPEN: N_("Not answered yet"),
        OfferState.ACCEPTED: N_("Accepted"),
        OfferState.DECLINED: N_("Left to others"),
        OfferState.LAPSED: N_("Not answered in time"),
    },
    LinkState: {
        LinkState.ASKED: N_("Waiting for a decision"),
        LinkState.APPROVED: N_("Approved"),
        LinkState.REFUSED: N_("Refused"),
    },
    DeclineReason: {
        DeclineReason.ASK: N_("To call the office"),
        DeclineReason.NO_PLACE: N_("No place is free"),
        DeclineReason.PAPERS: N_("Papers are missing"),
        DeclineReason.CONTACT: N_("A contact is not approved"),
        DeclineReason.RULES: N_("It is against the rules"),
    },
    PlanState: {
        PlanState.DRAFT: N_("Draft"),
        PlanState.PUBLISHED: N_("Published"),
        PlanState.DISCARDED: N_("Thrown away"),
    },
    Part: {
        Part.PRISONER: N_("Prisoner"),
        Part.VISITOR: N_("Visitor"),
        Part.OFFICIAL: N_("Official"),
        Part.INTERPRETER: N_("Interpreter"),
        Part.MONITOR: N_("Observer of the prison"),
        Part.COMPANION: N_("Official beside the family"),
    },
    Attendance: {
        Attendance.DESK: N_("From the desk"),
        Attendance.PHONE: N_("From a phone"),
        Attendance.VILLAGE: N_("Beside the family"),
    },
    Outcome: {
        Outcome.COMPLETED: N_("Took place"),
        Outcome.FAMILY_ABSENT: N_("The family did not come"),
        Outcome.PRISONER_ABSENT: N_("The prisoner was not brought"),
        Outcome.PRISONER_REFUSED: N_("The prisoner did not want to come"),
        Outcome.NOBODY_CAME: N_("Nobody came"),
        Outcome.ENDED_BY_STAFF: N_("Ended by staff"),
        Outcome.TECHNICAL_FAMILY: N_("Technical failure on the family's side"),
        Outcome.TECHNICAL_PRISON: N_("Technical failure on the prison's side"),
        Outcome.TECHNICAL_SERVER: N_("Technical failure of the service"),
        Outcome.CANCELLED_BY_FAMILY: N_("Cancelled by the family"),
        Outcome.CANCELLED_BY_PRISON: N_("Cancelled by the prison"),
        Outcome.CANCELLED_BY_OFFICIAL: N_("Cancelled by the official"),
        Outcome.CANCELLED_BY_CLOSURE: N_("Cancelled because of a closure"),
        Outcome.LATE: N_("Too late to hold"),
    },
    Side: {
        Side.FAMILY: N_("Family's side"),
        Side.PRISON: N_("Prison's side"),
        Side.OFFICIAL: N_("Official's side"),
    },
    Denial: {
        Denial.NOT_YET_OPEN: N_("It is too early. Come back at the time given."),
        Denial.OVER: N_("This visit is over."),
        Denial.NOT_BOOKED: N_("This visit does not take place. Ask the office."),
        Denial.PRIVILEGED: N_("Nobody may watch a lawyer's visit."),
    },
}

#: States that say more than "so it is", by the kind of tag that shows them.
_TONES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            VisitState.LIVE,
            VisitState.COMPLETED,
            ParticipantState.IDENTIFIED,
            ParticipantState.JOINED,
            MessageState.DELIVERED,
            ContactState.APPROVED,
        ),
        "good",
    ),
    **dict.fromkeys(
        (
            VisitState.BOOKED,
            ParticipantState.ARRIVED,
            ParticipantState.WAITING,
            MessageState.ACCEPTED,
            MessageState.SENDING,
        ),
        "calm",
    ),
    **dict.fromkeys(
        (
            VisitState.HELD,
            VisitState.REQUESTED,
            VisitState.UNCLOSED,
            ParticipantState.RECONNECTING,
            MessageState.UNKNOWN,
            ContactState.SUSPENDED,
        ),
        "warn",
    ),
    **dict.fromkeys(
        (
            VisitState.DECLINED,
            VisitState.CANCELLED,
            VisitState.MISSED,
            MessageState.UNDELIVERED,
            MessageState.FAILED,
            ContactState.REFUSED,
            ContactState.BANNED,
        ),
        "bad",
    ),
}


def label(member: StrEnum) -> str:
    """The words for a member, in the language being spoken."""
    return _(LABELS[type(member)][member])


def tone(member: StrEnum) -> str:
    """The kind of tag for a state: plain, calm, good, warn or bad."""
    return _TONES.get(member, "plain")


def options(
    kind: type[StrEnum], *, but: Container[StrEnum] = ()
) -> list[tuple[str, str]]:
    """Every member with its words, for a select or radios."""
    return [(member.value, label(member)) for member in kind if member not in but]
