"""Writing and reading audit entries. Knows nothing of who may do what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import database
from visitation.audit.tables import AuditEntry
from visitation.database import Rows
from visitation.words import Role

_ENTRY = SQLModel.metadata.tables["audit_entry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something: an account with its role, a station, a family, or us.

    `key` is `account:3`, `station:7`, `participant:12`, `visitor:5` or `system`.
    """

    key: str
    role: Role | None = None
    account_id: int | None = None
    visitor_id: int | None = None

    @classmethod
    def account(cls, account_id: int, role: Role) -> "Actor":
        """A member of staff."""
        return cls(key=f"account:{account_id}", role=role, account_id=account_id)

    @classmethod
    def station(cls, station_id: int) -> "Actor":
        """A paired device acting by itself."""
        return cls(key=f"station:{station_id}")

    @classmethod
    def participant(cls, participant_id: int) -> "Actor":
        """Somebody who gave a join code."""
        return cls(key=f"participant:{participant_id}", role=Role.FAMILY)

    @classmethod
    def visitor(cls, visitor_id: int) -> "Actor":
        """Somebody who signed in with the phone of a visitor."""
        return cls(key=f"visitor:{visitor_id}", role=Role.FAMILY, visitor_id=visitor_id)


#: The service itself: sweeps and the clock.
SYSTEM = Actor(key="system")


def note(
    session: AsyncSession,
    by: Actor,
    action: str,
    subject: str,
    *,
    now: datetime,
    visit_id: int | None = None,
    **facts: Any,
) -> None:
    """Record an act. `facts` are ids and codes: never a name, a number or a secret."""
    session.add(
        AuditEntry(
            at=now,
            actor=by.key,
            action=action,
            subject=subject,
            visit_id=visit_id,
            facts=facts,
        )
    )


async def note_at_once(
    session: AsyncSession,
    by: Actor,
    acts: Mapping[str, Mapping[str, Any]],
    subject: str,
    *,
    now: datetime,
    visit_id: int | None = None,
) -> None:
    """Record several acts on one subject, each with its facts, in one statement."""
    await database.put(session, rows(by, acts, subject, now=now, visit_id=visit_id))


def rows(
    by: Actor,
    acts: Mapping[str, Mapping[str, Any]],
    subject: str,
    *,
    now: datetime,
    visit_id: int | None = None,
) -> Rows:
    """The same as it is written, beside other rows."""
    return _ENTRY, [
        {
            "at": now,
            "actor": by.key,
            "action": action,
            "subject": subject,
            "visit_id": visit_id,
            "facts": facts,
        }
        for action, facts in acts.items()
    ]


async def note_each(
    session: AsyncSession,
    by: Actor,
    action: str,
    subjects: Iterable[str],
    *,
    now: datetime,
) -> None:
    """Record the same act on many subjects, in one statement."""
    rows = [
        {"at": now, "actor": by.key, "action": action, "subject": one, "facts": {}}
        for one in subjects
    ]
    if rows:
        await session.exec(insert(AuditEntry), params=rows)


async def history(session: AsyncSession, *, visit_id: int) -> Sequence[AuditEntry]:
    """Everything that was done to a visit, oldest first."""
    entries = await session.exec(
        select(AuditEntry)
        .where(AuditEntry.visit_id == visit_id)
        .order_by(col(AuditEntry.at), col(AuditEntry.id))
    )
    return entries.all()
