"""Sealing audit entries into a hash chain, in order, after the fact.

A chain inside each transaction would serialise all writes; a sweep seals what has been
written within seconds. Each hash is SHA-256 over the previous hash and the canonical
JSON of the entry. A chain shows alteration and removal of sealed entries from the
middle; only a checkpoint kept elsewhere shows that its end was cut off.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit.tables import AuditEntry, AuditSeal
from visitation.errors import VisitationError

GENESIS = "0" * 64
#: How many entries are looked at together.
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A place in the chain: whoever keeps it elsewhere can tell if the end is cut."""

    sequence: int
    hash: str


class Broken(VisitationError):
    """The chain does not hold: an entry was altered or removed."""

    def __init__(self, sequence: int) -> None:
        super().__init__(f"the audit chain breaks at {sequence}")
        self.sequence = sequence


async def seal(session: AsyncSession, *, limit: int = 1000) -> int:
    """Seal the oldest entries that have no seal yet; return how many."""
    last = (
        await session.exec(
            select(AuditSeal).order_by(col(AuditSeal.sequence).desc()).limit(1)
        )
    ).first()
    sequence, previous = (last.sequence, last.hash) if last else (0, GENESIS)
    entries = await session.exec(
        select(AuditEntry)
        .outerjoin(AuditSeal, col(AuditSeal.entry_id) == col(AuditEntry.id))
        .where(col(AuditSeal.entry_id).is_(None))
        .order_by(col(AuditEntry.id))
        .limit(limit)
    )
    sealed = 0
    for entry in entries.all():
        sequence += 1
        previous = chained(previous, entry)
        session.add(AuditSeal(sequence=sequence, entry_id=entry.id, hash=previous))
        sealed += 1
    await session.flush()
    return sealed


async def checkpoint(session: AsyncSession) -> Checkpoint:
    """The end of the chain as it stands: what somebody keeps elsewhere."""
    last = (
        await session.exec(
            select(AuditSeal).order_by(col(AuditSeal.sequence).desc()).limit(1)
        )
    ).first()
    return Checkpoint(
        sequence=last.sequence if last else 0, hash=last.hash if last else GENESIS
    )


async def verify(session: AsyncSession) -> int:
    """Walk the whole chain and return how many entries it seals.

    Raises:
        Broken: at the first entry that is not what was sealed.
    """
    previous, count = GENESIS, 0
    while stretch := await _stretch(session, after=count):
        for sealed, entry in stretch:
            count += 1
            if entry is None or sealed.sequence != count:
                raise Broken(count)
            previous = chained(previous, entry)
            if previous != sealed.hash:
                raise Broken(count)
        # Rows that were looked at would otherwise stay in memory, all of them.
        session.expunge_all()
    return count


async def _stretch(
    session: AsyncSession, *, after: int
) -> Sequence[tuple[AuditSeal, AuditEntry | None]]:
    rows = await session.exec(
        select(AuditSeal, AuditEntry)
        .outerjoin(AuditEntry, col(AuditEntry.id) == col(AuditSeal.entry_id))
        .where(AuditSeal.sequence > after)
        .order_by(col(AuditSeal.sequence))
        .limit(_AT_ONCE)
    )
    return rows.all()


def chained(previous: str, entry: AuditEntry) -> str:
    """The hash that seals an entry after a previous hash: 64 hexadecimal digits."""
    canonical = json.dumps(
        {
            "id": entry.id,
            "at": entry.at.astimezone(UTC).isoformat(),
            "actor": entry.actor,
            "action": entry.action,
            "subject": entry.subject,
            "visit": entry.visit_id,
            "facts": entry.facts,
        },
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(f"{previous}{canonical}".encode()).hexdigest()
