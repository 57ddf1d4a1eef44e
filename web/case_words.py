"""The words for the vocabularies of requests, and the tone of a state.

Part of `labels`, which is what pages ask; a test keeps kinds as the domain titles them.
"""

from collections.abc import Mapping
from enum import StrEnum

from visitation.words import (
    CaseAction,
    CaseKind,
    CaseSource,
    CaseState,
    OrderState,
    Visibility,
)
from web.i18n import N_

CASE_LABELS: Mapping[type[StrEnum], Mapping[str, str]] = {
    CaseKind: {
        CaseKind.FURLOUGH: N_("Furlough"),
        CaseKind.RELEASE: N_("Conditional release"),
        CaseKind.TRANSFER: N_("Transfer to another prison"),
        CaseKind.MEDICAL: N_("Medical care"),
        CaseKind.VISIT: N_("A visit"),
        CaseKind.PHONE_MONEY: N_("Telephone or money in prison"),
        CaseKind.PARDON: N_("Pardon"),
        CaseKind.COMPLAINT: N_("Complaint"),
        CaseKind.STATUS: N_("News of the case file"),
        CaseKind.OTHER: N_("Something else"),
    },
    CaseSource: {
        CaseSource.FAMILY: N_("Asked by the family"),
        CaseSource.PRISONER: N_("Asked by the prisoner"),
        CaseSource.OFFICIAL: N_("Begun by an official"),
        CaseSource.PROFESSIONAL: N_("Asked by a lawyer"),
    },
    CaseState: {
        CaseState.SUBMITTED: N_("Handed in"),
        CaseState.IN_PROGRESS: N_("Being worked on"),
        CaseState.REFERRED: N_("Passed on"),
        CaseState.REOPENED: N_("Opened again"),
        CaseState.APPEALED: N_("To be looked at once more"),
        CaseState.GRANTED: N_("Agreed to"),
        CaseState.DENIED: N_("Not agreed to"),
        CaseState.WITHDRAWN: N_("Withdrawn"),
    },
    CaseAction: {
        CaseAction.RAISE: N_("Handed in"),
        CaseAction.REPEAT: N_("Asked once more"),
        CaseAction.TAKE: N_("Taken up"),
        CaseAction.ASSIGN: N_("Given to somebody"),
        CaseAction.NOTE: N_("Note"),
        CaseAction.ATTACH: N_("Document added"),
        CaseAction.REFER: N_("Passed on"),
        CaseAction.ORDER: N_("Order given"),
        CaseAction.CARRY_OUT: N_("Order carried out"),
        CaseAction.CANCEL_ORDER: N_("Order cancelled"),
        CaseAction.POSTPONE: N_("Put off"),
        CaseAction.GRANT: N_("Agreed to"),
        CaseAction.DENY: N_("Not agreed to"),
        CaseAction.WITHDRAW: N_("Withdrawn"),
        CaseAction.REOPEN: N_("Opened again"),
        CaseAction.APPEAL: N_("Asked to be looked at once more"),
        CaseAction.CORRECT_KIND: N_("Kind corrected"),
        CaseAction.ERASE: N_("Words and documents erased"),
        CaseAction.NOT_REACHED: N_("No message reached the family"),
        CaseAction.TELL: N_("The family was told"),
    },
    Visibility: {
        Visibility.FAMILY: N_("The family and all staff"),
        Visibility.STAFF: N_("Staff only"),
        Visibility.OFFICIALS: N_("Prosecutors and judges only"),
    },
    OrderState: {
        OrderState.OPEN: N_("To be done"),
        OrderState.DONE: N_("Done"),
        OrderState.CANCELLED: N_("Cancelled"),
    },
}
#: A state's kind of tag; the rest is plain.
CASE_TONES: Mapping[StrEnum, str] = {
    CaseState.SUBMITTED: "warn",
    CaseState.IN_PROGRESS: "calm",
    CaseState.REFERRED: "calm",
    CaseState.REOPENED: "warn",
    CaseState.APPEALED: "warn",
    CaseState.GRANTED: "good",
    CaseState.DENIED: "bad",
}
#: Values of several vocabularies are alike, so orders have tones of their own.
ORDER_TONES: Mapping[OrderState, str] = {
    OrderState.OPEN: "warn",
    OrderState.DONE: "good",
    OrderState.CANCELLED: "plain",
}
#: What the record says of the steps of requests, by the action the audit keeps.
CASE_ACTS: Mapping[str, str] = {
    "case_raise": N_("Handed a request in"),
    "case_repeat": N_("Asked once more for what is open"),
    "case_take": N_("Took a request up"),
    "case_assign": N_("Gave a request to somebody"),
    "case_note": N_("Wrote a note on a request"),
    "case_attach": N_("Added a document to a request"),
    "case_refer": N_("Passed a request on"),
    "case_order": N_("Gave an order for a request"),
    "case_carry_out": N_("Carried an order out"),
    "case_cancel_order": N_("Cancelled an order"),
    "case_postpone": N_("Put an answer to a request off"),
    "case_grant": N_("Agreed to a request"),
    "case_deny": N_("Did not agree to a request"),
    "case_withdraw": N_("Noted that a request is withdrawn"),
    "case_reopen": N_("Opened a request again"),
    "case_appeal": N_("Asked for a request to be looked at once more"),
    "case_correct_kind": N_("Corrected the kind of a request"),
    "case_erase": N_("Erased what was written for a request"),
    "case_not_reached": N_("Reached no family with an answer"),
    "case_tell": N_("Told a family the answer to its request"),
}
