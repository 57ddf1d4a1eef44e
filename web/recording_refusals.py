"""The sentences for what is refused about recordings."""

from collections.abc import Mapping

from visitation.errors import VisitationError
from visitation.recordings.keys import KeyDamaged, KeyMissing, KeyUnknown
from visitation.recordings.refusing import (
    Elsewhere,
    NotPlayable,
    NotRecorded,
    NotUnderWay,
    OnHold,
    Privileged,
    UnderWay,
)
from web.i18n import N_

RECORDING_FACTS: Mapping[type[VisitationError], str] = {
    Privileged: N_("A visit with a lawyer is never recorded."),
    NotRecorded: N_(
        "This visit is not recorded: its prison records nothing, or somebody did not "
        "agree."
    ),
    NotUnderWay: N_("This recording is over already. Load the page again."),
    NotPlayable: N_("There is nothing to play here yet, or not any more."),
    OnHold: N_("This recording is on hold. End the hold first."),
    Elsewhere: N_(
        "The disk with the recordings is not there. Nothing was deleted; tell whoever "
        "is responsible for the service."
    ),
    UnderWay: N_("This recording is still being made. Wait until the visit is over."),
    KeyMissing: N_("The key of this recording was destroyed: nobody can open it."),
    KeyUnknown: N_(
        "The key that opens this recording is not in the settings. Tell whoever is "
        "responsible for the service."
    ),
    KeyDamaged: N_(
        "The key of this recording is damaged. Tell whoever is responsible for the "
        "service."
    ),
}
