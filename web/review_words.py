"""Why a booked visit is to be reviewed, in a few words for each reason.

`refusals` has the whole sentences, for whoever is refused a booking.
"""

from collections.abc import Mapping

from scheduler.proposals import Refusal
from web.i18n import N_, _

WORDS: Mapping[Refusal, str] = {
    Refusal.ODD_TIMES: N_("Begins or ends at an odd time"),
    Refusal.NOT_A_SLOT: N_("The prison has no opening then any more"),
    Refusal.HOLIDAY: N_("The day has become a holiday"),
    Refusal.KIND_NOT_OFFERED: N_("The time is kept for other kinds of visit now"),
    Refusal.CLOSED: N_("The prison or the service point is closed then"),
    Refusal.TERMINAL_ELSEWHERE: N_("The terminal is in another prison now"),
    Refusal.TERMINAL_OUT_OF_ORDER: N_("The terminal is out of order"),
    Refusal.NOT_A_KIOSK: N_("The family cannot sit there any more"),
    Refusal.KIOSK_OUT_OF_ORDER: N_("The kiosk is out of order"),
    Refusal.KIOSK_NOT_THERE: N_("The mobile office does not stand there then"),
    Refusal.OTHER_PROVINCE: N_("The prison does not take the family’s province"),
    Refusal.PRISONER_ELSEWHERE: N_("The prisoner was moved to another prison"),
    Refusal.PRISONER_RELEASED: N_("The prisoner is released before that day"),
    Refusal.PRISONER_AWAY: N_("The prisoner is in court or at a doctor’s then"),
    Refusal.KEPT_APART: N_("Somebody the prisoner must not meet comes that day"),
    Refusal.NOBODY_VISITS: N_("No visitor is left"),
    Refusal.PARTY_TOO_LARGE: N_("More visitors than the prison allows now"),
    Refusal.NOT_APPROVED: N_("A visitor is not approved any more"),
    Refusal.BANNED: N_("A visitor is banned until after that day"),
    Refusal.BARRED: N_("A judge’s order forbids the visit"),
    Refusal.NO_ADULT: N_("No adult comes"),
    Refusal.NOT_A_LAWYER: N_("A visitor is no lawyer of the prisoner any more"),
    Refusal.OFFICIAL_MISSING: N_("The meeting has no official"),
    Refusal.OFFICIAL_NOT_ADMITTED: N_("An official attends a lawyer’s visit"),
    Refusal.OFFICIAL_NOT_ACTIVE: N_("The official’s account is closed"),
    Refusal.OFFICIAL_NOT_THEN: N_("The official has other hours now"),
    Refusal.OUTSIDE_COVER: N_("The official’s session does not hold the visit"),
}


def words(reason: str) -> str:
    """The reason of a flag in the language being spoken."""
    return _(WORDS[Refusal(reason)])
