"""What somebody is still writing, and where a guess of the kind was not right.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import CaseKind


class FilingDraft(SQLModel, table=True):
    """A request that is being written; nobody but its visitor reads it.

    `reference` names it in addresses. `text` are their own words, `guesses` the kinds
    these may mean with how likely each is, `suggested` the likeliest, `kind` the one
    they chose. Once it was handed
    in, its words are wiped and `case_id` says what became of it.
    """

    __tablename__ = "filing_draft"

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    visitor_id: int = Field(foreign_key="visitor.id", index=True)
    prisoner_id: int = Field(foreign_key="prisoner.id")
    visit_id: int | None = Field(
        default=None, foreign_key="visit.id", ondelete="SET NULL"
    )
    point_id: int | None = Field(default=None, foreign_key="site.id")
    text: str = Field(default="", max_length=2000)
    suggested: CaseKind | None = Field(
        default=None, sa_type=enum_column(CaseKind, grows=True)
    )
    kind: CaseKind | None = Field(
        default=None, sa_type=enum_column(CaseKind, grows=True)
    )
    guesses: list[list[Any]] = Field(default_factory=list, sa_type=JSON)
    unsorted: bool = False
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    made_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    handed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    case_id: int | None = Field(default=None, foreign_key="legal_case.id")


class FilingCorrection(SQLModel, table=True):
    """A text that was meant otherwise than it was taken, to learn from.

    `text` holds no digits and no name of whom it is about; nothing says who wrote it.
    """

    __tablename__ = "filing_correction"

    id: int = Field(default=None, primary_key=True)
    text: str = Field(max_length=2000)
    suggested: CaseKind = Field(sa_type=enum_column(CaseKind, grows=True))
    meant: CaseKind = Field(sa_type=enum_column(CaseKind, grows=True))
    at: datetime = Field(sa_type=UtcDateTime, index=True)
