"""What each number of a policy means, in the words of its page.

Knows the numbers' names and their order; no page, and nothing that is in force.
"""

from collections.abc import Mapping

from visitation.places import Level
from visitation.words import Approval, Chatting, Recorded, Supervision
from web.i18n import N_

#: The choices of a policy that are words and not numbers.
WORDS: Mapping[str, type[Approval | Chatting | Recorded | Supervision]] = {
    "approval": Approval,
    "chatting": Chatting,
    "recorded": Recorded,
    "supervision": Supervision,
}
#: What those choices are called.
TITLES: Mapping[str, str] = {
    "approval": N_("Approval of what families ask for"),
    "chatting": N_("Writing in family visits"),
    "recorded": N_("Recording of visits"),
    "supervision": N_("Supervision of family visits"),
}
#: What an empty field means, by where its number comes from.
ABOVE: Mapping[Level, str] = {
    Level.DEFAULT: N_("Left empty: %(value)s, as the service begins with."),
    Level.NATION: N_("Left empty: %(value)s, as chosen for the nation."),
    Level.PROVINCE: N_("Left empty: %(value)s, as chosen for the province."),
}

#: Each number's name and a hint, in the order of the page.
MEANINGS: Mapping[str, tuple[str, str]] = {
    "notice_minutes": (
        N_("Notice, in minutes"),
        N_("How long before its time staff must book a visit."),
    ),
    "horizon_days": (
        N_("Horizon, in days"),
        N_("How far ahead staff may book a visit."),
    ),
    "family_notice_minutes": (
        N_("Notice for families, in minutes"),
        N_("How long before its time a family must ask for a visit."),
    ),
    "family_horizon_days": (
        N_("Horizon for families, in days"),
        N_("How far ahead a family may ask for a visit."),
    ),
    "official_notice_minutes": (
        N_("Notice for officials, in minutes"),
        N_("How long before its time an official must ask for a visit."),
    ),
    "official_horizon_days": (
        N_("Horizon for officials, in days"),
        N_("How far ahead an official may ask for a visit."),
    ),
    "visits_per_week": (
        N_("Family visits a week"),
        N_("How many a prisoner has from Saturday to Friday."),
    ),
    "visits_per_month": (
        N_("Family visits a month"),
        N_("How many a prisoner has in a month of the calendar."),
    ),
    "max_party": (
        N_("Visitors at once"),
        N_("How many visitors one visit may have."),
    ),
    "adult_age": (
        N_("Adult from, in years"),
        N_("Somebody of this age or older must be with children."),
    ),
    "cancel_minutes": (
        N_("Families may cancel until, in minutes"),
        N_("How long before its time a family may still cancel a visit."),
    ),
    "decide_minutes": (
        N_("Requests are decided until, in minutes"),
        N_("How long before its time a request that nobody decided lapses."),
    ),
    "turnover_minutes": (
        N_("Time to change, in minutes"),
        N_("What a terminal needs between two visits: a multiple of five."),
    ),
    "early_minutes": (
        N_("Waiting room opens, in minutes"),
        N_("How long before a visit people may come in and wait."),
    ),
    "grace_minutes": (
        N_("Room closes, in minutes"),
        N_("How long after its end a call may go on before it closes by itself."),
    ),
    "reminder_hours": (
        N_("First reminder, in hours"),
        N_("How long before a visit the first reminder is sent."),
    ),
    "reminder_soon_minutes": (
        N_("Second reminder, in minutes"),
        N_("How long before a visit the second reminder is sent."),
    ),
    "reconnect_grace_seconds": (
        N_("Wait for a broken line, in seconds"),
        N_("How long a call keeps the place of somebody whose line broke."),
    ),
    "credit_max_minutes": (
        N_("Lost time given back, in minutes"),
        N_(
            "How much longer a visit may get, at most, for minutes in which one side "
            "could not hear the other. Nothing is given while somebody else needs the "
            "terminal or the people."
        ),
    ),
}
