"""Recordings, their files, who agreed to them, and who asked to play them.

Rows and what the database itself refuses; no rule and no use case. Keys are never in
here: a wrapped key lies beside the files it opens, so that no log or copy of the
database keeps it after it was destroyed.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import PlayReason, RecordingEnd, RecordingState, VisitKind


class Recording(SQLModel, table=True):
    """What is kept of one visit, from one beginning to one end.

    `reference` names it in addresses and names its directory. `keep_until` is set when
    it is finished; one that is `held` outlives it. `size_bytes` is of all its files.
    """

    __table_args__ = (
        CheckConstraint("visit_kind <> 'legal'", name="privileged_never"),
        Index(
            "recording_under_way_once",
            "visit_id",
            unique=True,
            sqlite_where=text("state IN ('running', 'paused')"),
            postgresql_where=text("state IN ('running', 'paused')"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    visit_id: int = Field(foreign_key="visit.id", index=True)
    visit_kind: VisitKind = Field(sa_type=enum_column(VisitKind))
    site_id: int = Field(foreign_key="site.id", index=True)
    state: RecordingState = Field(sa_type=enum_column(RecordingState), index=True)
    started_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end_reason: RecordingEnd | None = Field(
        default=None, sa_type=enum_column(RecordingEnd, grows=True)
    )
    alarm_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finish_tries: int = 0
    size_bytes: int = Field(default=0, sa_type=BigInteger)
    seconds: int = 0
    keep_until: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    held: bool = False
    held_by_id: int | None = Field(default=None, foreign_key="account.id")
    held_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecordingFile(SQLModel, table=True):
    """One sealed file of a recording: a journal, or what plays.

    `name` is within the recording's directory. Milliseconds count from the recording's
    beginning; `sha256` is of what the file says when it is opened. A journal has no
    sizes of pictures and goes when the recording is finished.
    """

    __tablename__ = "recording_file"
    __table_args__ = (UniqueConstraint("recording_id", "name"),)

    id: int = Field(default=None, primary_key=True)
    recording_id: int = Field(foreign_key="recording.id", index=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    name: str = Field(max_length=80)
    is_journal: bool = True
    starts_ms: int = 0
    duration_ms: int = 0
    width: int = 0
    height: int = 0
    size_bytes: int = Field(default=0, sa_type=BigInteger)
    sha256: str = Field(default="", max_length=64)


class RecordingConsent(SQLModel, table=True):
    """What a participant said of being recorded; the newest counts, none is changed."""

    __tablename__ = "recording_consent"

    id: int = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", index=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    given: bool
    at: datetime = Field(sa_type=UtcDateTime)


class RecordingPlay(SQLModel, table=True):
    """Leave to play one recording for a while, and the reason that was given for it."""

    __tablename__ = "recording_play"

    id: int = Field(default=None, primary_key=True)
    recording_id: int = Field(foreign_key="recording.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    reason: PlayReason = Field(sa_type=enum_column(PlayReason, grows=True))
    note: str = Field(default="", max_length=300)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    first_played_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
