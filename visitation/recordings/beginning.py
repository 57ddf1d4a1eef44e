"""A recording begins, and journals begin in it.

Knows no engine: whoever calls has it write what is named here. A privileged visit is
refused before anything else is looked at, and by the database again.
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import places
from visitation.audit import Actor
from visitation.errors import NotFound
from visitation.recordings import consenting
from visitation.recordings.refusing import NotRecorded, NotUnderWay, Privileged
from visitation.recordings.stepping import UNDER_WAY, noted
from visitation.recordings.tables import Recording, RecordingFile
from visitation.visits.tables import Participant, Visit
from visitation.words import Recorded, RecordingState, VisitKind

_MILLISECONDS = 1000


async def begin(
    session: AsyncSession, visit: Visit, *, reference: str, by: Actor, now: datetime
) -> Recording:
    """Begin to record a visit under a new reference.

    Raises:
        Privileged: if it is a legal visit.
        NotRecorded: if its prison records nothing, or somebody did not agree, or nobody
            was asked. Whether all who are there were asked is for the room to know.
    """
    if visit.kind is VisitKind.LEGAL:
        raise Privileged(visit.reference)
    policy = await places.policy_of(session, visit.prison_id)
    said = await consenting.consents(session, visit.id)
    agreed = bool(said) and all(said.values())
    if policy.recorded is not Recorded.CONSENT or not agreed:
        raise NotRecorded(visit.reference)
    recording = Recording(
        reference=reference,
        visit_id=visit.id,
        visit_kind=visit.kind,
        site_id=visit.prison_id,
        state=RecordingState.RUNNING,
        started_at=now,
    )
    session.add(recording)
    await session.flush()
    noted(session, recording, "recording_begin", by=by, now=now)
    return recording


async def journal(
    session: AsyncSession,
    recording: Recording,
    participant: Participant,
    name: str,
    *,
    now: datetime,
) -> RecordingFile:
    """Name a journal into which somebody of the visit is written from now on.

    Raises:
        NotFound: if they are of another visit.
        NotUnderWay: if the recording is over.
    """
    if participant.visit_id != recording.visit_id:
        raise NotFound("participant")
    if recording.state not in UNDER_WAY:
        raise NotUnderWay(recording.reference)
    since = (now - recording.started_at).total_seconds()
    file = RecordingFile(
        recording_id=recording.id,
        participant_id=participant.id,
        name=name,
        starts_ms=max(0, round(since * _MILLISECONDS)),
    )
    session.add(file)
    await session.flush()
    return file
