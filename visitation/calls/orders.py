"""What staff ordered in a call and have not taken back, as the audit tells it.

For a room that is made anew in the middle of its visit: a pause outlives the process,
and so does a muted microphone.
"""

from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit.tables import AuditEntry
from visitation.visits.tables import Participant

PAUSED, MUTED = "call_pause", "call_mute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What stands.

    Attributes:
        paused_for: the code that was given for the pause; empty for none.
        muted: participants by reference, and the kind of their media.
    """

    paused: bool = False
    paused_for: str = ""
    muted: frozenset[tuple[str, str]] = frozenset()


async def standing(session: AsyncSession, *, visit_id: int) -> Orders:
    """What staff last ordered in a visit's call."""
    entries = await session.exec(
        select(AuditEntry)
        .where(
            AuditEntry.visit_id == visit_id, col(AuditEntry.action).in_((PAUSED, MUTED))
        )
        .order_by(col(AuditEntry.id))
    )
    paused, paused_for = False, ""
    muted: dict[tuple[int, str], bool] = {}
    for entry in entries.all():
        facts = entry.facts
        if entry.action == PAUSED:
            paused, paused_for = facts["paused"], facts.get("reason", "")
        else:
            muted[facts["participant"], facts["kind"]] = facts["muted"]
    silenced = {one for one, is_muted in muted.items() if is_muted}
    people = await session.exec(
        select(Participant.id, Participant.reference).where(
            col(Participant.id).in_({person for person, _ in silenced})
        )
    )
    references = dict(people.all())
    return Orders(
        paused=paused,
        paused_for=paused_for,
        muted=frozenset((references[person], kind) for person, kind in silenced),
    )
