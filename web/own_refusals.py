"""What a family is told where the rules refuse it something on its own phone.

Kinder than what staff read, and saying less: why a prisoner cannot come, or whom they
must not meet, is no family's to know.
"""

from collections.abc import Mapping

from scheduler.own_booking import MustBeAsked
from scheduler.proposals import Refusal
from visitation.errors import VisitationError
from visitation.people import AlreadyDecided
from web.i18n import N_
from web.professional_refusals import (
    PROFESSIONAL_FACTS,
    PROFESSIONAL_REASONS,
    ROSTER_ROWS,
)

#: Codes of the use cases that families call, and of those that decide about them.
OWN: Mapping[str, str] = {
    **PROFESSIONAL_REASONS,
    **ROSTER_ROWS,
    "prisoner_needed": N_("Give the prisoner's number, or the name."),
    "links_wait": N_(
        "Several of your requests wait for a decision. Wait until they are decided, or "
        "call the office."
    ),
    "no_such_prisoner": N_(
        "No prisoner of this prison has this number. Check it, or refuse with a reason."
    ),
    "other_national_id": N_(
        "This visitor has another national ID in our record. Look at the card, and "
        "correct the visitor first."
    ),
}
OWN_FACTS: Mapping[type[VisitationError], str] = {
    **PROFESSIONAL_FACTS,
    MustBeAsked: N_(
        "This prison looks at each visit first. To come at another time, cancel this "
        "visit and ask for a new one, or call the office."
    ),
    AlreadyDecided: N_(
        "Somebody else has decided about this request. Load the page again."
    ),
}

_ELSE = N_("This time is taken by now. Choose another one.")
#: What a family reads where the sentence for staff would tell too much, or help little.
FOR_FAMILIES: Mapping[Refusal, str] = {
    Refusal.TOO_SOON: N_(
        "This is too soon: the prison needs time to prepare. Choose a later time."
    ),
    Refusal.CLOSED: N_("It is closed at that time. Choose another day."),
    Refusal.PRISONER_AWAY: N_(
        "The prisoner cannot come at that time. Choose another time."
    ),
    Refusal.KEPT_APART: N_("No visit is possible on that day. Choose another day."),
    Refusal.PRISONER_ELSEWHERE: N_(
        "The prisoner is in another prison now. Begin again, and you see its times."
    ),
    Refusal.PRISONER_RELEASED: N_(
        "The prisoner was released. No video visit is needed any more."
    ),
    Refusal.NOT_APPROVED: N_(
        "One of you may not visit this prisoner at the moment. Leave them out, or call "
        "the office."
    ),
    Refusal.BANNED: N_(
        "One of you may not visit this prisoner for some time. Leave them out, or call "
        "the office."
    ),
    Refusal.BARRED: N_(
        "By a judge's order there is no visit at the moment. The office can say until "
        "when."
    ),
    Refusal.PARTY_TOO_LARGE: N_("You are too many for one visit. Choose fewer people."),
    Refusal.NO_ADULT: N_("A child cannot come alone. Choose an adult, too."),
    Refusal.WEEKLY_LIMIT: N_("The prisoner has had all visits of that week."),
    Refusal.MONTHLY_LIMIT: N_("The prisoner has had all visits of that month."),
    Refusal.OTHER_PROVINCE: N_(
        "This prison takes no families at that place. Choose another place, or your "
        "own phone."
    ),
    Refusal.VISITOR_BUSY: N_(
        "One of you has another visit at that time. Choose another time."
    ),
    **dict.fromkeys(
        (
            Refusal.TERMINAL_TAKEN,
            Refusal.KIOSK_TAKEN,
            Refusal.PRISONER_BUSY,
            Refusal.NOT_A_SLOT,
            Refusal.HOLIDAY,
            Refusal.TERMINAL_OUT_OF_ORDER,
            Refusal.KIOSK_OUT_OF_ORDER,
            Refusal.KIOSK_NOT_THERE,
            Refusal.KIND_NOT_OFFERED,
            Refusal.TERMINAL_ELSEWHERE,
            Refusal.NOT_A_KIOSK,
        ),
        _ELSE,
    ),
}
