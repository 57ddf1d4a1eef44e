"""The sentences for what is refused about messages and the call list."""

from collections.abc import Mapping

from scheduler.calling import AlreadyRung
from scheduler.summoning import NobodyToTell, NotTheTime
from visitation.errors import VisitationError
from web.i18n import N_

MESSAGES: Mapping[type[VisitationError], str] = {
    AlreadyRung: N_(
        "Somebody else has done this call, or it can no longer be taken back. Load the "
        "call list again."
    ),
    NotTheTime: N_(
        "A family is told to come from an hour before its visit until the visit ends."
    ),
    NobodyToTell: N_(
        "No message can reach the visitors who are missing, or they are there already. "
        "Look for them, or ring the point."
    ),
}
