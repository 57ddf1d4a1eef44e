"""The sentences for what is refused to professionals, and about their licences."""

from collections.abc import Mapping

from visitation.errors import VisitationError
from visitation.professionals import NotInForce, NotTheirs
from web.i18n import N_

PROFESSIONAL_REASONS: Mapping[str, str] = {
    "licence_number_needed": N_("Give the number of the licence."),
    "licence_asked": N_(
        "A licence of yours waits for a decision already. You get a message when it is "
        "decided."
    ),
    "licence_verified": N_(
        "You have a verified licence of this profession. Ask below to renew it."
    ),
    "licence_there": N_(
        "This person has a licence of this profession, or asked for one. Verify, "
        "refuse, extend or revoke that one."
    ),
    "licence_not_to_renew": N_(
        "This licence cannot be renewed now. It can be from 60 days before it runs out."
    ),
    "licence_day_over": N_("This day is over. Give a day to come."),
    "licence_too_long": N_(
        "Licences of this profession are not verified for so long. Give an earlier day."
    ),
    "licence_taken": N_(
        "Somebody else has a verified licence with this number. Find out whose it is, "
        "and revoke that one first if it is wrong."
    ),
    "order_needed": N_("Give the number of the court's order."),
    "linked_as_family": N_(
        "This person is linked to the prisoner as family, and cannot be both. End that "
        "link first, or refuse."
    ),
    "contact_banned": N_(
        "This person is banned from visiting the prisoner. Lift the ban first, or "
        "refuse."
    ),
    "issuer_needed": N_("Give the name of who issued the licences."),
    "roster_empty": N_("There are no rows in the file."),
    "roster_too_long": N_("A roster has 2,000 rows at most."),
    "roster_leaves_most_out": N_(
        "This roster leaves out most of those who have a licence now. It may be the "
        "wrong file, or only a part of it. Nothing was changed."
    ),
}
#: What is said of rows of a roster.
ROSTER_ROWS: Mapping[str, str] = {
    "roster_no_mobile": N_("This is no Iranian mobile number."),
    "roster_other_name": N_(
        "Somebody with another name has this national ID. Check both."
    ),
    "roster_of_another": N_("This graduate is on another roster, and stays there."),
    "roster_other_phone": N_(
        "We know another phone of this person, and keep it. Correct the visitor if it "
        "is wrong."
    ),
    "roster_no_phone": N_("Without a phone nobody can sign in."),
}
#: What is said of refusals that carry no code.
PROFESSIONAL_FACTS: Mapping[type[VisitationError], str] = {
    NotInForce: N_(
        "The licence or the mandate that this needs is not in force any more. Look at "
        "your licence and your clients."
    ),
    NotTheirs: N_("Your profession does not have this right here."),
}
