"""The words for the vocabularies of the wall: incidents, and why a visit stands still.

Part of `labels`, which is what pages ask.
"""

from collections.abc import Mapping
from enum import StrEnum

from visitation.words import IncidentKind, PauseReason
from web.i18n import N_

WALL_LABELS: Mapping[type[StrEnum], Mapping[str, str]] = {
    IncidentKind: {
        IncidentKind.RULES: N_("Rules of visits broken"),
        IncidentKind.IDENTITY: N_("Not who they said they are"),
        IncidentKind.THREAT: N_("Threat or violence"),
        IncidentKind.HEALTH: N_("Somebody unwell"),
        IncidentKind.DEVICE: N_("Device or line"),
        IncidentKind.OTHER: N_("Something else that happened"),
    },
    PauseReason: {
        PauseReason.MOMENT: N_("A short pause"),
        PauseReason.IDENTITY: N_("Staff make sure who is in the picture"),
        PauseReason.RULES: N_("The rules of visits were not kept"),
        PauseReason.STRANGER: N_("Somebody else is in the picture"),
        PauseReason.LINE: N_("Staff look after the device or the line"),
    },
}
