"""What officials make of a request, or of a visit."""

from enum import StrEnum


class RulingKind(StrEnum):
    """What an official makes of something asked for, or of a visit."""

    GRANTED = "granted"
    DENIED = "denied"
    REFERRED = "referred"
    NOTED = "noted"
