"""What staff ordered in a call and have not taken back, as the audit tells it.

For a room that is made anew in the middle of its visit: a pause outlives the process,
a muted microphone does, and whoever was taken out stays out until staff let them in.
"""

from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit.tables import AuditEntry
from visitation.visits.tables import Participant
from visitation.words import RemovalReason

PAUSED, MUTED = "call_pause", "call_mute"
REMOVED, ADMITTED = "call_remove", "call_admit"

#: What staff order of a recording, by the last word of its action; the last one is that
#: the prison's rules changed in mid-visit.
RECORDING = {
    f"call_recording_{order}": order for order in ("pause", "resume", "stop", "rules")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What stands.

    Attributes:
        paused_for: the code that was given for the pause; empty for none.
        muted: participants by reference, and the kind of their media.
        taken_out: by reference, whom staff have taken out and not let in again.
    """

    paused: bool = False
    paused_for: str = ""
    muted: frozenset[tuple[str, str]] = frozenset()
    taken_out: frozenset[str] = frozenset()


async def standing(session: AsyncSession, *, visit_id: int) -> Orders:
    """What staff last ordered in a visit's call."""
    told = (PAUSED, MUTED, REMOVED, ADMITTED)
    entries = await session.exec(
        select(AuditEntry)
        .where(AuditEntry.visit_id == visit_id, col(AuditEntry.action).in_(told))
        .order_by(col(AuditEntry.id))
    )
    paused, paused_for = False, ""
    muted: dict[tuple[int, str], bool] = {}
    out: dict[int, bool] = {}
    for entry in entries.all():
        facts = entry.facts
        if entry.action == PAUSED:
            paused, paused_for = facts["paused"], facts.get("reason", "")
        elif entry.action == MUTED:
            muted[facts["participant"], facts["kind"]] = facts["muted"]
        elif entry.action == ADMITTED or facts["reason"] in set(RemovalReason):
            out[facts["participant"]] = entry.action == REMOVED
    silenced = {one for one, is_muted in muted.items() if is_muted}
    outside = {person for person, is_out in out.items() if is_out}
    people = await session.exec(
        select(Participant.id, Participant.reference).where(
            col(Participant.id).in_(outside | {person for person, _ in silenced})
        )
    )
    references = dict(people.all())
    return Orders(
        paused=paused,
        paused_for=paused_for,
        muted=frozenset(
            (references[person], kind)
            for person, kind in silenced
            if person in references
        ),
        taken_out=frozenset(one for id_, one in references.items() if id_ in outside),
    )


async def of_recording(session: AsyncSession, *, visit_id: int) -> str:
    """What staff last ordered of a visit's recording; empty for nothing yet."""
    entries = await session.exec(
        select(AuditEntry.action)
        .where(AuditEntry.visit_id == visit_id)
        .where(col(AuditEntry.action).in_(RECORDING))
        .order_by(col(AuditEntry.id).desc())
        .limit(1)
    )
    return RECORDING.get(entries.first() or "", "")
