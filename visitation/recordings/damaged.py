"""Putting on record that a file of a recording is not as it was written."""

from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.audit.tables import AuditEntry
from visitation.recordings.reading import Gone
from visitation.recordings.tables import Recording
from visitation.recordings.tampered import Tampered

ACTION = "recording_damaged"


async def found(
    session: AsyncSession,
    recording: Recording,
    name: str,
    error: Tampered | Gone,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Note what is wrong with a file, once: players ask for the same part again."""
    facts = {"file": name, "how": "gone"}
    if isinstance(error, Tampered):
        facts = {"file": name, "how": error.how, "segment": str(error.segment)}
    subject = f"recording:{recording.reference}"
    known = await session.exec(
        select(AuditEntry.facts).where(
            AuditEntry.subject == subject, AuditEntry.action == ACTION
        )
    )
    if facts in known.all():
        return
    audit.note(
        session, by, ACTION, subject, now=now, visit_id=recording.visit_id, **facts
    )
