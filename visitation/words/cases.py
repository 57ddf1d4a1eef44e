"""The vocabularies of requests: kinds, states, steps, orders. Values are stored."""

from enum import StrEnum


class CaseKind(StrEnum):
    """What is asked for."""

    FURLOUGH = "furlough"
    RELEASE = "release"
    TRANSFER = "transfer"
    MEDICAL = "medical"
    VISIT = "visit"
    PHONE_MONEY = "phone_money"
    PARDON = "pardon"
    COMPLAINT = "complaint"
    STATUS = "status"
    OTHER = "other"


class CaseSource(StrEnum):
    """Who raised a case."""

    FAMILY = "family"
    PRISONER = "prisoner"
    OFFICIAL = "official"
    PROFESSIONAL = "professional"


class CaseState(StrEnum):
    """Where a case stands."""

    SUBMITTED = "submitted"
    IN_PROGRESS = "in_progress"
    REFERRED = "referred"
    REOPENED = "reopened"
    APPEALED = "appealed"
    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


class CaseAction(StrEnum):
    """What is done to a case; each is one step of its history."""

    RAISE = "raise"
    REPEAT = "repeat"
    TAKE = "take"
    ASSIGN = "assign"
    NOTE = "note"
    ATTACH = "attach"
    REFER = "refer"
    ORDER = "order"
    CARRY_OUT = "carry_out"
    CANCEL_ORDER = "cancel_order"
    POSTPONE = "postpone"
    GRANT = "grant"
    DENY = "deny"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    APPEAL = "appeal"
    CORRECT_KIND = "correct_kind"
    ERASE = "erase"
    NOT_REACHED = "not_reached"
    TELL = "tell"


class Visibility(StrEnum):
    """Who reads a note or a document; each includes those after it."""

    FAMILY = "family"
    STAFF = "staff"
    OFFICIALS = "officials"


class OrderState(StrEnum):
    """Where an order to somebody else stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"
