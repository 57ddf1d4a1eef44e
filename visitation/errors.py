"""The base of everything that is raised on purpose.

An error carries data, never a sentence: sentences are made at the edge, in the
reader's language.
"""


class VisitationError(Exception):
    """Something the service refuses, on purpose."""


class NotFound(VisitationError):
    """What was asked for does not exist, or not for this person."""


class NotAllowed(VisitationError):
    """This role may not do this."""


class Invalid(VisitationError):
    """A value cannot be accepted as it stands.

    Attributes:
        field: which value.
        reason: a stable code that the catalogues have a sentence for.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
