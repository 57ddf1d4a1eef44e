"""What an import is made of: kinds, rows as they came, and a line of report for each.

Pure. A line names its row by number and says codes: nobody's name, number or national
ID is in a report.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from visitation.errors import VisitationError


class Kind(StrEnum):
    """What the rows of a file are."""

    PRISONERS = "prisoners"
    TRANSFERS = "transfers"
    RELEASES = "releases"
    APPOINTMENTS = "appointments"
    RESTRICTIONS = "restrictions"
    VISITS = "visits"


class RowOutcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its number in the file (the headings are row 1), and what is in it.

    `fault` is the code of what makes the whole row unreadable; empty if nothing does.
    """

    number: int
    cells: Mapping[str, str]
    fault: str = ""

    def cell(self, name: str) -> str:
        """What stands under a heading, without space around it; empty if nothing."""
        return self.cells.get(name, "").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of one row, and why.

    Attributes:
        field: the column that is wrong; empty if none is in particular.
        reasons: codes; a row that went in may have some too, as remarks.
        other_row: the earlier row that says the same.
    """

    row: int
    outcome: RowOutcome
    field: str = ""
    reasons: tuple[str, ...] = ()
    other_row: int | None = None


class RowRefused(VisitationError):
    """A row cannot go in as it stands.

    Attributes:
        field: which column.
        reason: a stable code.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class BadSheet(VisitationError):
    """A file cannot be read as rows of its kind; nothing of it went in.

    Attributes:
        reason: a stable code.
        columns: the headings it is about.
        row: where, if it is about one row.
    """

    def __init__(
        self, reason: str, *, columns: Iterable[str] = (), row: int | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.columns = tuple(columns)
        self.row = row


def counted(lines: Iterable[Line]) -> dict[RowOutcome, int]:
    """How many rows had each outcome."""
    found = Counter(line.outcome for line in lines)
    return {outcome: found[outcome] for outcome in RowOutcome}
