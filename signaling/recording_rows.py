"""What the record is told of a recording, and what it knows when a room is made.

Reads and writes rows, each verb in a transaction of its own; touches no disk, and
knows neither rooms nor the engine.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from signaling.taping import RULES, Past
from signaling.words import Recording as State
from visitation import audit, calls, visits
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.errors import NotFound
from visitation.places import Policy, SitePolicy
from visitation.recordings import beginning, consenting, going
from visitation.recordings.refusing import NotRecorded
from visitation.recordings.tables import Recording, RecordingFile
from visitation.visits import Participant, Visit
from visitation.words import Recorded, RecordingEnd, VisitKind

#: What a visit's recording is not taken up again after.
_FOR_GOOD = frozenset(RecordingEnd) - {
    RecordingEnd.VISIT_ENDED,
    RecordingEnd.INTERRUPTED,
}
OVERRULED = "call_recording_rules"
#: What an order ends it with.
_ORDERED = {"stop": "staff", RULES: RULES}


async def past(session: AsyncSession, visit: Visit, policy: Policy) -> Past:
    """What is on record of a visit's recording, if its prison's rules ask for one."""
    if policy.recorded is Recorded.NEVER or visit.kind is VisitKind.LEGAL:
        return Past()
    ordered = await calls.orders.of_recording(session, visit_id=visit.id)
    rows = await session.exec(
        select(Recording.end_reason)
        .where(Recording.visit_id == visit.id)
        .order_by(col(Recording.id))
    )
    ends = rows.all()
    stopped = _ORDERED.get(ordered, "")
    return Past(
        answers=await consenting.consents(session, visit.id),
        began=bool(ends),
        paused=ordered == "pause",
        ended=stopped or next((str(end) for end in ends[-1:] if end in _FOR_GOOD), ""),
    )


async def begin(database: Database, visit: str, reference: str, at: datetime) -> None:
    """Begin a recording of a visit.

    Raises:
        NotRecorded: if somebody who was asked did not agree, or the rules have changed.
    """
    async with database.write() as session:
        found = await visits.by_reference(session, visit)
        await beginning.begin(session, found, reference=reference, by=SYSTEM, now=at)


async def journal(
    database: Database, reference: str, participant: str, name: str, at: datetime
) -> None:
    """Begin a journal of somebody who has agreed.

    Raises:
        NotRecorded: if their agreement is not on record.
    """
    async with database.write() as session:
        recording = await _recording(session, reference)
        said = await consenting.consents(session, recording.visit_id)
        if said.get(participant) is not True:
            raise NotRecorded(participant)
        rows = await session.exec(
            select(Participant).where(Participant.reference == participant)
        )
        person = rows.one()
        await beginning.journal(session, recording, person, name, now=at)


async def moved(
    database: Database, reference: str, state: State, reason: str, at: datetime
) -> None:
    """Have a recording stand still, go on or end, as its room does."""
    async with database.write() as session:
        recording = await _recording(session, reference)
        if state is State.PAUSED:
            await going.pause(session, recording, by=SYSTEM, now=at)
        elif state is State.ON:
            await going.resume(session, recording, by=SYSTEM, now=at)
        else:
            why = RecordingEnd(reason or RecordingEnd.VISIT_ENDED)
            await going.end(session, recording, why, by=SYSTEM, now=at)


async def wanted(session: AsyncSession, references: Collection[str]) -> frozenset[str]:
    """Which of these visits are to be recorded by their prisons' rules of now."""
    rows = await session.exec(
        select(Visit.reference)
        .join(SitePolicy, col(SitePolicy.site_id) == Visit.prison_id)
        .where(col(Visit.reference).in_(references))
        .where(SitePolicy.recorded == Recorded.CONSENT)
    )
    return frozenset(rows.all())


async def overruled(session: AsyncSession, visit: str, at: datetime) -> None:
    """Note that a visit is not recorded (any more), as the rules have changed in it."""
    found = await visits.by_reference(session, visit)
    subject = f"visit:{found.id}"
    audit.note(session, SYSTEM, OVERRULED, subject, now=at, visit_id=found.id)


async def lie_somewhere(database: Database) -> bool:
    """Whether there are files of recordings, as far as the record knows."""
    async with database.read() as session:
        return (
            await session.exec(select(RecordingFile.id).limit(1))
        ).first() is not None


async def interrupted(database: Database, at: datetime) -> None:
    """End what a service that is gone was recording."""
    async with database.write() as session:
        await going.interrupted(session, now=at)


async def _recording(session: AsyncSession, reference: str) -> Recording:
    rows = await session.exec(select(Recording).where(Recording.reference == reference))
    recording = rows.first()
    if recording is None:
        raise NotFound("recording")
    return recording
