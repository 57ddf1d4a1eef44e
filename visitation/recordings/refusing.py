"""What is refused about recordings."""

from visitation.errors import VisitationError


class Privileged(VisitationError):
    """Somebody tried to record a visit with a lawyer, which nobody does."""


class NotRecorded(VisitationError):
    """The prison records nothing, or not everybody has agreed."""


class NotUnderWay(VisitationError):
    """The recording is over, so that nothing can be added to it."""


class NotPlayable(VisitationError):
    """There is nothing to play: it is not finished, or deleted."""


class OnHold(VisitationError):
    """The recording is kept by order, and is not deleted."""


class Elsewhere(VisitationError):
    """Recordings do not lie in the directory that this process knows."""


class UnderWay(VisitationError):
    """The recording is still being made, and is not deleted before it has ended."""
