"""The sentences for what is refused about families who wait, and plans for them."""

from collections.abc import Mapping

from scheduler.planning import NotDraft
from visitation.errors import VisitationError
from visitation.waiting import NoSuchOffer, NotWaiting
from web.i18n import N_

WAITING: Mapping[str, str] = {
    "already_waiting": N_(
        "This family waits for the prisoner already. Look for it in the list."
    ),
    "place_needed": N_("Choose a place where the family could sit, or its own phone."),
    "waits_too_long": N_(
        "Nobody waits longer than a year. Choose an earlier last day."
    ),
    "weekday_never_comes": N_(
        "None of these days of the week comes between the two days. Choose others."
    ),
    "plan_too_long": N_("A plan is for two months at most. Choose fewer days."),
}
#: What is said of refusals that carry no codes.
WAITING_FACTS: Mapping[type[VisitationError], str] = {
    NotWaiting: N_(
        "The family is no longer in line, or must first answer what is offered to it. "
        "Load the page again."
    ),
    NoSuchOffer: N_("Nothing is offered to this family now. Load the page again."),
    NotDraft: N_("The plan was published or thrown away before. Load the page again."),
}
