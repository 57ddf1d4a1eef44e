"""Why something is not done to a case; sentences are made at the edge."""

from datetime import datetime

from visitation.errors import VisitationError
from visitation.words import CaseState


class Closed(VisitationError):
    """The case has its answer already.

    Attributes:
        state: what it is.
        at: since when.
        by: the name of whoever gave it; empty for nobody of staff.
    """

    def __init__(self, state: CaseState, at: datetime, by: str) -> None:
        super().__init__(state.value)
        self.state = state
        self.at = at
        self.by = by


class Changed(VisitationError):
    """Somebody else did something to the case first; read it again.

    Attributes:
        by: the name of whoever has it in hand; empty for nobody.
    """

    def __init__(self, by: str = "") -> None:
        super().__init__("changed")
        self.by = by


class SameJudge(VisitationError):
    """An appeal is decided by somebody else than who denied."""


class OpenAlready(VisitationError):
    """The same is asked for in another case that is open."""


class TooManyOpen(VisitationError):
    """A visitor has as many open cases as anybody may have.

    Attributes:
        most: how many.
    """

    def __init__(self, most: int) -> None:
        super().__init__(str(most))
        self.most = most


class RepeatedTooOften(VisitationError):
    """The same was asked again as often as it may be in a day.

    Attributes:
        most: how often.
    """

    def __init__(self, most: int) -> None:
        super().__init__(str(most))
        self.most = most


class TooManyDocuments(VisitationError):
    """A case has as many documents as any may have.

    Attributes:
        most: how many.
    """

    def __init__(self, most: int) -> None:
        super().__init__(str(most))
        self.most = most


class OrderEnded(VisitationError):
    """The order was carried out or cancelled before.

    Attributes:
        at: when.
        by: the name of whoever did.
        done: whether it was carried out.
    """

    def __init__(self, at: datetime | None, by: str, *, done: bool) -> None:
        super().__init__("order ended")
        self.at = at
        self.by = by
        self.done = done
