"""The vocabularies of what officials write. Values are stable: they are stored."""

from enum import StrEnum


class RulingKind(StrEnum):
    """What an official makes of something asked for, or of a visit."""

    GRANTED = "granted"
    DENIED = "denied"
    REFERRED = "referred"
    NOTED = "noted"


class RulingState(StrEnum):
    """Whether what an official wrote waits for somebody's answer."""

    OPEN = "open"
    ANSWERED = "answered"
