"""What people write to each other in a visit, kept for the staff of its prison.

Knows no room: who may write, and to whom it is shown, is decided in the call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.calls.tables import ChatLine
from visitation.visits.tables import Participant, Visit
from visitation.words import Part

#: The longest line, in characters.
LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One line, and who wrote it.

    Attributes:
        participant: the writer's reference.
        code: of a ready phrase; empty where `text` has words of their own.
    """

    at: datetime
    participant: str
    part: Part
    code: str
    text: str


async def keep(
    session: AsyncSession, *, participant: str, code: str, text: str, now: datetime
) -> None:
    """Keep a line that somebody of a visit has written; a stranger's is dropped."""
    rows = await session.exec(
        select(Participant.id, Participant.visit_id).where(
            Participant.reference == participant
        )
    )
    person = rows.first()
    if person is not None:
        participant_id, visit_id = person
        session.add(
            ChatLine(
                visit_id=visit_id,
                participant_id=participant_id,
                at=now,
                code=code,
                text=text,
            )
        )
        await session.flush()


async def of(session: AsyncSession, *, visit_id: int) -> Sequence[Written]:
    """What was written in a visit, the oldest line first."""
    rows = await session.exec(
        select(ChatLine, Participant)
        .join(Participant, col(Participant.id) == col(ChatLine.participant_id))
        .where(ChatLine.visit_id == visit_id)
        .order_by(col(ChatLine.at), col(ChatLine.id))
    )
    return [
        Written(
            at=line.at,
            participant=person.reference,
            part=person.part,
            code=line.code,
            text=line.text,
        )
        for line, person in rows.all()
    ]


async def count(
    session: AsyncSession, visit: Visit, *, by: Actor, now: datetime
) -> None:
    """Audit how much was written in a visit that is over, and nothing of what."""
    counted = await session.exec(
        select(func.count()).where(col(ChatLine.visit_id) == visit.id)
    )
    if lines := counted.one():
        subject = f"visit:{visit.id}"
        audit.note(
            session, by, "call_chat", subject, now=now, visit_id=visit.id, lines=lines
        )
