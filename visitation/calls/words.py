"""The closed vocabularies of what is said in and after a call. Stored and sent."""

from enum import StrEnum


class HelpPlace(StrEnum):
    """Where somebody was who called for help."""

    CHECK = "check"
    WAITING = "waiting"
    CALL = "call"


class Mood(StrEnum):
    """How a visit was, as one of three faces."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


class Phrase(StrEnum):
    """What people in a visit may write without typing."""

    YES = "yes"
    NO = "no"
    HEAR_WELL = "hear_well"
    CANNOT_HEAR = "cannot_hear"
    CANNOT_SEE = "cannot_see"
    LOUDER = "louder"
    AGAIN = "again"
    WAIT = "wait"
    FINE = "fine"
    MISS_YOU = "miss_you"
    THANKS = "thanks"
    GOODBYE = "goodbye"


class Stage(StrEnum):
    """How far staff have come with the prisoner whom somebody waits for."""

    EXPECTED = "expected"
    CALLED = "called"
    ON_THE_WAY = "on_the_way"
    IN_BOOTH = "in_booth"
