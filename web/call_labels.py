"""The words for the vocabularies of a call: writing, calling for help, what follows.

Part of `labels`, which is what pages ask.
"""

from collections.abc import Mapping
from enum import StrEnum

from visitation.calls.words import HelpPlace, Mood, Phrase, Stage
from visitation.words import Chatting
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
    Phrase: {
        Phrase.YES: N_("Yes"),
        Phrase.NO: N_("No"),
        Phrase.HEAR_WELL: N_("I hear you well"),
        Phrase.CANNOT_HEAR: N_("I cannot hear you"),
        Phrase.CANNOT_SEE: N_("I cannot see you"),
        Phrase.LOUDER: N_("Please speak louder"),
        Phrase.AGAIN: N_("Please say that again"),
        Phrase.WAIT: N_("One moment, please"),
        Phrase.FINE: N_("I am well, do not worry"),
        Phrase.MISS_YOU: N_("I miss you"),
        Phrase.THANKS: N_("Thank you"),
        Phrase.GOODBYE: N_("Goodbye, God keep you"),
    },
    Stage: {
        Stage.EXPECTED: N_("has not been called yet"),
        Stage.CALLED: N_("has been called"),
        Stage.ON_THE_WAY: N_("is on the way"),
        Stage.IN_BOOTH: N_("is in the booth"),
    },
}
