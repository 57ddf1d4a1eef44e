"""The sentence for each reason the service refuses something.

The codes are the domain's; the sentences say why, and what to do next.
"""

from visitation.errors import Invalid, VisitationError
from web.i18n import N_, _

#: Every code that use cases raise, in the words people read.
SENTENCES: dict[str, str] = {
    "over": N_("This time is already over. Choose a later one."),
    "begun": N_("This time has already begun. Choose a later one."),
    "too_soon": N_(
        "This is sooner than the prison can prepare a visit. Choose a later time."
    ),
    "too_far_ahead": N_(
        "The prison does not book that far ahead yet. Choose an earlier day."
    ),
    "odd_times": N_(
        "A visit begins and ends on five minutes and takes four hours at most."
    ),
    "not_a_slot": N_(
        "The prison has no opening at this time. Choose one of its free slots."
    ),
    "kind_not_offered": N_(
        "This time is not open to this kind of visit. Choose another time or kind."
    ),
    "closed": N_("The prison or the service point is closed then. Choose another day."),
    "terminal_elsewhere": N_("This terminal is not in this prison. Choose another."),
    "terminal_out_of_order": N_("This terminal is out of order. Choose another."),
    "not_a_kiosk": N_("The family cannot sit there. Choose a kiosk or the own phone."),
    "kiosk_out_of_order": N_("This kiosk is out of order. Choose another place."),
    "prisoner_elsewhere": N_(
        "The prisoner is not in this prison. Choose a slot of the prisoner's own prison."
    ),
    "prisoner_released": N_("The prisoner has been released; no visit is needed."),
    "nobody_visits": N_("Nobody visits. Choose at least one visitor."),
    "party_too_large": N_(
        "These are more visitors than the prison allows. Choose fewer."
    ),
    "not_approved": N_(
        "A visitor is not an approved contact of the prisoner. Leave them out, or have "
        "the contact approved first."
    ),
    "banned": N_("A visitor is banned from visiting the prisoner. Leave them out."),
    "not_a_lawyer": N_(
        "Only the prisoner's lawyers may come to a lawyer's visit. Choose lawyers, or "
        "make it a family visit."
    ),
    "official_missing": N_(
        "A meeting with an official needs one. Choose the official."
    ),
    "official_not_admitted": N_(
        "No official attends a lawyer's visit. Leave the official out."
    ),
    "official_not_active": N_("This official's account is closed. Choose another."),
    "weekly_limit": N_(
        "The prisoner has had all visits of this week. Choose a day after Friday."
    ),
    "terminal_taken": N_("The terminal is taken then. Choose another slot."),
    "kiosk_taken": N_("The kiosk is taken then. Choose another kiosk or time."),
    "prisoner_busy": N_("The prisoner is in another visit then. Choose another time."),
    "visitor_busy": N_("A visitor is in another visit then. Choose another time."),
    "official_busy": N_(
        "The official attends another visit then. Choose another time or official."
    ),
    "not_a_cancellation": N_("Choose who cancels the visit."),
    "not_a_closing": N_("Choose how the visit ended."),
    "reason_needed": N_("Give the reason, so that others understand it later."),
    "ends_before_start": N_("It must end after it starts."),
    "span_length": N_("The end must come after the start, by 31 days at most."),
    "cursor": N_("This is no cursor of this list. Begin with the first page."),
}

UNKNOWN = N_("This was refused (%(code)s). Load the page again, or ask the office.")


def sentence(code: str) -> str:
    """A reason in the language being spoken; a code without a sentence is shown."""
    known = SENTENCES.get(code)
    return _(known) if known else _(UNKNOWN, code=code)


def sentences(error: VisitationError) -> tuple[str, ...]:
    """Every reason that an error carries, in the order it gives them."""
    if isinstance(error, Invalid):
        return (sentence(error.reason),)
    reasons = getattr(error, "reasons", ())
    return tuple(sentence(str(reason)) for reason in reasons)
