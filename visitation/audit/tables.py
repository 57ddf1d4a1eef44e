"""The append-only record of who did what, and its seals."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime


class AuditEntry(SQLModel, table=True):
    """One act. Never changed, never deleted (triggers refuse both).

    `actor` is `account:3`, `station:7`, `participant:12` or `system`; `subject` is
    `visit:5`, `account:3` and so on. `facts` hold ids and codes, never names, phone
    numbers or secrets.
    """

    __tablename__ = "audit_entry"

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor: str = Field(max_length=40, index=True)
    action: str = Field(max_length=40)
    subject: str = Field(max_length=40, index=True)
    visit_id: int | None = Field(default=None, index=True)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class AuditSeal(SQLModel, table=True):
    """An entry's place in the hash chain: SHA-256 over the previous and itself."""

    __tablename__ = "audit_seal"

    sequence: int = Field(primary_key=True)
    entry_id: int = Field(foreign_key="audit_entry.id", unique=True)
    hash: str = Field(max_length=64)


class AuditReader(SQLModel, table=True):
    """How far somebody who acts on what is recorded has read, as sealed."""

    __tablename__ = "audit_reader"

    name: str = Field(primary_key=True, max_length=40)
    sequence: int
