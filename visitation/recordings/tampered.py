"""What may be wrong with a sealed file, and with which segment of it."""

from visitation.errors import VisitationError

#: The number that stands for the head of a file, before its first segment.
HEADER = -1


class Tampered(VisitationError):
    """A sealed file is not as it was written.

    Attributes:
        segment: which one, from 0, counted by where it should stand.
        how: a stable word for what happened to it.
    """

    how = "tampered"

    def __init__(self, segment: int) -> None:
        super().__init__(f"{self.how}: segment {segment}")
        self.segment = segment


class Altered(Tampered):
    """A segment's bytes are not those that were written."""

    how = "altered"


class Missing(Tampered):
    """A segment was taken out."""

    how = "missing"


class Reordered(Tampered):
    """Another segment of the same file stands in a segment's place."""

    how = "reordered"


class Spliced(Tampered):
    """A segment of another file stands in a segment's place."""

    how = "spliced"


class Cut(Tampered):
    """The file ends before its last segment, or in the middle of one."""

    how = "cut"
