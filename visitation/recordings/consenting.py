"""Who agreed to be recorded, and who did not; what was said is never changed."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.recordings.refusing import Privileged
from visitation.recordings.tables import RecordingConsent
from visitation.visits.tables import Participant, Visit
from visitation.words import VisitKind


async def consent(
    session: AsyncSession,
    participant: Participant,
    given: bool,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Write down what a participant says; the same said again is nothing new.

    Raises:
        Privileged: if it is a legal visit, where nobody is asked.
    """
    visit = await session.get_one(Visit, participant.visit_id)
    if visit.kind is VisitKind.LEGAL:
        raise Privileged(visit.reference)
    before = await consents(session, visit.id)
    if before.get(participant.reference) is given:
        return
    session.add(
        RecordingConsent(
            visit_id=visit.id, participant_id=participant.id, given=given, at=now
        )
    )
    await session.flush()
    audit.note(
        session,
        by,
        "recording_agreed" if given else "recording_refused",
        f"participant:{participant.id}",
        now=now,
        visit_id=visit.id,
    )


async def consents(session: AsyncSession, visit_id: int) -> Mapping[str, bool]:
    """What each participant said last, by their references; those who were asked."""
    said = await session.exec(
        select(Participant.reference, RecordingConsent.given)
        .join(Participant, col(Participant.id) == RecordingConsent.participant_id)
        .where(RecordingConsent.visit_id == visit_id)
        .order_by(col(RecordingConsent.id))
    )
    return dict(said.all())
