"""The words for services done at a point, and for why an entry is not kept.

Part of `point_labels`, which pages and refusals go by.
"""

from collections.abc import Mapping
from enum import StrEnum

from visitation.errors import VisitationError
from visitation.services.recording import TooLateToWithdraw
from visitation.words import ServiceChannel, ServiceKind
from web.i18n import N_

SERVICE_LABELS: Mapping[type[StrEnum], Mapping[str, str]] = {
    ServiceKind: {
        ServiceKind.VISIT: N_("Visit"),
        ServiceKind.PETITION: N_("Petition"),
        ServiceKind.COMPLAINT: N_("Criminal complaint"),
        ServiceKind.BRIEF: N_("Brief"),
        ServiceKind.DECLARATION: N_("Formal notice"),
        ServiceKind.SANA: N_("Sana registration"),
        ServiceKind.NO_RECORD: N_("Certificate of no record"),
        ServiceKind.REGISTRY: N_("Registry"),
        ServiceKind.FORENSIC: N_("Forensic medicine"),
        ServiceKind.LIVELIHOOD: N_("Livelihood of the family"),
        ServiceKind.PUBLIC_RIGHTS: N_("Public rights"),
        ServiceKind.OTHER: N_("Another service"),
    },
    ServiceChannel: {
        ServiceChannel.STAFF: N_("Done by staff"),
        ServiceChannel.SELF: N_("Done by people themselves"),
    },
}
SERVICE_FACTS: Mapping[type[VisitationError], str] = {
    TooLateToWithdraw: N_(
        "The day of this service is over, and its report has it. Tell the office what "
        "was wrong."
    ),
}
SERVICE_REASONS: Mapping[str, str] = {
    "service_elsewhere": N_(
        "You do not work at the point where this was done. Ask an administrator."
    ),
    "service_to_come": N_(
        "The clock of this device is ahead. Set it, take this entry off, and enter it "
        "again."
    ),
    "service_too_old": N_(
        "This was done more than 30 days ago, and is no longer entered here. Tell the "
        "office."
    ),
    "service_unfit": N_(
        "Something of this entry cannot be kept. Take it off, and enter it again."
    ),
    "service_conflict": N_(
        "The service has this entry already, with something else in it. Look at the "
        "list, then take this off."
    ),
}
