"""The words of the wall: incidents, why a visit stands still or somebody is taken out.

Part of `labels`, which is what pages ask.
"""

from collections.abc import Mapping
from enum import StrEnum

from visitation.words import IncidentKind, PauseReason, RemovalReason
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
    RemovalReason: {
        RemovalReason.IDENTITY: N_("It is not certain who they are"),
        RemovalReason.RULES: N_("The rules of visits were not kept"),
        RemovalReason.STRANGER: N_("They are not named for this visit"),
        RemovalReason.DEVICE: N_("Their device disturbs the visit"),
    },
}
