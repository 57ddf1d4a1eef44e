"""Requests of families and prisoners, each step made of them, orders and documents.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import (
    CaseAction,
    CaseKind,
    CaseSource,
    CaseState,
    OrderState,
    Visibility,
)

_OPEN = text(
    "state NOT IN ('granted', 'denied', 'withdrawn') AND visitor_id IS NOT NULL"
)


class Case(SQLModel, table=True):
    """What is asked for a prisoner, until there is an answer.

    `reference` names it in addresses; its tracking code, which the family says or
    types, is sealed, and found by its fingerprint. `visitor_id` is who asked, None
    where it was the prisoner or an official; `visit_id` the visit it was raised before,
    in or after. `steps` counts what was done, so that each step has its number.
    """

    __tablename__ = "legal_case"
    __table_args__ = (
        Index(
            "legal_case_open_once",
            "prisoner_id",
            "visitor_id",
            "kind",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("legal_case_due", "state", "due_at"),
        Index("legal_case_owner", "owner_id", "state"),
    )

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    tracking_sealed: bytes
    tracking_fingerprint: str = Field(unique=True, max_length=64)
    kind: CaseKind = Field(sa_type=enum_column(CaseKind, grows=True))
    state: CaseState = Field(sa_type=enum_column(CaseState))
    source: CaseSource = Field(sa_type=enum_column(CaseSource))
    prisoner_id: int = Field(foreign_key="prisoner.id", index=True)
    visitor_id: int | None = Field(default=None, foreign_key="visitor.id", index=True)
    visit_id: int | None = Field(
        default=None, foreign_key="visit.id", index=True, ondelete="SET NULL"
    )
    raised_by_id: int | None = Field(default=None, foreign_key="account.id")
    point_id: int | None = Field(default=None, foreign_key="site.id")
    text: str = Field(default="", max_length=2000)
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    raised_at: datetime = Field(sa_type=UtcDateTime, index=True)
    due_at: datetime = Field(sa_type=UtcDateTime)
    owner_id: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    changed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    steps: int = 0


class CaseStep(SQLModel, table=True):
    """One thing done to a case, never changed; `number` counts from 1 in each case.

    `visit_id` is the visit in which it was done; `template` names the prepared text
    that `text` began as. `facts` are ids and codes.
    """

    __tablename__ = "case_step"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="legal_case.id")
    number: int
    action: CaseAction = Field(sa_type=enum_column(CaseAction, grows=True))
    state: CaseState = Field(sa_type=enum_column(CaseState))
    visibility: Visibility = Field(sa_type=enum_column(Visibility))
    text: str = Field(default="", max_length=2000)
    template: str = Field(default="", max_length=32)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id")
    visitor_id: int | None = Field(default=None, foreign_key="visitor.id")
    visit_id: int | None = Field(
        default=None, foreign_key="visit.id", index=True, ondelete="SET NULL"
    )


class CaseOrder(SQLModel, table=True):
    """What a site or an official is told to do for a case, and until when."""

    __tablename__ = "case_order"
    __table_args__ = (
        CheckConstraint(
            "(site_id IS NULL) <> (account_id IS NULL)", name="to_one_of_both"
        ),
        Index("case_order_due", "state", "due_at"),
    )

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    case_id: int = Field(foreign_key="legal_case.id", index=True)
    site_id: int | None = Field(default=None, foreign_key="site.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    text: str = Field(max_length=1000)
    state: OrderState = Field(sa_type=enum_column(OrderState))
    due_at: datetime = Field(sa_type=UtcDateTime)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by_id: int = Field(foreign_key="account.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by_id: int | None = Field(default=None, foreign_key="account.id")
    answer: str = Field(default="", max_length=1000)


class CaseDocument(SQLModel, table=True):
    """A file of a case, sealed; `type` is what it was found to be."""

    __tablename__ = "case_document"
    __table_args__ = (UniqueConstraint("case_id", "digest"),)

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    case_id: int = Field(foreign_key="legal_case.id")
    name: str = Field(max_length=120)
    type: str = Field(max_length=40)
    size: int
    digest: str = Field(max_length=64)
    visibility: Visibility = Field(sa_type=enum_column(Visibility))
    sealed: bytes
    added_at: datetime = Field(sa_type=UtcDateTime)
    account_id: int | None = Field(default=None, foreign_key="account.id")
    visitor_id: int | None = Field(default=None, foreign_key="visitor.id")
