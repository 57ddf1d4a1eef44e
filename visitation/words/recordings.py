"""The vocabularies of recordings: whether, how they end, and why they are played."""

from enum import StrEnum


class Recorded(StrEnum):
    """Whether a prison's supervised visits are recorded; privileged ones never are."""

    NEVER = "never"
    CONSENT = "consent"


class RecordingState(StrEnum):
    """Where a recording is on its way from packets to files, and to nothing."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    FINISHED = "finished"
    FAILED = "failed"
    DELETED = "deleted"


class RecordingEnd(StrEnum):
    """Why a recording stopped; the last four are alarms on the prison's board."""

    VISIT_ENDED = "visit_ended"
    STAFF = "staff"
    WITHDRAWN = "withdrawn"
    RULES = "rules"
    NO_SPACE = "no_space"
    TOO_SLOW = "too_slow"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class PlayReason(StrEnum):
    """Why somebody plays, or takes out, a recording."""

    CASE = "case"
    COMPLAINT = "complaint"
    COURT_ORDER = "court_order"
    SECURITY = "security"
    OTHER = "other"
