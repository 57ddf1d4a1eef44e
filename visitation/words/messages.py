"""How people are told, and what came of it."""

from enum import StrEnum


class Channel(StrEnum):
    """How a message reaches somebody."""

    SMS = "sms"
    VOICE = "voice"


class Addressee(StrEnum):
    """Whose number a message goes to: the person's own, or that of a helper."""

    OWN = "own"
    HELPER = "helper"


class CallOutcome(StrEnum):
    """What came of a line on the call list."""

    TOLD = "told"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    TOO_LATE = "too_late"
    ARRIVED = "arrived"
