"""The words for the vocabularies of a call: writing, calling for help, what comes after.

Part of `labels`, which is what pages ask.
"""

from collections.abc import Mapping
from enum import StrEnum

from visitation.words import Chatting, HelpPlace, Mood, WishKind
from web.i18n import N_

CALL_LABELS: Mapping[type[StrEnum], Mapping[str, str]] = {
    Chatting: {
        Chatting.NONE: N_("Nobody writes"),
        Chatting.PHRASES: N_("Ready phrases only"),
        Chatting.FREE: N_("Ready phrases and words of their own"),
    },
    HelpPlace: {
        HelpPlace.CHECK: N_("Trying the device"),
        HelpPlace.WAITING: N_("In the waiting room"),
        HelpPlace.CALL: N_("In the visit"),
    },
    Mood: {
        Mood.GOOD: N_("Good"),
        Mood.FAIR: N_("So-so"),
        Mood.BAD: N_("Bad"),
    },
    WishKind: {
        WishKind.FURLOUGH: N_("Leave from prison"),
        WishKind.RELEASE: N_("Early release"),
        WishKind.MEDICAL: N_("Doctor or medicine"),
        WishKind.TRANSFER: N_("A prison nearer to us"),
        WishKind.VISIT: N_("Another visit"),
        WishKind.OTHER: N_("Something else"),
    },
}
